/** Pods: containers that run as one task group on one agent (spec: marathon.md §4). */
import type { EnvValue, Fetch, LinuxSettings, Network, ResourceLimits, Service } from './app.ts';

export interface PodResources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

export interface Endpoint {
  readonly name: string;
  readonly containerPort?: number;
  /** Absent: none; 0: any. */
  readonly hostPort?: number;
  readonly protocol: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Of the pod's container networks, those it is on; all when absent. */
  readonly networkNames?: readonly string[];
}

/** A Mesos check: its result is shown and changes nothing. Exactly one of `http`, `tcp`, `exec`. */
export interface PodCheck {
  readonly http?: { readonly endpoint: string; readonly path?: string; readonly scheme?: string };
  readonly tcp?: { readonly endpoint: string };
  readonly exec?: { readonly command: { readonly shell?: string; readonly argv?: readonly string[] } };
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

export interface PodHealthCheck extends PodCheck {
  readonly gracePeriodSeconds: number;
  readonly maxConsecutiveFailures: number;
}

export interface PodContainer {
  readonly name: string;
  readonly resources: PodResources;
  readonly resourceLimits?: ResourceLimits;
  readonly exec?: {
    readonly command: { readonly shell?: string; readonly argv?: readonly string[] };
    readonly overrideEntrypoint?: boolean;
  };
  readonly image?: {
    readonly kind: string;
    readonly id: string;
    readonly forcePull?: boolean;
    readonly pullConfig?: { readonly secret: string };
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly endpoints: readonly Endpoint[];
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly user?: string;
  readonly healthCheck?: PodHealthCheck;
  readonly check?: PodCheck;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly artifacts: readonly Fetch[];
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle?: { readonly killGracePeriodSeconds?: number };
  readonly tty?: boolean;
  readonly linuxInfo?: LinuxSettings;
}

export interface PodVolume {
  readonly name: string;
  readonly host?: string;
  readonly secret?: string;
}

export interface Pod extends Service {
  readonly containers: readonly PodContainer[];
  readonly volumes: readonly PodVolume[];
  readonly networks: readonly Network[];
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly secrets: Readonly<Record<string, { readonly source: string }>>;
  readonly user?: string;
  readonly linuxInfo?: LinuxSettings;
  /** Containers share the cgroup of the pod. */
  readonly legacySharedCgroups?: boolean;
  readonly executorResources: { readonly cpus: number; readonly mem: number; readonly disk: number };
}
