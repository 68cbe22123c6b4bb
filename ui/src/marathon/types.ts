/** What the page reads of Marathon's API. */

/** An app's definition: a JSON document of which the page knows some members and keeps all. */
export type Definition = Readonly<Record<string, unknown>>;

export interface Counts {
  readonly tasksStaged: number;
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
}

export interface App extends Counts {
  readonly id: string;
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  readonly instances: number;
  readonly version: string;
  readonly deployments: readonly { readonly id: string }[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly dependencies?: readonly string[];
  readonly container?: { readonly type?: string };
  readonly healthChecks?: readonly unknown[];
}

export interface Task {
  readonly id: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly slaveId: string;
  readonly state: string;
  readonly stagedAt?: string;
  readonly startedAt?: string;
  readonly version: string;
  readonly instanceNumber?: number;
  /** Runs with another configuration than the present one. */
  readonly outdated?: boolean;
  readonly healthCheckResults?: readonly {
    readonly alive: boolean;
    readonly consecutiveFailures: number;
    readonly lastFailureCause?: string;
  }[];
}

export interface Failure {
  readonly taskId: string;
  readonly state: string;
  readonly message: string;
  readonly host: string;
  readonly timestamp: string;
  readonly version: string;
  readonly slaveId?: string;
}

/** What `/v2/apps/ID` tells. */
export interface AppDetails extends App {
  readonly tasks: readonly Task[];
  readonly lastTaskFailure?: Failure;
  readonly versionInfo: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string };
}

export interface Group {
  readonly id: string;
  readonly dependencies?: readonly string[];
  readonly groups?: readonly Group[];
  readonly apps?: readonly App[];
  readonly pods?: readonly { readonly id: string }[];
}

export interface Action {
  readonly action: string;
  readonly app?: string;
  readonly pod?: string;
}

export interface ReadinessResult {
  readonly taskId: string;
  readonly ready: boolean;
  readonly lastResponse?: { readonly status: number; readonly body: string };
}

export interface Deployment {
  readonly id: string;
  readonly version: string;
  readonly affectedApps: readonly string[];
  readonly affectedPods: readonly string[];
  readonly steps: readonly { readonly actions: readonly Action[] }[];
  readonly currentActions: readonly (Action & {
    readonly readinessCheckResults?: readonly ReadinessResult[];
  })[];
  /** Counted from 1. */
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly state?: string;
}

/** How many offers came to a reason, and how many of them it refused. */
export interface Reject {
  readonly reason: string;
  readonly declined: number;
  readonly processed: number;
}

export interface QueueEntry {
  readonly count: number;
  readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  readonly since: string;
  readonly processedOffersSummary: {
    readonly processedOffersCount: number;
    readonly unusedOffersCount: number;
    readonly lastUnusedOfferAt?: string;
    readonly lastUsedOfferAt?: string;
    readonly rejectSummaryLastOffers: readonly Reject[];
  };
  readonly whyWaiting?: { readonly reason: string; readonly reasons: Readonly<Record<string, number>> };
  readonly app?: { readonly id: string };
  readonly pod?: { readonly id: string };
}

export type ClusterUse = Readonly<Record<`${'cpus' | 'mem' | 'disk' | 'gpus'}_${'used' | 'total'}`, number>>;

/** A write, as `/v2/changes` tells it. */
export interface ChangeRecord {
  /** When, too. */
  readonly version: string;
  /** Who; Marathon itself without `from`. */
  readonly by?: string;
  readonly from?: string;
  readonly services: readonly ServiceChange[];
}

/** From which version to which; null where there was or is none. */
export interface ServiceChange {
  readonly id: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Info {
  readonly version: string;
  readonly frameworkId?: string;
  readonly leader: string;
  readonly marathon_config: Readonly<Record<string, unknown>>;
  /** Of the whole cluster; where Marathon may see it. Memory and disk in MiB. */
  readonly cluster?: ClusterUse;
  /** While its own state cannot be written: an etcd without room. */
  readonly state_held_up?: { readonly reason: string };
}

/** What `/v2/pods/ID::status` tells. */
export interface PodStatus {
  readonly id: string;
  readonly status: string;
  /** ISO 8601. */
  readonly statusSince: string;
  readonly spec: Definition & {
    readonly scaling?: { readonly instances?: number };
    readonly containers?: readonly {
      readonly name: string;
      readonly resources?: { readonly cpus?: number; readonly mem?: number };
    }[];
  };
  readonly instances: readonly PodInstance[];
}

export interface PodInstance {
  readonly id: string;
  readonly status: string;
  readonly agentHostname?: string;
  readonly message?: string;
  readonly containers?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly endpoints?: readonly { readonly name: string; readonly allocatedHostPort?: number }[];
  }[];
}

/** An instance that is over. */
export interface EndedInstance {
  readonly number: number;
  readonly condition: string;
  readonly host: string;
  readonly endedAt: string;
  readonly tasks: readonly { readonly id: string; readonly message?: string }[];
}
