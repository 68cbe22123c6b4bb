// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * An agent as it describes itself when it registers.
 * `mesos.SlaveInfo`.
 */
export interface SlaveInfo {
  hostname: string;
  /** Default: 5051. */
  port?: number | undefined;
  resources?: v1.Resource[] | undefined;
  attributes?: v1.Attribute[] | undefined;
  id?: v1.AgentID | undefined;
  domain?: v1.DomainInfo | undefined;
  /** Default: false. */
  checkpoint?: boolean | undefined;
}
