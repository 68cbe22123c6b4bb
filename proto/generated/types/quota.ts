// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * A guarantee of the older quota API.
 * `mesos.v1.quota.QuotaInfo`.
 */
export interface QuotaInfo {
  role?: string | undefined;
  principal?: string | undefined;
  guarantee?: v1.Resource[] | undefined;
}

/**
 * Operator to master: set a guarantee, the older way.
 * `mesos.v1.quota.QuotaRequest`.
 */
export interface QuotaRequest {
  force?: boolean | undefined;
  role?: string | undefined;
  guarantee?: v1.Resource[] | undefined;
}

/**
 * Guarantees and limits of a role.
 * `mesos.v1.quota.QuotaConfig`.
 */
export interface QuotaConfig {
  role: string;
  guarantees?: { [key: string]: v1.ValueScalar } | undefined;
  limits?: { [key: string]: v1.ValueScalar } | undefined;
}

/**
 * All quotas of the cluster.
 * `mesos.v1.quota.QuotaStatus`.
 */
export interface QuotaStatus {
  /** @deprecated */
  infos?: QuotaInfo[] | undefined;
  configs?: QuotaConfig[] | undefined;
}
