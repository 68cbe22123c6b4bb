/** What tests read of the API's answers. */
export interface TaskShape {
  readonly id: string;
  readonly state: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly version: string;
  readonly instanceNumber: number;
  readonly localVolumes?: readonly { readonly persistenceId: string }[];
}

export interface AppShape {
  readonly id: string;
  readonly cmd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly dependencies: readonly string[];
  readonly version: string;
  readonly versionInfo: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string };
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
  readonly deployments: readonly { readonly id: string }[];
  readonly tasks: readonly TaskShape[];
  readonly lastTaskFailure?: { readonly state: string; readonly message: string };
  readonly whyWaiting?: { readonly reason: string; readonly state: string };
}

export interface QueueShape {
  readonly queue: readonly {
    readonly count: number;
    readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
    readonly app: { readonly id: string };
    readonly processedOffersSummary: {
      readonly rejectSummaryLastOffers: readonly { readonly reason: string; readonly declined: number }[];
    };
  }[];
}
