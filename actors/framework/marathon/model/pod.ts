/** Pods: containers that run as one task group on one agent (spec: marathon.md §4). */
import type { AppVolume, EnvValue, Fetch, Network, Service } from './app.ts';

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
}

export interface PodHealthCheck {
  readonly http?: { readonly endpoint: string; readonly path?: string; readonly scheme?: string };
  readonly tcp?: { readonly endpoint: string };
  readonly exec?: { readonly command: { readonly shell?: string; readonly argv?: readonly string[] } };
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly delaySeconds: number;
}

export interface PodContainer {
  readonly name: string;
  readonly resources: PodResources;
  readonly exec?: {
    readonly command: { readonly shell?: string; readonly argv?: readonly string[] };
    readonly overrideEntrypoint?: boolean;
  };
  readonly image?: { readonly kind: string; readonly id: string; readonly forcePull?: boolean };
  readonly endpoints: readonly Endpoint[];
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly user?: string;
  readonly healthCheck?: PodHealthCheck;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly artifacts: readonly Fetch[];
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle?: { readonly killGracePeriodSeconds?: number };
}

export interface PodVolume {
  readonly name: string;
  readonly host?: string;
  readonly secret?: string;
  readonly persistent?: AppVolume['persistent'];
}

export interface Pod extends Service {
  readonly containers: readonly PodContainer[];
  readonly volumes: readonly PodVolume[];
  readonly networks: readonly Network[];
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly secrets: Readonly<Record<string, { readonly source: string }>>;
  readonly user?: string;
  readonly executorResources: { readonly cpus: number; readonly mem: number; readonly disk: number };
}
