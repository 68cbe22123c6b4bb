// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/** `mesos.v1.quota.QuotaInfo`. */
export interface QuotaInfo {
  role?: string | undefined;
  principal?: string | undefined;
  guarantee?: v1.Resource[] | undefined;
}

/** `mesos.v1.quota.QuotaRequest`. */
export interface QuotaRequest {
  force?: boolean | undefined;
  role?: string | undefined;
  guarantee?: v1.Resource[] | undefined;
}

/** `mesos.v1.quota.QuotaConfig`. */
export interface QuotaConfig {
  role: string;
  guarantees?: { [key: string]: v1.ValueScalar } | undefined;
  limits?: { [key: string]: v1.ValueScalar } | undefined;
}

/** `mesos.v1.quota.QuotaStatus`. */
export interface QuotaStatus {
  /** @deprecated */
  infos?: QuotaInfo[] | undefined;
  configs?: QuotaConfig[] | undefined;
}
