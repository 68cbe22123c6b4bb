/**
 * An app as it is kept: the shape of 1.5 and later, complete, with every default filled in (spec: marathon.md §10). Durations
 * are seconds, memory and disk mebibytes, times ISO-8601 texts in UTC with milliseconds.
 */

/** A variable: plain text, or the name of one of the service's secrets. */
export type EnvValue = string | { readonly secret: string };

/** `[field, OPERATOR]` or `[field, OPERATOR, value]`, the operator in upper case. */
export type Constraint = readonly [field: string, operator: string, value?: string];

export interface Fetch {
  readonly uri: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
  readonly destPath?: string;
}

export interface PortDefinition {
  readonly port: number;
  readonly protocol: string;
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PortMapping {
  readonly containerPort: number;
  /** Absent: none; 0: any. */
  readonly hostPort?: number;
  readonly servicePort: number;
  readonly protocol: string;
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly networkNames?: readonly string[];
}

export type NetworkMode = 'host' | 'container' | 'container/bridge';

export interface Network {
  readonly mode: NetworkMode;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PersistentVolume {
  readonly type: 'root' | 'path' | 'mount';
  readonly size: number;
  readonly maxSize?: number;
  readonly profileName?: string;
  readonly constraints: readonly Constraint[];
}

/** One of host path, persistent, external or secret. */
export interface AppVolume {
  readonly containerPath: string;
  readonly hostPath?: string;
  readonly mode?: 'RO' | 'RW';
  readonly persistent?: PersistentVolume;
  readonly external?: {
    readonly name: string;
    readonly provider: string;
    readonly size?: number;
    readonly options: Readonly<Record<string, string>>;
    readonly shared?: boolean;
  };
  readonly secret?: string;
}

export interface DockerImage {
  readonly image?: string;
  readonly forcePullImage: boolean;
  readonly privileged: boolean;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly pullConfig?: { readonly secret: string };
}

/** What a task may use at most; at least what it asks for. */
export interface ResourceLimits {
  readonly cpus?: number | 'unlimited';
  readonly mem?: number | 'unlimited';
}

/** How far a container is closed off from its host. */
export interface LinuxSettings {
  readonly seccomp?: { readonly profileName?: string; readonly unconfined?: boolean };
  /** Size in mebibytes. */
  readonly ipcInfo?: { readonly mode?: 'PRIVATE' | 'SHARE_PARENT'; readonly shmSize?: number };
}

export interface Container {
  readonly type: 'DOCKER' | 'MESOS';
  readonly docker?: DockerImage;
  readonly portMappings?: readonly PortMapping[];
  readonly volumes: readonly AppVolume[];
  readonly linuxInfo?: LinuxSettings;
}

export type HealthProtocol =
  | 'HTTP'
  | 'HTTPS'
  | 'TCP'
  | 'COMMAND'
  | 'MESOS_HTTP'
  | 'MESOS_HTTPS'
  | 'MESOS_TCP';

export interface HealthCheck {
  readonly protocol: HealthProtocol;
  readonly path?: string;
  readonly portIndex?: number;
  readonly port?: number;
  readonly command?: { readonly value: string };
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly delaySeconds: number;
  readonly ignoreHttp1xx?: boolean;
  readonly ipProtocol: string;
  /** Ours: passed checks in a row that make an instance healthy; default 1. */
  readonly minConsecutiveSuccesses?: number;
}

/** Ours: until it passed once the instance is neither healthy nor ill, and its health checks wait. */
export interface StartupCheck {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP';
  readonly path?: string;
  readonly portIndex?: number;
  readonly port?: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** The failure with this number replaces the instance; 0: none does. */
  readonly maxConsecutiveFailures: number;
}

/** Ours: how an instance is told by HTTP that it is to end, before its task is killed (spec: other-frameworks.md §2.1). */
export interface HttpShutdown {
  readonly portIndex?: number;
  readonly port?: number;
  /** Asked by POST first. */
  readonly gracefulPath: string;
  /** How long it has after that. */
  readonly gracefulWaitSeconds: number;
  /** Asked by POST then. */
  readonly abortPath: string;
  readonly abortWaitSeconds: number;
}

/** A Mesos check: its result is shown and changes nothing. */
export interface AppCheck {
  readonly http?: { readonly path?: string; readonly port?: number; readonly portIndex?: number };
  readonly tcp?: { readonly port?: number; readonly portIndex?: number };
  readonly exec?: { readonly command: { readonly shell?: string; readonly argv?: readonly string[] } };
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly delaySeconds?: number;
}

export interface ReadinessCheck {
  readonly name: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly path: string;
  readonly portName: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly httpStatusCodesForReady: readonly number[];
  readonly preserveLastResponse: boolean;
}

export interface UpgradeStrategy {
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}

export type UnreachableStrategy =
  | 'disabled'
  | { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number };

/** Ours: how a deployment of this service goes on and when it is given up. All members may be left out. */
export interface UpdatePolicy {
  /** New instances are healthy for so long before they count. */
  readonly watchSeconds?: number;
  /** Instances of the new version that may fail, in all; one more fails the deployment. */
  readonly maxTotalFailures?: number;
  /** The same, by its first name. */
  readonly maxFailures?: number;
  /** How often an instance with one and the same number may fail. */
  readonly maxInstanceFailures?: number;
  /** A failed deployment is reverted by another one. */
  readonly autoRollback?: boolean;
  /** The longest a step may take. */
  readonly deadlineSeconds?: number;
  /** Instances of the new version after which the deployment pauses: 1, then 5, then all. */
  readonly canarySteps?: readonly number[];
  /** New instances come in batches of these sizes, the last one for all further ones: the next when all of one are healthy. */
  readonly batchSizes?: readonly number[];
  /** It pauses after each batch. */
  readonly autoPause?: boolean;
  /** First and last number of the instances that are replaced; the others stay as they are. */
  readonly range?: readonly [first: number, last: number];
}

/** Ours: how an agent is drained that has instances of this service. */
export interface DisruptionBudget {
  /** Instances fewer than wanted that may serve meanwhile; default 0: others are well before these end. */
  readonly maxUnavailable?: number;
  /** So long a drain waits for that; default 600. */
  readonly drainTimeoutSeconds?: number;
}

export interface VersionInfo {
  readonly lastScalingAt: string;
  readonly lastConfigChangeAt: string;
}

/** What apps and pods have in common: all that instances, deployments and the launch queue look at. */
export interface Service {
  readonly id: string;
  readonly instances: number;
  readonly role: string;
  readonly constraints: readonly Constraint[];
  readonly acceptedResourceRoles?: readonly string[];
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelaySeconds: number;
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST';
  readonly upgradeStrategy: UpgradeStrategy;
  readonly unreachableStrategy: UnreachableStrategy;
  readonly dependencies: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly update?: UpdatePolicy;
  readonly disruptionBudget?: DisruptionBudget;
  readonly version: string;
  readonly versionInfo: VersionInfo;
}

export interface App extends Service {
  readonly cmd?: string;
  readonly args?: readonly string[];
  readonly user?: string;
  readonly env: Readonly<Record<string, EnvValue>>;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
  readonly resourceLimits?: ResourceLimits;
  readonly executor: string;
  readonly executorResources?: { readonly cpus?: number; readonly mem?: number; readonly disk?: number };
  readonly fetch: readonly Fetch[];
  readonly container?: Container;
  readonly networks: readonly Network[];
  /** Only with host networking. */
  readonly portDefinitions?: readonly PortDefinition[];
  readonly requirePorts: boolean;
  readonly healthChecks: readonly HealthCheck[];
  readonly startupCheck?: StartupCheck;
  readonly check?: AppCheck;
  readonly readinessChecks: readonly ReadinessCheck[];
  readonly taskKillGracePeriodSeconds?: number;
  readonly httpShutdown?: HttpShutdown;
  /** Ours: an instance that has run for so long is ended and replaced, which is no failure. */
  readonly maxRuntimeSeconds?: number;
  readonly residency?: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly source: string }>>;
  readonly tty?: boolean;
}

/** Whether tasks see the host's own network. */
export function usesHostNetwork(app: Pick<App, 'networks'>): boolean {
  return app.networks.every(({ mode }) => mode === 'host');
}

/** Whether its instances keep reservations and volumes. */
export function isResident(app: Pick<App, 'container'>): boolean {
  return app.container?.volumes.some(({ persistent }) => persistent !== undefined) === true;
}

export function persistentVolumesOf(app: Pick<App, 'container'>): readonly AppVolume[] {
  return app.container?.volumes.filter(({ persistent }) => persistent !== undefined) ?? [];
}

/** Whether a program of its own runs its tasks. */
export function hasOwnExecutor({ executor }: Pick<App, 'executor'>): boolean {
  return executor !== '' && executor !== '//cmd';
}

/** At most one instance, the old one dead before the new one starts. */
export function isSingleInstance(labels: Readonly<Record<string, string>>): boolean {
  return labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
}

/** The service ports of an app, in the order of its ports. */
export function servicePortsOf(app: Pick<App, 'networks' | 'portDefinitions' | 'container'>): number[] {
  if (usesHostNetwork(app)) return (app.portDefinitions ?? []).map(({ port }) => port);
  return (app.container?.portMappings ?? []).map(({ servicePort }) => servicePort);
}
