/** What the page reads of the v1 operator API, in JSON (v1-operator-api.md §2, §3). */

export interface Id {
  readonly value: string;
}

export interface Resource {
  readonly name: string;
  readonly type: 'SCALAR' | 'RANGES' | 'SET';
  readonly scalar?: { readonly value: number };
  readonly ranges?: { readonly range?: readonly { readonly begin: number; readonly end: number }[] };
  readonly set?: { readonly item?: readonly string[] };
  readonly reservations?: readonly {
    readonly role?: string;
    readonly type?: string;
    readonly principal?: string;
  }[];
  readonly disk?: {
    readonly persistence?: { readonly id: string; readonly principal?: string };
    readonly source?: { readonly type?: string };
  };
  readonly allocation_info?: { readonly role?: string };
}

export interface Time {
  readonly nanoseconds: number;
}

export interface Attribute {
  readonly name: string;
  readonly text?: { readonly value: string };
  readonly scalar?: { readonly value: number };
}

export interface Agent {
  readonly agent_info: {
    readonly hostname: string;
    readonly port?: number;
    readonly id: Id;
    readonly attributes?: readonly Attribute[];
    readonly domain?: {
      readonly fault_domain?: {
        readonly region: { readonly name: string };
        readonly zone: { readonly name: string };
      };
    };
  };
  readonly active: boolean;
  readonly deactivated?: boolean;
  readonly version: string;
  readonly pid?: string;
  readonly registered_time?: Time;
  readonly reregistered_time?: Time;
  readonly total_resources?: readonly Resource[];
  readonly allocated_resources?: readonly Resource[];
  readonly offered_resources?: readonly Resource[];
  readonly drain_info?: { readonly state: string; readonly config?: { readonly mark_gone?: boolean } };
  readonly resource_providers?: readonly ResourceProvider[];
}

export interface ResourceProvider {
  readonly resource_provider_info: { readonly id?: Id; readonly type: string; readonly name: string };
  readonly total_resources?: readonly Resource[];
}

export interface Offer {
  readonly id: Id;
  readonly agent_id: Id;
  readonly hostname: string;
  readonly resources?: readonly Resource[];
  readonly allocation_info?: { readonly role?: string };
}

export interface Framework {
  readonly framework_info: {
    readonly id: Id;
    readonly name: string;
    readonly user: string;
    readonly roles?: readonly string[];
    readonly role?: string;
    readonly principal?: string;
    readonly webui_url?: string;
    readonly hostname?: string;
    readonly failover_timeout?: number;
    readonly capabilities?: readonly { readonly type: string }[];
  };
  readonly active: boolean;
  readonly connected: boolean;
  readonly recovered?: boolean;
  readonly registered_time?: Time;
  readonly reregistered_time?: Time;
  readonly unregistered_time?: Time;
  readonly offers?: readonly Offer[];
}

export interface Status {
  readonly state: string;
  readonly message?: string;
  readonly source?: string;
  readonly reason?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  readonly healthy?: boolean;
  readonly container_status?: { readonly container_id?: Id; readonly executor_pid?: number };
}

export interface Task {
  readonly name: string;
  readonly task_id: Id;
  readonly framework_id: Id;
  readonly executor_id?: Id;
  readonly agent_id: Id;
  readonly state: string;
  readonly resources?: readonly Resource[];
  readonly statuses?: readonly Status[];
  readonly labels?: { readonly labels?: readonly { readonly key: string; readonly value?: string }[] };
  readonly user?: string;
}

/** One of a framework's own; those of single commands are not listed. */
export interface Executor {
  readonly agent_id: Id;
  readonly executor_info: {
    readonly executor_id: Id;
    readonly framework_id?: Id;
    readonly resources?: readonly Resource[];
  };
}

export interface State {
  readonly get_executors?: { readonly executors?: readonly Executor[] };
  readonly get_agents?: { readonly agents?: readonly Agent[] };
  readonly get_frameworks?: {
    readonly frameworks?: readonly Framework[];
    readonly completed_frameworks?: readonly Framework[];
  };
  readonly get_tasks?: {
    readonly pending_tasks?: readonly Task[];
    readonly tasks?: readonly Task[];
    readonly unreachable_tasks?: readonly Task[];
    readonly completed_tasks?: readonly Task[];
  };
}

export interface MasterEvent {
  readonly type: string;
  readonly index?: number;
  readonly subscribed?: { readonly get_state?: State; readonly heartbeat_interval_seconds?: number };
  readonly task_added?: { readonly task: Task };
  readonly task_updated?: {
    readonly framework_id: Id;
    readonly status: Status & { readonly task_id: Id };
    readonly state: string;
  };
  readonly agent_added?: { readonly agent: Agent };
  readonly agent_removed?: { readonly agent_id: Id };
  readonly framework_added?: { readonly framework: Framework };
  readonly framework_updated?: { readonly framework: Framework };
  readonly framework_removed?: { readonly framework_info: Framework['framework_info'] };
}
