// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * What to fetch into one sandbox, and how.
 * `mesos.fetcher.FetcherInfo`.
 */
export interface FetcherInfo {
  sandbox_directory: string;
  cache_directory?: string | undefined;
  items?: FetcherInfoItem[] | undefined;
  user?: string | undefined;
  frameworks_home?: string | undefined;
  stall_timeout?: v1.DurationInfo | undefined;
}

/** `mesos.fetcher.FetcherInfo.Item`. */
export interface FetcherInfoItem {
  uri: v1.CommandInfoURI;
  action: FetcherInfoItemAction;
  cache_filename?: string | undefined;
}

/** `mesos.fetcher.FetcherInfo.Item.Action`. */
export const FetcherInfoItemAction = {
  BYPASS_CACHE: 0,
  DOWNLOAD_AND_CACHE: 1,
  RETRIEVE_FROM_CACHE: 2,
} as const;
export type FetcherInfoItemAction = (typeof FetcherInfoItemAction)[keyof typeof FetcherInfoItemAction];
