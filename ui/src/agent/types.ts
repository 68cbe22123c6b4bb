/** What the page reads of an agent's `/state` and `/containers`. */

export interface Scalars {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

export interface AgentTask {
  readonly id: string;
  readonly name: string;
  readonly state?: string;
  readonly framework_id?: string;
  readonly resources: Scalars;
  readonly role?: string;
  readonly statuses?: readonly {
    readonly state: string;
    readonly timestamp: number;
    readonly healthy?: boolean;
  }[];
}

export interface AgentExecutor {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly container: string;
  readonly resources: Scalars;
  readonly role?: string;
  readonly type?: string;
  readonly tasks: readonly AgentTask[];
  readonly queued_tasks: readonly AgentTask[];
  readonly completed_tasks: readonly AgentTask[];
}

export interface AgentFramework {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly executors: readonly AgentExecutor[];
  readonly completed_executors: readonly AgentExecutor[];
}

export interface AgentState {
  readonly id: string;
  readonly pid: string;
  readonly hostname: string;
  readonly version: string;
  /** Seconds since 1970. */
  readonly start_time: number;
  readonly resources: Scalars;
  readonly reserved_resources: Readonly<Record<string, Scalars>>;
  readonly reserved_resources_allocated: Readonly<Record<string, Scalars>>;
  readonly unreserved_resources_allocated: Scalars;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly master_hostname?: string;
  readonly drain_config?: { readonly mark_gone?: boolean };
  readonly estimated_drain_start_time_seconds?: number;
  readonly frameworks: readonly AgentFramework[];
  readonly completed_frameworks: readonly AgentFramework[];
  readonly capabilities: readonly string[];
}

export interface ContainerUse {
  readonly container_id: string;
  readonly framework_id: string;
  readonly executor_id: string;
  readonly executor_name: string;
  readonly statistics: {
    readonly timestamp?: number;
    readonly cpus_limit?: number;
    readonly cpus_system_time_secs?: number;
    readonly cpus_user_time_secs?: number;
    readonly mem_limit_bytes?: number;
    readonly mem_rss_bytes?: number;
    readonly mem_total_bytes?: number;
    readonly disk_limit_bytes?: number;
    readonly disk_used_bytes?: number;
    readonly processes?: number;
    readonly threads?: number;
  };
  readonly status?: { readonly executor_pid?: number };
}
