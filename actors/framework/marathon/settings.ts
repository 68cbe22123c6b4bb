/** What Marathon's flags say, in milliseconds and sets. */
import type { MatchingRule } from '../matching/choose.ts';
import type { Plugins } from './plugins/plugins.ts';

export interface MarathonSettings {
  readonly workDir: string | undefined;
  readonly role: string;
  readonly user: string | undefined;
  readonly principal: string | undefined;
  readonly features: ReadonlySet<string>;
  readonly networkName: string | undefined;
  readonly bridgeName: string;
  readonly envPrefix: string;
  readonly acceptedRoles: 'any' | 'reserved' | 'unreserved';
  readonly localPortMin: number;
  readonly localPortMax: number;
  readonly versionsMax: number;
  readonly maxRunningDeployments: number;
  readonly maxApps: number | undefined;
  readonly maxInstancesPerOffer: number;
  readonly launchTokens: number;
  readonly launchTokenRefreshMs: number;
  readonly declineMs: number;
  readonly reviveIntervalMs: number;
  readonly reconcileDelayMs: number;
  readonly reconcileIntervalMs: number;
  readonly scaleDelayMs: number;
  readonly scaleIntervalMs: number;
  readonly launchTimeoutMs: number;
  readonly launchConfirmTimeoutMs: number;
  readonly reservationTimeoutMs: number;
  readonly killChunkSize: number;
  readonly killRetryMs: number;
  readonly drainingMs: number;
  readonly gpuBehavior: 'restricted' | 'unrestricted';
  readonly dedicatedAttribute: string | undefined;
  /** Failures of the cluster's in a row, of one service and one reason, that do not count. */
  readonly meaCulpaLimit: number;
  readonly enforceGroupRole: 'off' | 'top';
  readonly healthChecksMax: number;
  readonly backoffOnUnhealthyKill: boolean;
  /** The third failure in a row kills where three are allowed, not the fourth. */
  readonly strictFailureCount: boolean;
  readonly legacyOutput: boolean;
  /** The folder that the values of secrets lie in. */
  readonly secretsDir: string | undefined;
  /** The folder of backups. */
  readonly backupLocation: string | undefined;
  readonly callbacks: boolean;
  readonly callbackUrls: readonly string[];
  readonly slowConsumerMs: number;
  /** How often an event that a subscriber did not take is sent again. */
  readonly callbackRetries: number;
  readonly eventStreamMax: number;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly realm: string;
  readonly allowOrigins: readonly string[];
  /** How agents are chosen of several that offer; undefined: the first that fits. */
  readonly rule: MatchingRule | undefined;
  readonly plugins: Plugins;
  /** Every flag as text, for `/v2/info` and `/config`. */
  readonly texts: Readonly<Record<string, string | undefined>>;
}
