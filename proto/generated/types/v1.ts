// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * State of a driver: what its start, stop, abort and join return.
 * `mesos.v1.Status`.
 */
export const Status = {
  DRIVER_NOT_STARTED: 1,
  DRIVER_RUNNING: 2,
  DRIVER_ABORTED: 3,
  DRIVER_STOPPED: 4,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/**
 * Names a framework for its whole life, over failovers of its scheduler too. Given by the master.
 * `mesos.v1.FrameworkID`.
 */
export interface FrameworkID {
  value: string;
}

/**
 * Names one offer; an accepted, declined or rescinded offer never comes back under it.
 * `mesos.v1.OfferID`.
 */
export interface OfferID {
  value: string;
}

/**
 * Names one registration of an agent. Given by the master; kept over restarts that recover.
 * `mesos.v1.AgentID`.
 */
export interface AgentID {
  value: string;
}

/**
 * Names a task; chosen by the framework, unique among its tasks at any time.
 * `mesos.v1.TaskID`.
 */
export interface TaskID {
  value: string;
}

/**
 * Names an executor; chosen by the framework, unique on an agent.
 * `mesos.v1.ExecutorID`.
 */
export interface ExecutorID {
  value: string;
}

/**
 * Names a container; a nested container carries the chain of its parents.
 * `mesos.v1.ContainerID`.
 */
export interface ContainerID {
  value: string;
  parent?: ContainerID | undefined;
}

/**
 * Names a resource provider of an agent. Given by the agent.
 * `mesos.v1.ResourceProviderID`.
 */
export interface ResourceProviderID {
  value: string;
}

/**
 * Names an offer operation whose outcome the framework wants to hear of; chosen by the framework.
 * `mesos.v1.OperationID`.
 */
export interface OperationID {
  value: string;
}

/**
 * A point in time, in nanoseconds since the Unix epoch.
 * `mesos.v1.TimeInfo`.
 */
export interface TimeInfo {
  nanoseconds: number;
}

/**
 * A span of time in nanoseconds.
 * `mesos.v1.DurationInfo`.
 */
export interface DurationInfo {
  nanoseconds: number;
}

/**
 * Where a node listens.
 * `mesos.v1.Address`.
 */
export interface Address {
  hostname?: string | undefined;
  ip?: string | undefined;
  port: number;
}

/**
 * A URL, taken apart.
 * `mesos.v1.URL`.
 */
export interface URL {
  scheme: string;
  address: Address;
  path?: string | undefined;
  query?: Parameter[] | undefined;
  fragment?: string | undefined;
}

/**
 * A span of time in which a machine is planned to be away; without a duration, for good.
 * `mesos.v1.Unavailability`.
 */
export interface Unavailability {
  start: TimeInfo;
  duration?: DurationInfo | undefined;
}

/**
 * Names a machine, by host name, address or both.
 * `mesos.v1.MachineID`.
 */
export interface MachineID {
  hostname?: string | undefined;
  ip?: string | undefined;
}

/**
 * A machine under maintenance, and how far it has got.
 * `mesos.v1.MachineInfo`.
 */
export interface MachineInfo {
  id: MachineID;
  mode?: MachineInfoMode | undefined;
  unavailability?: Unavailability | undefined;
}

/** `mesos.v1.MachineInfo.Mode`. */
export const MachineInfoMode = {
  UP: 1,
  DRAINING: 2,
  DOWN: 3,
} as const;
export type MachineInfoMode = (typeof MachineInfoMode)[keyof typeof MachineInfoMode];

/**
 * A framework as it describes itself when it subscribes.
 * `mesos.v1.FrameworkInfo`.
 */
export interface FrameworkInfo {
  user: string;
  name: string;
  id?: FrameworkID | undefined;
  /**
   * Seconds that tasks survive without a connected scheduler.
   * Default: 0.
   */
  failover_timeout?: number | undefined;
  /**
   * Whether executors and tasks outlive a restart of the agent.
   * Default: false.
   */
  checkpoint?: boolean | undefined;
  /**
   * Default: *.
   * @deprecated
   */
  role?: string | undefined;
  roles?: string[] | undefined;
  hostname?: string | undefined;
  principal?: string | undefined;
  webui_url?: string | undefined;
  capabilities?: FrameworkInfoCapability[] | undefined;
  labels?: Labels | undefined;
  offer_filters?: { [key: string]: OfferFilters } | undefined;
}

/**
 * Something the framework understands beyond the basics.
 * `mesos.v1.FrameworkInfo.Capability`.
 */
export interface FrameworkInfoCapability {
  type?: FrameworkInfoCapabilityType | undefined;
}

/** `mesos.v1.FrameworkInfo.Capability.Type`. */
export const FrameworkInfoCapabilityType = {
  UNKNOWN: 0,
  REVOCABLE_RESOURCES: 1,
  TASK_KILLING_STATE: 2,
  GPU_RESOURCES: 3,
  SHARED_RESOURCES: 4,
  PARTITION_AWARE: 5,
  MULTI_ROLE: 6,
  RESERVATION_REFINEMENT: 7,
  REGION_AWARE: 8,
} as const;
export type FrameworkInfoCapabilityType =
  (typeof FrameworkInfoCapabilityType)[keyof typeof FrameworkInfoCapabilityType];

/**
 * A check whose results are reported in status updates but never kill the task.
 * `mesos.v1.CheckInfo`.
 */
export interface CheckInfo {
  type?: CheckInfoType | undefined;
  command?: CheckInfoCommand | undefined;
  http?: CheckInfoHttp | undefined;
  tcp?: CheckInfoTcp | undefined;
  /** Default: 15. */
  delay_seconds?: number | undefined;
  /** Default: 10. */
  interval_seconds?: number | undefined;
  /** Default: 20. */
  timeout_seconds?: number | undefined;
}

/** `mesos.v1.CheckInfo.Type`. */
export const CheckInfoType = {
  UNKNOWN: 0,
  COMMAND: 1,
  HTTP: 2,
  TCP: 3,
} as const;
export type CheckInfoType = (typeof CheckInfoType)[keyof typeof CheckInfoType];

/** `mesos.v1.CheckInfo.Command`. */
export interface CheckInfoCommand {
  command: CommandInfo;
}

/** `mesos.v1.CheckInfo.Http`. */
export interface CheckInfoHttp {
  port: number;
  path?: string | undefined;
}

/** `mesos.v1.CheckInfo.Tcp`. */
export interface CheckInfoTcp {
  port: number;
}

/**
 * A check that kills a task which fails it too often.
 * `mesos.v1.HealthCheck`.
 */
export interface HealthCheck {
  /**
   * Seconds before the first check.
   * Default: 15.
   */
  delay_seconds?: number | undefined;
  /**
   * Seconds between checks.
   * Default: 10.
   */
  interval_seconds?: number | undefined;
  /**
   * Seconds a check may take.
   * Default: 20.
   */
  timeout_seconds?: number | undefined;
  /**
   * Failures in a row that kill the task.
   * Default: 3.
   */
  consecutive_failures?: number | undefined;
  /**
   * Seconds after launch in which failures do not count.
   * Default: 10.
   */
  grace_period_seconds?: number | undefined;
  type?: HealthCheckType | undefined;
  command?: CommandInfo | undefined;
  http?: HealthCheckHTTPCheckInfo | undefined;
  tcp?: HealthCheckTCPCheckInfo | undefined;
}

/** `mesos.v1.HealthCheck.Type`. */
export const HealthCheckType = {
  UNKNOWN: 0,
  COMMAND: 1,
  HTTP: 2,
  TCP: 3,
} as const;
export type HealthCheckType = (typeof HealthCheckType)[keyof typeof HealthCheckType];

/** `mesos.v1.HealthCheck.HTTPCheckInfo`. */
export interface HealthCheckHTTPCheckInfo {
  /** Default: IPv4. */
  protocol?: NetworkInfoProtocol | undefined;
  scheme?: string | undefined;
  port: number;
  path?: string | undefined;
  statuses?: number[] | undefined;
}

/** `mesos.v1.HealthCheck.TCPCheckInfo`. */
export interface HealthCheckTCPCheckInfo {
  /** Default: IPv4. */
  protocol?: NetworkInfoProtocol | undefined;
  port: number;
}

/**
 * How long a task is given between the polite kill and the forced one.
 * `mesos.v1.KillPolicy`.
 */
export interface KillPolicy {
  grace_period?: DurationInfo | undefined;
}

/**
 * What to run: URIs to fetch first, environment, and a shell line or a program with arguments.
 * `mesos.v1.CommandInfo`.
 */
export interface CommandInfo {
  uris?: CommandInfoURI[] | undefined;
  environment?: Environment | undefined;
  /**
   * Run `value` by /bin/sh -c; otherwise `value` is a program and `arguments` its argv.
   * Default: true.
   */
  shell?: boolean | undefined;
  value?: string | undefined;
  arguments?: string[] | undefined;
  user?: string | undefined;
}

/** `mesos.v1.CommandInfo.URI`. */
export interface CommandInfoURI {
  value: string;
  executable?: boolean | undefined;
  /** Default: true. */
  extract?: boolean | undefined;
  cache?: boolean | undefined;
  output_file?: string | undefined;
}

/**
 * An executor: the process on an agent that runs tasks of a framework.
 * `mesos.v1.ExecutorInfo`.
 */
export interface ExecutorInfo {
  type?: ExecutorInfoType | undefined;
  executor_id: ExecutorID;
  framework_id?: FrameworkID | undefined;
  command?: CommandInfo | undefined;
  container?: ContainerInfo | undefined;
  resources?: Resource[] | undefined;
  name?: string | undefined;
  /** @deprecated */
  source?: string | undefined;
  data?: Uint8Array | undefined;
  discovery?: DiscoveryInfo | undefined;
  shutdown_grace_period?: DurationInfo | undefined;
  labels?: Labels | undefined;
}

/** `mesos.v1.ExecutorInfo.Type`. */
export const ExecutorInfoType = {
  UNKNOWN: 0,
  DEFAULT: 1,
  CUSTOM: 2,
} as const;
export type ExecutorInfoType = (typeof ExecutorInfoType)[keyof typeof ExecutorInfoType];

/**
 * Where a node stands: region and zone.
 * `mesos.v1.DomainInfo`.
 */
export interface DomainInfo {
  fault_domain?: DomainInfoFaultDomain | undefined;
}

/** `mesos.v1.DomainInfo.FaultDomain`. */
export interface DomainInfoFaultDomain {
  region: DomainInfoFaultDomainRegionInfo;
  zone: DomainInfoFaultDomainZoneInfo;
}

/** `mesos.v1.DomainInfo.FaultDomain.RegionInfo`. */
export interface DomainInfoFaultDomainRegionInfo {
  name: string;
}

/** `mesos.v1.DomainInfo.FaultDomain.ZoneInfo`. */
export interface DomainInfoFaultDomainZoneInfo {
  name: string;
}

/**
 * A master as others see it: address, version, capabilities.
 * `mesos.v1.MasterInfo`.
 */
export interface MasterInfo {
  id: string;
  /** IPv4 address in network byte order. */
  ip: number;
  /** Default: 5050. */
  port: number;
  pid?: string | undefined;
  hostname?: string | undefined;
  version?: string | undefined;
  address?: Address | undefined;
  domain?: DomainInfo | undefined;
  capabilities?: MasterInfoCapability[] | undefined;
}

/** `mesos.v1.MasterInfo.Capability`. */
export interface MasterInfoCapability {
  type?: MasterInfoCapabilityType | undefined;
}

/** `mesos.v1.MasterInfo.Capability.Type`. */
export const MasterInfoCapabilityType = {
  UNKNOWN: 0,
  AGENT_UPDATE: 1,
  AGENT_DRAINING: 2,
  QUOTA_V2: 3,
} as const;
export type MasterInfoCapabilityType =
  (typeof MasterInfoCapabilityType)[keyof typeof MasterInfoCapabilityType];

/**
 * An agent as it describes itself when it registers.
 * `mesos.v1.AgentInfo`.
 */
export interface AgentInfo {
  hostname: string;
  /** Default: 5051. */
  port?: number | undefined;
  resources?: Resource[] | undefined;
  attributes?: Attribute[] | undefined;
  id?: AgentID | undefined;
  domain?: DomainInfo | undefined;
}

/**
 * Something the agent understands beyond the basics.
 * `mesos.v1.AgentInfo.Capability`.
 */
export interface AgentInfoCapability {
  type?: AgentInfoCapabilityType | undefined;
}

/** `mesos.v1.AgentInfo.Capability.Type`. */
export const AgentInfoCapabilityType = {
  UNKNOWN: 0,
  MULTI_ROLE: 1,
  HIERARCHICAL_ROLE: 2,
  RESERVATION_REFINEMENT: 3,
  RESOURCE_PROVIDER: 4,
  RESIZE_VOLUME: 5,
  AGENT_OPERATION_FEEDBACK: 6,
  AGENT_DRAINING: 7,
  TASK_RESOURCE_LIMITS: 8,
} as const;
export type AgentInfoCapabilityType = (typeof AgentInfoCapabilityType)[keyof typeof AgentInfoCapabilityType];

/**
 * A container that runs one or more services of a storage plugin.
 * `mesos.v1.CSIPluginContainerInfo`.
 */
export interface CSIPluginContainerInfo {
  services?: CSIPluginContainerInfoService[] | undefined;
  command?: CommandInfo | undefined;
  resources?: Resource[] | undefined;
  container?: ContainerInfo | undefined;
}

/** `mesos.v1.CSIPluginContainerInfo.Service`. */
export const CSIPluginContainerInfoService = {
  UNKNOWN: 0,
  CONTROLLER_SERVICE: 1,
  NODE_SERVICE: 2,
} as const;
export type CSIPluginContainerInfoService =
  (typeof CSIPluginContainerInfoService)[keyof typeof CSIPluginContainerInfoService];

/**
 * Where a service of a storage plugin listens.
 * `mesos.v1.CSIPluginEndpoint`.
 */
export interface CSIPluginEndpoint {
  csi_service: CSIPluginContainerInfoService;
  endpoint: string;
}

/**
 * A storage plugin: its name and how its services are run or reached.
 * `mesos.v1.CSIPluginInfo`.
 */
export interface CSIPluginInfo {
  type: string;
  /** Default: default. */
  name?: string | undefined;
  containers?: CSIPluginContainerInfo[] | undefined;
  endpoints?: CSIPluginEndpoint[] | undefined;
  target_path_root?: string | undefined;
  target_path_exists?: boolean | undefined;
}

/**
 * A resource provider as it describes itself when it subscribes.
 * `mesos.v1.ResourceProviderInfo`.
 */
export interface ResourceProviderInfo {
  id?: ResourceProviderID | undefined;
  attributes?: Attribute[] | undefined;
  type: string;
  name: string;
  default_reservations?: ResourceReservationInfo[] | undefined;
  storage?: ResourceProviderInfoStorage | undefined;
}

/** `mesos.v1.ResourceProviderInfo.Storage`. */
export interface ResourceProviderInfoStorage {
  plugin: CSIPluginInfo;
  reconciliation_interval_seconds?: number | undefined;
}

/**
 * A value of a resource or an attribute: scalar, ranges, set or text.
 * `mesos.v1.Value`.
 */
export interface Value {
  type: ValueType;
  scalar?: ValueScalar | undefined;
  ranges?: ValueRanges | undefined;
  set?: ValueSet | undefined;
  text?: ValueText | undefined;
}

/** `mesos.v1.Value.Type`. */
export const ValueType = {
  SCALAR: 0,
  RANGES: 1,
  SET: 2,
  TEXT: 3,
} as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** `mesos.v1.Value.Scalar`. */
export interface ValueScalar {
  value: number;
}

/** `mesos.v1.Value.Range`. */
export interface ValueRange {
  begin: number;
  end: number;
}

/** `mesos.v1.Value.Ranges`. */
export interface ValueRanges {
  range?: ValueRange[] | undefined;
}

/** `mesos.v1.Value.Set`. */
export interface ValueSet {
  item?: string[] | undefined;
}

/** `mesos.v1.Value.Text`. */
export interface ValueText {
  value: string;
}

/**
 * Something that is true of an agent, for schedulers to choose by.
 * `mesos.v1.Attribute`.
 */
export interface Attribute {
  name: string;
  type: ValueType;
  scalar?: ValueScalar | undefined;
  ranges?: ValueRanges | undefined;
  set?: ValueSet | undefined;
  text?: ValueText | undefined;
}

/**
 * An amount of something, with everything that decides who may use it: reservations, allocation, disk,
 * revocability, provider.
 * `mesos.v1.Resource`.
 */
export interface Resource {
  provider_id?: ResourceProviderID | undefined;
  name: string;
  type: ValueType;
  scalar?: ValueScalar | undefined;
  ranges?: ValueRanges | undefined;
  set?: ValueSet | undefined;
  /**
   * Default: *.
   * @deprecated
   */
  role?: string | undefined;
  allocation_info?: ResourceAllocationInfo | undefined;
  reservation?: ResourceReservationInfo | undefined;
  reservations?: ResourceReservationInfo[] | undefined;
  disk?: ResourceDiskInfo | undefined;
  revocable?: ResourceRevocableInfo | undefined;
  shared?: ResourceSharedInfo | undefined;
}

/**
 * The role the resource is allocated to.
 * `mesos.v1.Resource.AllocationInfo`.
 */
export interface ResourceAllocationInfo {
  role?: string | undefined;
}

/**
 * One reservation; the last of a stack is the most refined.
 * `mesos.v1.Resource.ReservationInfo`.
 */
export interface ResourceReservationInfo {
  type?: ResourceReservationInfoType | undefined;
  role?: string | undefined;
  principal?: string | undefined;
  labels?: Labels | undefined;
}

/** `mesos.v1.Resource.ReservationInfo.Type`. */
export const ResourceReservationInfoType = {
  UNKNOWN: 0,
  STATIC: 1,
  DYNAMIC: 2,
} as const;
export type ResourceReservationInfoType =
  (typeof ResourceReservationInfoType)[keyof typeof ResourceReservationInfoType];

/**
 * Volume, persistence and source of a disk resource.
 * `mesos.v1.Resource.DiskInfo`.
 */
export interface ResourceDiskInfo {
  persistence?: ResourceDiskInfoPersistence | undefined;
  volume?: Volume | undefined;
  source?: ResourceDiskInfoSource | undefined;
}

/** `mesos.v1.Resource.DiskInfo.Persistence`. */
export interface ResourceDiskInfoPersistence {
  id: string;
  principal?: string | undefined;
}

/** `mesos.v1.Resource.DiskInfo.Source`. */
export interface ResourceDiskInfoSource {
  type: ResourceDiskInfoSourceType;
  path?: ResourceDiskInfoSourcePath | undefined;
  mount?: ResourceDiskInfoSourceMount | undefined;
  vendor?: string | undefined;
  id?: string | undefined;
  metadata?: Labels | undefined;
  profile?: string | undefined;
}

/** `mesos.v1.Resource.DiskInfo.Source.Type`. */
export const ResourceDiskInfoSourceType = {
  UNKNOWN: 0,
  PATH: 1,
  MOUNT: 2,
  BLOCK: 3,
  RAW: 4,
} as const;
export type ResourceDiskInfoSourceType =
  (typeof ResourceDiskInfoSourceType)[keyof typeof ResourceDiskInfoSourceType];

/** `mesos.v1.Resource.DiskInfo.Source.Path`. */
export interface ResourceDiskInfoSourcePath {
  root?: string | undefined;
}

/** `mesos.v1.Resource.DiskInfo.Source.Mount`. */
export interface ResourceDiskInfoSourceMount {
  root?: string | undefined;
}

/** `mesos.v1.Resource.RevocableInfo`. */
export type ResourceRevocableInfo = Record<string, never>;

/** `mesos.v1.Resource.SharedInfo`. */
export type ResourceSharedInfo = Record<string, never>;

/**
 * Counters of one traffic control class of a container.
 * `mesos.v1.TrafficControlStatistics`.
 */
export interface TrafficControlStatistics {
  id: string;
  backlog?: number | undefined;
  bytes?: number | undefined;
  drops?: number | undefined;
  overlimits?: number | undefined;
  packets?: number | undefined;
  qlen?: number | undefined;
  ratebps?: number | undefined;
  ratepps?: number | undefined;
  requeues?: number | undefined;
}

/**
 * IP counters of a container, named as SNMP names them.
 * `mesos.v1.IpStatistics`.
 */
export interface IpStatistics {
  Forwarding?: number | undefined;
  DefaultTTL?: number | undefined;
  InReceives?: number | undefined;
  InHdrErrors?: number | undefined;
  InAddrErrors?: number | undefined;
  ForwDatagrams?: number | undefined;
  InUnknownProtos?: number | undefined;
  InDiscards?: number | undefined;
  InDelivers?: number | undefined;
  OutRequests?: number | undefined;
  OutDiscards?: number | undefined;
  OutNoRoutes?: number | undefined;
  ReasmTimeout?: number | undefined;
  ReasmReqds?: number | undefined;
  ReasmOKs?: number | undefined;
  ReasmFails?: number | undefined;
  FragOKs?: number | undefined;
  FragFails?: number | undefined;
  FragCreates?: number | undefined;
}

/**
 * ICMP counters of a container, named as SNMP names them.
 * `mesos.v1.IcmpStatistics`.
 */
export interface IcmpStatistics {
  InMsgs?: number | undefined;
  InErrors?: number | undefined;
  InCsumErrors?: number | undefined;
  InDestUnreachs?: number | undefined;
  InTimeExcds?: number | undefined;
  InParmProbs?: number | undefined;
  InSrcQuenchs?: number | undefined;
  InRedirects?: number | undefined;
  InEchos?: number | undefined;
  InEchoReps?: number | undefined;
  InTimestamps?: number | undefined;
  InTimestampReps?: number | undefined;
  InAddrMasks?: number | undefined;
  InAddrMaskReps?: number | undefined;
  OutMsgs?: number | undefined;
  OutErrors?: number | undefined;
  OutDestUnreachs?: number | undefined;
  OutTimeExcds?: number | undefined;
  OutParmProbs?: number | undefined;
  OutSrcQuenchs?: number | undefined;
  OutRedirects?: number | undefined;
  OutEchos?: number | undefined;
  OutEchoReps?: number | undefined;
  OutTimestamps?: number | undefined;
  OutTimestampReps?: number | undefined;
  OutAddrMasks?: number | undefined;
  OutAddrMaskReps?: number | undefined;
}

/**
 * TCP counters of a container, named as SNMP names them.
 * `mesos.v1.TcpStatistics`.
 */
export interface TcpStatistics {
  RtoAlgorithm?: number | undefined;
  RtoMin?: number | undefined;
  RtoMax?: number | undefined;
  MaxConn?: number | undefined;
  ActiveOpens?: number | undefined;
  PassiveOpens?: number | undefined;
  AttemptFails?: number | undefined;
  EstabResets?: number | undefined;
  CurrEstab?: number | undefined;
  InSegs?: number | undefined;
  OutSegs?: number | undefined;
  RetransSegs?: number | undefined;
  InErrs?: number | undefined;
  OutRsts?: number | undefined;
  InCsumErrors?: number | undefined;
}

/**
 * UDP counters of a container, named as SNMP names them.
 * `mesos.v1.UdpStatistics`.
 */
export interface UdpStatistics {
  InDatagrams?: number | undefined;
  NoPorts?: number | undefined;
  InErrors?: number | undefined;
  OutDatagrams?: number | undefined;
  RcvbufErrors?: number | undefined;
  SndbufErrors?: number | undefined;
  InCsumErrors?: number | undefined;
  IgnoredMulti?: number | undefined;
}

/**
 * Network counters of a container by protocol.
 * `mesos.v1.SNMPStatistics`.
 */
export interface SNMPStatistics {
  ip_stats?: IpStatistics | undefined;
  icmp_stats?: IcmpStatistics | undefined;
  tcp_stats?: TcpStatistics | undefined;
  udp_stats?: UdpStatistics | undefined;
}

/**
 * Disk use and limit of one volume or of the sandbox.
 * `mesos.v1.DiskStatistics`.
 */
export interface DiskStatistics {
  source?: ResourceDiskInfoSource | undefined;
  persistence?: ResourceDiskInfoPersistence | undefined;
  limit_bytes?: number | undefined;
  used_bytes?: number | undefined;
}

/**
 * What a container uses and may use, at one time.
 * `mesos.v1.ResourceStatistics`.
 */
export interface ResourceStatistics {
  timestamp: number;
  processes?: number | undefined;
  threads?: number | undefined;
  cpus_user_time_secs?: number | undefined;
  cpus_system_time_secs?: number | undefined;
  cpus_limit?: number | undefined;
  cpus_soft_limit?: number | undefined;
  cpus_nr_periods?: number | undefined;
  cpus_nr_throttled?: number | undefined;
  cpus_throttled_time_secs?: number | undefined;
  mem_total_bytes?: number | undefined;
  mem_total_memsw_bytes?: number | undefined;
  mem_kmem_usage_bytes?: number | undefined;
  mem_kmem_tcp_usage_bytes?: number | undefined;
  mem_limit_bytes?: number | undefined;
  mem_soft_limit_bytes?: number | undefined;
  mem_file_bytes?: number | undefined;
  mem_anon_bytes?: number | undefined;
  mem_cache_bytes?: number | undefined;
  mem_rss_bytes?: number | undefined;
  mem_mapped_file_bytes?: number | undefined;
  mem_swap_bytes?: number | undefined;
  mem_unevictable_bytes?: number | undefined;
  mem_low_pressure_counter?: number | undefined;
  mem_medium_pressure_counter?: number | undefined;
  mem_critical_pressure_counter?: number | undefined;
  disk_limit_bytes?: number | undefined;
  disk_used_bytes?: number | undefined;
  disk_statistics?: DiskStatistics[] | undefined;
  blkio_statistics?: CgroupInfoBlkioStatistics | undefined;
  perf?: PerfStatistics | undefined;
  net_rx_packets?: number | undefined;
  net_rx_bytes?: number | undefined;
  net_rx_errors?: number | undefined;
  net_rx_dropped?: number | undefined;
  net_tx_packets?: number | undefined;
  net_tx_bytes?: number | undefined;
  net_tx_errors?: number | undefined;
  net_tx_dropped?: number | undefined;
  net_tx_rate_limit?: number | undefined;
  net_tx_burst_rate_limit?: number | undefined;
  net_tx_burst_size?: number | undefined;
  net_rx_rate_limit?: number | undefined;
  net_rx_burst_rate_limit?: number | undefined;
  net_rx_burst_size?: number | undefined;
  net_rate_statistics?: ResourceStatisticsRateStatistics | undefined;
  net_ephemeral_ports?: ValueRange | undefined;
  net_tcp_rtt_microsecs_p50?: number | undefined;
  net_tcp_rtt_microsecs_p90?: number | undefined;
  net_tcp_rtt_microsecs_p95?: number | undefined;
  net_tcp_rtt_microsecs_p99?: number | undefined;
  net_tcp_active_connections?: number | undefined;
  net_tcp_time_wait_connections?: number | undefined;
  net_traffic_control_statistics?: TrafficControlStatistics[] | undefined;
  net_snmp_statistics?: SNMPStatistics | undefined;
}

/** `mesos.v1.ResourceStatistics.RatePercentiles`. */
export interface ResourceStatisticsRatePercentiles {
  min?: number | undefined;
  max?: number | undefined;
  p50?: number | undefined;
  p90?: number | undefined;
  p95?: number | undefined;
  p99?: number | undefined;
  p999?: number | undefined;
  p9999?: number | undefined;
  samples?: number | undefined;
}

/** `mesos.v1.ResourceStatistics.RateStatistics`. */
export interface ResourceStatisticsRateStatistics {
  rx_rate?: ResourceStatisticsRatePercentiles | undefined;
  rx_packet_rate?: ResourceStatisticsRatePercentiles | undefined;
  rx_drop_rate?: ResourceStatisticsRatePercentiles | undefined;
  rx_error_rate?: ResourceStatisticsRatePercentiles | undefined;
  tx_rate?: ResourceStatisticsRatePercentiles | undefined;
  tx_packet_rate?: ResourceStatisticsRatePercentiles | undefined;
  tx_drop_rate?: ResourceStatisticsRatePercentiles | undefined;
  tx_error_rate?: ResourceStatisticsRatePercentiles | undefined;
  sampling_window_secs?: number | undefined;
  sampling_interval_secs?: number | undefined;
}

/**
 * Use of an agent: all executors with their tasks, allocations and statistics.
 * `mesos.v1.ResourceUsage`.
 */
export interface ResourceUsage {
  executors?: ResourceUsageExecutor[] | undefined;
  total?: Resource[] | undefined;
}

/** `mesos.v1.ResourceUsage.Executor`. */
export interface ResourceUsageExecutor {
  executor_info: ExecutorInfo;
  allocated?: Resource[] | undefined;
  statistics?: ResourceStatistics | undefined;
  container_id: ContainerID;
  tasks?: ResourceUsageExecutorTask[] | undefined;
}

/** `mesos.v1.ResourceUsage.Executor.Task`. */
export interface ResourceUsageExecutorTask {
  name: string;
  id: TaskID;
  resources?: Resource[] | undefined;
  labels?: Labels | undefined;
}

/**
 * Hardware counters of a container over one sample.
 * `mesos.v1.PerfStatistics`.
 */
export interface PerfStatistics {
  timestamp: number;
  duration: number;
  cycles?: number | undefined;
  stalled_cycles_frontend?: number | undefined;
  stalled_cycles_backend?: number | undefined;
  instructions?: number | undefined;
  cache_references?: number | undefined;
  cache_misses?: number | undefined;
  branches?: number | undefined;
  branch_misses?: number | undefined;
  bus_cycles?: number | undefined;
  ref_cycles?: number | undefined;
  cpu_clock?: number | undefined;
  task_clock?: number | undefined;
  page_faults?: number | undefined;
  minor_faults?: number | undefined;
  major_faults?: number | undefined;
  context_switches?: number | undefined;
  cpu_migrations?: number | undefined;
  alignment_faults?: number | undefined;
  emulation_faults?: number | undefined;
  l1_dcache_loads?: number | undefined;
  l1_dcache_load_misses?: number | undefined;
  l1_dcache_stores?: number | undefined;
  l1_dcache_store_misses?: number | undefined;
  l1_dcache_prefetches?: number | undefined;
  l1_dcache_prefetch_misses?: number | undefined;
  l1_icache_loads?: number | undefined;
  l1_icache_load_misses?: number | undefined;
  l1_icache_prefetches?: number | undefined;
  l1_icache_prefetch_misses?: number | undefined;
  llc_loads?: number | undefined;
  llc_load_misses?: number | undefined;
  llc_stores?: number | undefined;
  llc_store_misses?: number | undefined;
  llc_prefetches?: number | undefined;
  llc_prefetch_misses?: number | undefined;
  dtlb_loads?: number | undefined;
  dtlb_load_misses?: number | undefined;
  dtlb_stores?: number | undefined;
  dtlb_store_misses?: number | undefined;
  dtlb_prefetches?: number | undefined;
  dtlb_prefetch_misses?: number | undefined;
  itlb_loads?: number | undefined;
  itlb_load_misses?: number | undefined;
  branch_loads?: number | undefined;
  branch_load_misses?: number | undefined;
  node_loads?: number | undefined;
  node_load_misses?: number | undefined;
  node_stores?: number | undefined;
  node_store_misses?: number | undefined;
  node_prefetches?: number | undefined;
  node_prefetch_misses?: number | undefined;
}

/**
 * What offers of a role must at least hold for a framework to want them.
 * `mesos.v1.OfferFilters`.
 */
export interface OfferFilters {
  min_allocatable_resources?: OfferFiltersMinAllocatableResources | undefined;
}

/** `mesos.v1.OfferFilters.ResourceQuantities`. */
export interface OfferFiltersResourceQuantities {
  quantities?: { [key: string]: ValueScalar } | undefined;
}

/** `mesos.v1.OfferFilters.MinAllocatableResources`. */
export interface OfferFiltersMinAllocatableResources {
  quantities?: OfferFiltersResourceQuantities[] | undefined;
}

/**
 * Resources a framework would like to be offered; a hint.
 * `mesos.v1.Request`.
 */
export interface Request {
  agent_id?: AgentID | undefined;
  resources?: Resource[] | undefined;
}

/**
 * Resources of one agent, put at one framework's disposal until it answers or they are rescinded.
 * `mesos.v1.Offer`.
 */
export interface Offer {
  id: OfferID;
  framework_id: FrameworkID;
  agent_id: AgentID;
  hostname: string;
  url?: URL | undefined;
  domain?: DomainInfo | undefined;
  resources?: Resource[] | undefined;
  attributes?: Attribute[] | undefined;
  executor_ids?: ExecutorID[] | undefined;
  unavailability?: Unavailability | undefined;
  allocation_info?: ResourceAllocationInfo | undefined;
}

/**
 * Something to do with offered resources.
 * `mesos.v1.Offer.Operation`.
 */
export interface OfferOperation {
  type?: OfferOperationType | undefined;
  id?: OperationID | undefined;
  launch?: OfferOperationLaunch | undefined;
  launch_group?: OfferOperationLaunchGroup | undefined;
  reserve?: OfferOperationReserve | undefined;
  unreserve?: OfferOperationUnreserve | undefined;
  create?: OfferOperationCreate | undefined;
  destroy?: OfferOperationDestroy | undefined;
  grow_volume?: OfferOperationGrowVolume | undefined;
  shrink_volume?: OfferOperationShrinkVolume | undefined;
  create_disk?: OfferOperationCreateDisk | undefined;
  destroy_disk?: OfferOperationDestroyDisk | undefined;
}

/** `mesos.v1.Offer.Operation.Type`. */
export const OfferOperationType = {
  UNKNOWN: 0,
  LAUNCH: 1,
  LAUNCH_GROUP: 6,
  RESERVE: 2,
  UNRESERVE: 3,
  CREATE: 4,
  DESTROY: 5,
  GROW_VOLUME: 11,
  SHRINK_VOLUME: 12,
  CREATE_DISK: 13,
  DESTROY_DISK: 14,
} as const;
export type OfferOperationType = (typeof OfferOperationType)[keyof typeof OfferOperationType];

/** `mesos.v1.Offer.Operation.Launch`. */
export interface OfferOperationLaunch {
  task_infos?: TaskInfo[] | undefined;
}

/** `mesos.v1.Offer.Operation.LaunchGroup`. */
export interface OfferOperationLaunchGroup {
  executor: ExecutorInfo;
  task_group: TaskGroupInfo;
}

/** `mesos.v1.Offer.Operation.Reserve`. */
export interface OfferOperationReserve {
  source?: Resource[] | undefined;
  resources?: Resource[] | undefined;
}

/** `mesos.v1.Offer.Operation.Unreserve`. */
export interface OfferOperationUnreserve {
  resources?: Resource[] | undefined;
}

/** `mesos.v1.Offer.Operation.Create`. */
export interface OfferOperationCreate {
  volumes?: Resource[] | undefined;
}

/** `mesos.v1.Offer.Operation.Destroy`. */
export interface OfferOperationDestroy {
  volumes?: Resource[] | undefined;
}

/** `mesos.v1.Offer.Operation.GrowVolume`. */
export interface OfferOperationGrowVolume {
  volume: Resource;
  addition: Resource;
}

/** `mesos.v1.Offer.Operation.ShrinkVolume`. */
export interface OfferOperationShrinkVolume {
  volume: Resource;
  subtract: ValueScalar;
}

/** `mesos.v1.Offer.Operation.CreateDisk`. */
export interface OfferOperationCreateDisk {
  source: Resource;
  target_type: ResourceDiskInfoSourceType;
  target_profile?: string | undefined;
}

/** `mesos.v1.Offer.Operation.DestroyDisk`. */
export interface OfferOperationDestroyDisk {
  source: Resource;
}

/**
 * A request to give resources back, for planned maintenance.
 * `mesos.v1.InverseOffer`.
 */
export interface InverseOffer {
  id: OfferID;
  url?: URL | undefined;
  framework_id: FrameworkID;
  agent_id?: AgentID | undefined;
  unavailability: Unavailability;
  resources?: Resource[] | undefined;
}

/**
 * A task as the framework describes it: where, with which resources, run by which command or executor.
 * `mesos.v1.TaskInfo`.
 */
export interface TaskInfo {
  name: string;
  task_id: TaskID;
  agent_id: AgentID;
  resources?: Resource[] | undefined;
  executor?: ExecutorInfo | undefined;
  command?: CommandInfo | undefined;
  container?: ContainerInfo | undefined;
  health_check?: HealthCheck | undefined;
  check?: CheckInfo | undefined;
  kill_policy?: KillPolicy | undefined;
  data?: Uint8Array | undefined;
  labels?: Labels | undefined;
  discovery?: DiscoveryInfo | undefined;
  max_completion_time?: DurationInfo | undefined;
  limits?: { [key: string]: ValueScalar } | undefined;
}

/**
 * Tasks that one executor launches together or not at all.
 * `mesos.v1.TaskGroupInfo`.
 */
export interface TaskGroupInfo {
  tasks?: TaskInfo[] | undefined;
}

/**
 * A task as the master and the agent know it: description, state and the status updates that led there.
 * `mesos.v1.Task`.
 */
export interface Task {
  name: string;
  task_id: TaskID;
  framework_id: FrameworkID;
  executor_id?: ExecutorID | undefined;
  agent_id: AgentID;
  state: TaskState;
  resources?: Resource[] | undefined;
  statuses?: TaskStatus[] | undefined;
  status_update_state?: TaskState | undefined;
  status_update_uuid?: Uint8Array | undefined;
  labels?: Labels | undefined;
  discovery?: DiscoveryInfo | undefined;
  container?: ContainerInfo | undefined;
  health_check?: HealthCheck | undefined;
  kill_policy?: KillPolicy | undefined;
  user?: string | undefined;
  limits?: { [key: string]: ValueScalar } | undefined;
}

/**
 * States of a task. The numbers are historical; after the terminal ones nothing follows.
 * `mesos.v1.TaskState`.
 */
export const TaskState = {
  /** The first state. Never sent by an executor. */
  TASK_STAGING: 6,
  /** Sent by the executor: taken over, not yet running. */
  TASK_STARTING: 0,
  TASK_RUNNING: 1,
  /** Being killed; only for frameworks that know this state. */
  TASK_KILLING: 8,
  /** Terminal: done, successfully. */
  TASK_FINISHED: 2,
  /** Terminal: did not succeed. */
  TASK_FAILED: 3,
  /** Terminal: killed on request. */
  TASK_KILLED: 4,
  /** Terminal: the description was invalid. */
  TASK_ERROR: 7,
  /** Terminal for frameworks that are not partition-aware: fate unknown. */
  TASK_LOST: 5,
  /** Terminal: never launched. */
  TASK_DROPPED: 9,
  /** The agent does not answer; the task may still run and come back. */
  TASK_UNREACHABLE: 10,
  /** Terminal: no longer running, the agent being gone. */
  TASK_GONE: 11,
  /** Terminal: an operator declared the agent gone. */
  TASK_GONE_BY_OPERATOR: 12,
  /** The master knows nothing of the task, nor of its agent. */
  TASK_UNKNOWN: 13,
} as const;
export type TaskState = (typeof TaskState)[keyof typeof TaskState];

/**
 * The resources whose limit a task has broken.
 * `mesos.v1.TaskResourceLimitation`.
 */
export interface TaskResourceLimitation {
  resources?: Resource[] | undefined;
}

/**
 * A UUID, as 16 bytes.
 * `mesos.v1.UUID`.
 */
export interface UUID {
  value: Uint8Array;
}

/**
 * An offer operation as master and agent know it: what was asked and the statuses it has had.
 * `mesos.v1.Operation`.
 */
export interface Operation {
  framework_id?: FrameworkID | undefined;
  agent_id?: AgentID | undefined;
  info: OfferOperation;
  latest_status: OperationStatus;
  statuses?: OperationStatus[] | undefined;
  uuid: UUID;
}

/**
 * States of an offer operation.
 * `mesos.v1.OperationState`.
 */
export const OperationState = {
  OPERATION_UNSUPPORTED: 0,
  OPERATION_PENDING: 1,
  OPERATION_FINISHED: 2,
  OPERATION_FAILED: 3,
  OPERATION_ERROR: 4,
  OPERATION_DROPPED: 5,
  OPERATION_UNREACHABLE: 6,
  OPERATION_GONE_BY_OPERATOR: 7,
  OPERATION_RECOVERING: 8,
  OPERATION_UNKNOWN: 9,
} as const;
export type OperationState = (typeof OperationState)[keyof typeof OperationState];

/**
 * One state an operation has reached, as its framework hears of it.
 * `mesos.v1.OperationStatus`.
 */
export interface OperationStatus {
  operation_id?: OperationID | undefined;
  state: OperationState;
  message?: string | undefined;
  converted_resources?: Resource[] | undefined;
  uuid?: UUID | undefined;
  agent_id?: AgentID | undefined;
  resource_provider_id?: ResourceProviderID | undefined;
}

/**
 * Result of a CheckInfo check.
 * `mesos.v1.CheckStatusInfo`.
 */
export interface CheckStatusInfo {
  type?: CheckInfoType | undefined;
  command?: CheckStatusInfoCommand | undefined;
  http?: CheckStatusInfoHttp | undefined;
  tcp?: CheckStatusInfoTcp | undefined;
}

/** `mesos.v1.CheckStatusInfo.Command`. */
export interface CheckStatusInfoCommand {
  exit_code?: number | undefined;
}

/** `mesos.v1.CheckStatusInfo.Http`. */
export interface CheckStatusInfoHttp {
  status_code?: number | undefined;
}

/** `mesos.v1.CheckStatusInfo.Tcp`. */
export interface CheckStatusInfoTcp {
  succeeded?: boolean | undefined;
}

/**
 * A status update: the state a task has reached, who says so and why.
 * `mesos.v1.TaskStatus`.
 */
export interface TaskStatus {
  task_id: TaskID;
  state: TaskState;
  message?: string | undefined;
  source?: TaskStatusSource | undefined;
  reason?: TaskStatusReason | undefined;
  /** Bytes of the framework's own. */
  data?: Uint8Array | undefined;
  agent_id?: AgentID | undefined;
  executor_id?: ExecutorID | undefined;
  /** Seconds since the Unix epoch. */
  timestamp?: number | undefined;
  /** 16 bytes; present when the update must be acknowledged. */
  uuid?: Uint8Array | undefined;
  healthy?: boolean | undefined;
  check_status?: CheckStatusInfo | undefined;
  labels?: Labels | undefined;
  container_status?: ContainerStatus | undefined;
  unreachable_time?: TimeInfo | undefined;
  limitation?: TaskResourceLimitation | undefined;
}

/**
 * Who made the update.
 * `mesos.v1.TaskStatus.Source`.
 */
export const TaskStatusSource = {
  SOURCE_MASTER: 0,
  SOURCE_AGENT: 1,
  SOURCE_EXECUTOR: 2,
} as const;
export type TaskStatusSource = (typeof TaskStatusSource)[keyof typeof TaskStatusSource];

/**
 * Why the task is in its state, for machines.
 * `mesos.v1.TaskStatus.Reason`.
 */
export const TaskStatusReason = {
  REASON_COMMAND_EXECUTOR_FAILED: 0,
  REASON_CONTAINER_LAUNCH_FAILED: 21,
  REASON_CONTAINER_LIMITATION: 19,
  REASON_CONTAINER_LIMITATION_DISK: 20,
  REASON_CONTAINER_LIMITATION_MEMORY: 8,
  REASON_CONTAINER_PREEMPTED: 17,
  REASON_CONTAINER_UPDATE_FAILED: 22,
  REASON_MAX_COMPLETION_TIME_REACHED: 33,
  REASON_EXECUTOR_REGISTRATION_TIMEOUT: 23,
  REASON_EXECUTOR_REREGISTRATION_TIMEOUT: 24,
  REASON_EXECUTOR_TERMINATED: 1,
  REASON_EXECUTOR_UNREGISTERED: 2,
  REASON_FRAMEWORK_REMOVED: 3,
  REASON_GC_ERROR: 4,
  REASON_INVALID_FRAMEWORKID: 5,
  REASON_INVALID_OFFERS: 6,
  REASON_IO_SWITCHBOARD_EXITED: 27,
  REASON_MASTER_DISCONNECTED: 7,
  REASON_RECONCILIATION: 9,
  REASON_RESOURCES_UNKNOWN: 18,
  REASON_AGENT_DISCONNECTED: 10,
  REASON_AGENT_DRAINING: 34,
  REASON_AGENT_REMOVED: 11,
  REASON_AGENT_REMOVED_BY_OPERATOR: 31,
  REASON_AGENT_REREGISTERED: 32,
  REASON_AGENT_RESTARTED: 12,
  REASON_AGENT_UNKNOWN: 13,
  REASON_TASK_KILLED_DURING_LAUNCH: 30,
  REASON_TASK_CHECK_STATUS_UPDATED: 28,
  REASON_TASK_HEALTH_CHECK_STATUS_UPDATED: 29,
  REASON_TASK_GROUP_INVALID: 25,
  REASON_TASK_GROUP_UNAUTHORIZED: 26,
  REASON_TASK_INVALID: 14,
  REASON_TASK_UNAUTHORIZED: 15,
  REASON_TASK_UNKNOWN: 16,
} as const;
export type TaskStatusReason = (typeof TaskStatusReason)[keyof typeof TaskStatusReason];

/**
 * What a framework asks of the allocator when it turns resources down.
 * `mesos.v1.Filters`.
 */
export interface Filters {
  /**
   * Seconds for which what is left of the offer is not offered again.
   * Default: 5.
   */
  refuse_seconds?: number | undefined;
}

/**
 * Environment variables.
 * `mesos.v1.Environment`.
 */
export interface Environment {
  variables?: EnvironmentVariable[] | undefined;
}

/** `mesos.v1.Environment.Variable`. */
export interface EnvironmentVariable {
  name: string;
  /** Default: VALUE. */
  type?: EnvironmentVariableType | undefined;
  value?: string | undefined;
  secret?: Secret | undefined;
}

/** `mesos.v1.Environment.Variable.Type`. */
export const EnvironmentVariableType = {
  UNKNOWN: 0,
  VALUE: 1,
  SECRET: 2,
} as const;
export type EnvironmentVariableType = (typeof EnvironmentVariableType)[keyof typeof EnvironmentVariableType];

/**
 * A key and a value.
 * `mesos.v1.Parameter`.
 */
export interface Parameter {
  key: string;
  value: string;
}

/**
 * A list of keys and values.
 * `mesos.v1.Parameters`.
 */
export interface Parameters {
  parameter?: Parameter[] | undefined;
}

/**
 * A principal and its secret.
 * `mesos.v1.Credential`.
 */
export interface Credential {
  principal: string;
  secret?: string | undefined;
}

/**
 * A list of credentials, as in the --credentials file.
 * `mesos.v1.Credentials`.
 */
export interface Credentials {
  credentials?: Credential[] | undefined;
}

/**
 * A secret by value, or by reference to a store.
 * `mesos.v1.Secret`.
 */
export interface Secret {
  type?: SecretType | undefined;
  reference?: SecretReference | undefined;
  value?: SecretValue | undefined;
}

/** `mesos.v1.Secret.Type`. */
export const SecretType = {
  UNKNOWN: 0,
  REFERENCE: 1,
  VALUE: 2,
} as const;
export type SecretType = (typeof SecretType)[keyof typeof SecretType];

/** `mesos.v1.Secret.Reference`. */
export interface SecretReference {
  name: string;
  key?: string | undefined;
}

/** `mesos.v1.Secret.Value`. */
export interface SecretValue {
  data: Uint8Array;
}

/**
 * Messages a second that a principal's frameworks may send to the master.
 * `mesos.v1.RateLimit`.
 */
export interface RateLimit {
  qps?: number | undefined;
  principal: string;
  capacity?: number | undefined;
}

/**
 * The --rate_limits flag.
 * `mesos.v1.RateLimits`.
 */
export interface RateLimits {
  limits?: RateLimit[] | undefined;
  aggregate_default_qps?: number | undefined;
  aggregate_default_capacity?: number | undefined;
}

/**
 * A container image.
 * `mesos.v1.Image`.
 */
export interface Image {
  type: ImageType;
  appc?: ImageAppc | undefined;
  docker?: ImageDocker | undefined;
  /** Default: true. */
  cached?: boolean | undefined;
}

/** `mesos.v1.Image.Type`. */
export const ImageType = {
  APPC: 1,
  DOCKER: 2,
} as const;
export type ImageType = (typeof ImageType)[keyof typeof ImageType];

/** `mesos.v1.Image.Appc`. */
export interface ImageAppc {
  name: string;
  id?: string | undefined;
  labels?: Labels | undefined;
}

/** `mesos.v1.Image.Docker`. */
export interface ImageDocker {
  name: string;
  /** @deprecated */
  credential?: Credential | undefined;
  config?: Secret | undefined;
}

/**
 * Whether mounts made later on one side of a volume show on the other.
 * `mesos.v1.MountPropagation`.
 */
export interface MountPropagation {
  mode?: MountPropagationMode | undefined;
}

/** `mesos.v1.MountPropagation.Mode`. */
export const MountPropagationMode = {
  UNKNOWN: 0,
  HOST_TO_CONTAINER: 1,
  BIDIRECTIONAL: 2,
} as const;
export type MountPropagationMode = (typeof MountPropagationMode)[keyof typeof MountPropagationMode];

/**
 * A path in a container and what stands behind it.
 * `mesos.v1.Volume`.
 */
export interface Volume {
  mode: VolumeMode;
  container_path: string;
  host_path?: string | undefined;
  image?: Image | undefined;
  source?: VolumeSource | undefined;
}

/** `mesos.v1.Volume.Mode`. */
export const VolumeMode = {
  RW: 1,
  RO: 2,
} as const;
export type VolumeMode = (typeof VolumeMode)[keyof typeof VolumeMode];

/** `mesos.v1.Volume.Source`. */
export interface VolumeSource {
  type?: VolumeSourceType | undefined;
  docker_volume?: VolumeSourceDockerVolume | undefined;
  host_path?: VolumeSourceHostPath | undefined;
  sandbox_path?: VolumeSourceSandboxPath | undefined;
  secret?: Secret | undefined;
  csi_volume?: VolumeSourceCSIVolume | undefined;
}

/** `mesos.v1.Volume.Source.Type`. */
export const VolumeSourceType = {
  UNKNOWN: 0,
  DOCKER_VOLUME: 1,
  HOST_PATH: 4,
  SANDBOX_PATH: 2,
  SECRET: 3,
  CSI_VOLUME: 5,
} as const;
export type VolumeSourceType = (typeof VolumeSourceType)[keyof typeof VolumeSourceType];

/** `mesos.v1.Volume.Source.DockerVolume`. */
export interface VolumeSourceDockerVolume {
  driver?: string | undefined;
  name: string;
  driver_options?: Parameters | undefined;
}

/** `mesos.v1.Volume.Source.HostPath`. */
export interface VolumeSourceHostPath {
  path: string;
  mount_propagation?: MountPropagation | undefined;
}

/** `mesos.v1.Volume.Source.SandboxPath`. */
export interface VolumeSourceSandboxPath {
  type?: VolumeSourceSandboxPathType | undefined;
  path: string;
}

/** `mesos.v1.Volume.Source.SandboxPath.Type`. */
export const VolumeSourceSandboxPathType = {
  UNKNOWN: 0,
  SELF: 1,
  PARENT: 2,
} as const;
export type VolumeSourceSandboxPathType =
  (typeof VolumeSourceSandboxPathType)[keyof typeof VolumeSourceSandboxPathType];

/** `mesos.v1.Volume.Source.CSIVolume`. */
export interface VolumeSourceCSIVolume {
  plugin_name: string;
  static_provisioning?: VolumeSourceCSIVolumeStaticProvisioning | undefined;
}

/** `mesos.v1.Volume.Source.CSIVolume.VolumeCapability`. */
export interface VolumeSourceCSIVolumeVolumeCapability {
  block?: VolumeSourceCSIVolumeVolumeCapabilityBlockVolume | undefined;
  mount?: VolumeSourceCSIVolumeVolumeCapabilityMountVolume | undefined;
  access_mode: VolumeSourceCSIVolumeVolumeCapabilityAccessMode;
}

/** `mesos.v1.Volume.Source.CSIVolume.VolumeCapability.BlockVolume`. */
export type VolumeSourceCSIVolumeVolumeCapabilityBlockVolume = Record<string, never>;

/** `mesos.v1.Volume.Source.CSIVolume.VolumeCapability.MountVolume`. */
export interface VolumeSourceCSIVolumeVolumeCapabilityMountVolume {
  fs_type?: string | undefined;
  mount_flags?: string[] | undefined;
}

/** `mesos.v1.Volume.Source.CSIVolume.VolumeCapability.AccessMode`. */
export interface VolumeSourceCSIVolumeVolumeCapabilityAccessMode {
  mode: VolumeSourceCSIVolumeVolumeCapabilityAccessModeMode;
}

/** `mesos.v1.Volume.Source.CSIVolume.VolumeCapability.AccessMode.Mode`. */
export const VolumeSourceCSIVolumeVolumeCapabilityAccessModeMode = {
  UNKNOWN: 0,
  SINGLE_NODE_WRITER: 1,
  SINGLE_NODE_READER_ONLY: 2,
  MULTI_NODE_READER_ONLY: 3,
  MULTI_NODE_SINGLE_WRITER: 4,
  MULTI_NODE_MULTI_WRITER: 5,
} as const;
export type VolumeSourceCSIVolumeVolumeCapabilityAccessModeMode =
  (typeof VolumeSourceCSIVolumeVolumeCapabilityAccessModeMode)[keyof typeof VolumeSourceCSIVolumeVolumeCapabilityAccessModeMode];

/** `mesos.v1.Volume.Source.CSIVolume.StaticProvisioning`. */
export interface VolumeSourceCSIVolumeStaticProvisioning {
  volume_id: string;
  volume_capability: VolumeSourceCSIVolumeVolumeCapability;
  node_stage_secrets?: { [key: string]: Secret } | undefined;
  node_publish_secrets?: { [key: string]: Secret } | undefined;
  volume_context?: { [key: string]: string } | undefined;
}

/**
 * A network that a container joins, with addresses and mapped ports.
 * `mesos.v1.NetworkInfo`.
 */
export interface NetworkInfo {
  ip_addresses?: NetworkInfoIPAddress[] | undefined;
  name?: string | undefined;
  groups?: string[] | undefined;
  labels?: Labels | undefined;
  port_mappings?: NetworkInfoPortMapping[] | undefined;
}

/** `mesos.v1.NetworkInfo.Protocol`. */
export const NetworkInfoProtocol = {
  IPv4: 1,
  IPv6: 2,
} as const;
export type NetworkInfoProtocol = (typeof NetworkInfoProtocol)[keyof typeof NetworkInfoProtocol];

/** `mesos.v1.NetworkInfo.IPAddress`. */
export interface NetworkInfoIPAddress {
  /** Default: IPv4. */
  protocol?: NetworkInfoProtocol | undefined;
  ip_address?: string | undefined;
}

/** `mesos.v1.NetworkInfo.PortMapping`. */
export interface NetworkInfoPortMapping {
  host_port: number;
  container_port: number;
  protocol?: string | undefined;
}

/**
 * A set of Linux capabilities.
 * `mesos.v1.CapabilityInfo`.
 */
export interface CapabilityInfo {
  capabilities?: CapabilityInfoCapability[] | undefined;
}

/** `mesos.v1.CapabilityInfo.Capability`. */
export const CapabilityInfoCapability = {
  UNKNOWN: 0,
  CHOWN: 1000,
  DAC_OVERRIDE: 1001,
  DAC_READ_SEARCH: 1002,
  FOWNER: 1003,
  FSETID: 1004,
  KILL: 1005,
  SETGID: 1006,
  SETUID: 1007,
  SETPCAP: 1008,
  LINUX_IMMUTABLE: 1009,
  NET_BIND_SERVICE: 1010,
  NET_BROADCAST: 1011,
  NET_ADMIN: 1012,
  NET_RAW: 1013,
  IPC_LOCK: 1014,
  IPC_OWNER: 1015,
  SYS_MODULE: 1016,
  SYS_RAWIO: 1017,
  SYS_CHROOT: 1018,
  SYS_PTRACE: 1019,
  SYS_PACCT: 1020,
  SYS_ADMIN: 1021,
  SYS_BOOT: 1022,
  SYS_NICE: 1023,
  SYS_RESOURCE: 1024,
  SYS_TIME: 1025,
  SYS_TTY_CONFIG: 1026,
  MKNOD: 1027,
  LEASE: 1028,
  AUDIT_WRITE: 1029,
  AUDIT_CONTROL: 1030,
  SETFCAP: 1031,
  MAC_OVERRIDE: 1032,
  MAC_ADMIN: 1033,
  SYSLOG: 1034,
  WAKE_ALARM: 1035,
  BLOCK_SUSPEND: 1036,
  AUDIT_READ: 1037,
  PERFMON: 1038,
  BPF: 1039,
  CHECKPOINT_RESTORE: 1040,
} as const;
export type CapabilityInfoCapability =
  (typeof CapabilityInfoCapability)[keyof typeof CapabilityInfoCapability];

/**
 * Which seccomp profile a container runs under.
 * `mesos.v1.SeccompInfo`.
 */
export interface SeccompInfo {
  profile_name?: string | undefined;
  unconfined?: boolean | undefined;
}

/**
 * What of a container is particular to Linux: capabilities, namespaces, seccomp.
 * `mesos.v1.LinuxInfo`.
 */
export interface LinuxInfo {
  /** @deprecated */
  capability_info?: CapabilityInfo | undefined;
  bounding_capabilities?: CapabilityInfo | undefined;
  effective_capabilities?: CapabilityInfo | undefined;
  share_pid_namespace?: boolean | undefined;
  seccomp?: SeccompInfo | undefined;
  ipc_mode?: LinuxInfoIpcMode | undefined;
  shm_size?: number | undefined;
  /** Default: true. */
  share_cgroups?: boolean | undefined;
}

/** `mesos.v1.LinuxInfo.IpcMode`. */
export const LinuxInfoIpcMode = {
  UNKNOWN: 0,
  PRIVATE: 1,
  SHARE_PARENT: 2,
} as const;
export type LinuxInfoIpcMode = (typeof LinuxInfoIpcMode)[keyof typeof LinuxInfoIpcMode];

/**
 * Resource limits of a process (setrlimit).
 * `mesos.v1.RLimitInfo`.
 */
export interface RLimitInfo {
  rlimits?: RLimitInfoRLimit[] | undefined;
}

/** `mesos.v1.RLimitInfo.RLimit`. */
export interface RLimitInfoRLimit {
  type?: RLimitInfoRLimitType | undefined;
  hard?: number | undefined;
  soft?: number | undefined;
}

/** `mesos.v1.RLimitInfo.RLimit.Type`. */
export const RLimitInfoRLimitType = {
  UNKNOWN: 0,
  RLMT_AS: 1,
  RLMT_CORE: 2,
  RLMT_CPU: 3,
  RLMT_DATA: 4,
  RLMT_FSIZE: 5,
  RLMT_LOCKS: 6,
  RLMT_MEMLOCK: 7,
  RLMT_MSGQUEUE: 8,
  RLMT_NICE: 9,
  RLMT_NOFILE: 10,
  RLMT_NPROC: 11,
  RLMT_RSS: 12,
  RLMT_RTPRIO: 13,
  RLMT_RTTIME: 14,
  RLMT_SIGPENDING: 15,
  RLMT_STACK: 16,
} as const;
export type RLimitInfoRLimitType = (typeof RLimitInfoRLimitType)[keyof typeof RLimitInfoRLimitType];

/**
 * The terminal a container is given.
 * `mesos.v1.TTYInfo`.
 */
export interface TTYInfo {
  window_size?: TTYInfoWindowSize | undefined;
}

/** `mesos.v1.TTYInfo.WindowSize`. */
export interface TTYInfoWindowSize {
  rows: number;
  columns: number;
}

/**
 * The container a task or executor runs in: image, volumes, networks.
 * `mesos.v1.ContainerInfo`.
 */
export interface ContainerInfo {
  type: ContainerInfoType;
  volumes?: Volume[] | undefined;
  hostname?: string | undefined;
  docker?: ContainerInfoDockerInfo | undefined;
  mesos?: ContainerInfoMesosInfo | undefined;
  network_infos?: NetworkInfo[] | undefined;
  linux_info?: LinuxInfo | undefined;
  rlimit_info?: RLimitInfo | undefined;
  tty_info?: TTYInfo | undefined;
}

/** `mesos.v1.ContainerInfo.Type`. */
export const ContainerInfoType = {
  DOCKER: 1,
  MESOS: 2,
} as const;
export type ContainerInfoType = (typeof ContainerInfoType)[keyof typeof ContainerInfoType];

/** `mesos.v1.ContainerInfo.DockerInfo`. */
export interface ContainerInfoDockerInfo {
  image: string;
  /** Default: HOST. */
  network?: ContainerInfoDockerInfoNetwork | undefined;
  port_mappings?: ContainerInfoDockerInfoPortMapping[] | undefined;
  /** Default: false. */
  privileged?: boolean | undefined;
  parameters?: Parameter[] | undefined;
  force_pull_image?: boolean | undefined;
  /** @deprecated */
  volume_driver?: string | undefined;
}

/** `mesos.v1.ContainerInfo.DockerInfo.Network`. */
export const ContainerInfoDockerInfoNetwork = {
  HOST: 1,
  BRIDGE: 2,
  NONE: 3,
  USER: 4,
} as const;
export type ContainerInfoDockerInfoNetwork =
  (typeof ContainerInfoDockerInfoNetwork)[keyof typeof ContainerInfoDockerInfoNetwork];

/** `mesos.v1.ContainerInfo.DockerInfo.PortMapping`. */
export interface ContainerInfoDockerInfoPortMapping {
  host_port: number;
  container_port: number;
  protocol?: string | undefined;
}

/** `mesos.v1.ContainerInfo.MesosInfo`. */
export interface ContainerInfoMesosInfo {
  image?: Image | undefined;
}

/**
 * What is known of a running container: addresses, cgroup, process.
 * `mesos.v1.ContainerStatus`.
 */
export interface ContainerStatus {
  container_id?: ContainerID | undefined;
  network_infos?: NetworkInfo[] | undefined;
  cgroup_info?: CgroupInfo | undefined;
  executor_pid?: number | undefined;
}

/**
 * Facts of a container's cgroup.
 * `mesos.v1.CgroupInfo`.
 */
export interface CgroupInfo {
  net_cls?: CgroupInfoNetCls | undefined;
}

/** `mesos.v1.CgroupInfo.Blkio`. */
export type CgroupInfoBlkio = Record<string, never>;

/** `mesos.v1.CgroupInfo.Blkio.Operation`. */
export const CgroupInfoBlkioOperation = {
  UNKNOWN: 0,
  TOTAL: 1,
  READ: 2,
  WRITE: 3,
  SYNC: 4,
  ASYNC: 5,
  DISCARD: 6,
} as const;
export type CgroupInfoBlkioOperation =
  (typeof CgroupInfoBlkioOperation)[keyof typeof CgroupInfoBlkioOperation];

/** `mesos.v1.CgroupInfo.Blkio.Value`. */
export interface CgroupInfoBlkioValue {
  op?: CgroupInfoBlkioOperation | undefined;
  value?: number | undefined;
}

/** `mesos.v1.CgroupInfo.Blkio.CFQ`. */
export type CgroupInfoBlkioCFQ = Record<string, never>;

/** `mesos.v1.CgroupInfo.Blkio.CFQ.Statistics`. */
export interface CgroupInfoBlkioCFQStatistics {
  device?: DeviceNumber | undefined;
  sectors?: number | undefined;
  time?: number | undefined;
  io_serviced?: CgroupInfoBlkioValue[] | undefined;
  io_service_bytes?: CgroupInfoBlkioValue[] | undefined;
  io_service_time?: CgroupInfoBlkioValue[] | undefined;
  io_wait_time?: CgroupInfoBlkioValue[] | undefined;
  io_merged?: CgroupInfoBlkioValue[] | undefined;
  io_queued?: CgroupInfoBlkioValue[] | undefined;
}

/** `mesos.v1.CgroupInfo.Blkio.Throttling`. */
export type CgroupInfoBlkioThrottling = Record<string, never>;

/** `mesos.v1.CgroupInfo.Blkio.Throttling.Statistics`. */
export interface CgroupInfoBlkioThrottlingStatistics {
  device?: DeviceNumber | undefined;
  io_serviced?: CgroupInfoBlkioValue[] | undefined;
  io_service_bytes?: CgroupInfoBlkioValue[] | undefined;
}

/** `mesos.v1.CgroupInfo.Blkio.Statistics`. */
export interface CgroupInfoBlkioStatistics {
  cfq?: CgroupInfoBlkioCFQStatistics[] | undefined;
  cfq_recursive?: CgroupInfoBlkioCFQStatistics[] | undefined;
  throttling?: CgroupInfoBlkioThrottlingStatistics[] | undefined;
}

/** `mesos.v1.CgroupInfo.NetCls`. */
export interface CgroupInfoNetCls {
  classid?: number | undefined;
}

/**
 * Labels, in order; keys may repeat.
 * `mesos.v1.Labels`.
 */
export interface Labels {
  labels?: Label[] | undefined;
}

/**
 * A key with or without a value, of no meaning to the cluster itself.
 * `mesos.v1.Label`.
 */
export interface Label {
  key: string;
  value?: string | undefined;
}

/**
 * A port under which a service is found.
 * `mesos.v1.Port`.
 */
export interface Port {
  number: number;
  name?: string | undefined;
  protocol?: string | undefined;
  visibility?: DiscoveryInfoVisibility | undefined;
  labels?: Labels | undefined;
}

/**
 * The ports under which a service is found.
 * `mesos.v1.Ports`.
 */
export interface Ports {
  ports?: Port[] | undefined;
}

/**
 * How service discovery is to announce a task or executor.
 * `mesos.v1.DiscoveryInfo`.
 */
export interface DiscoveryInfo {
  visibility: DiscoveryInfoVisibility;
  name?: string | undefined;
  environment?: string | undefined;
  location?: string | undefined;
  version?: string | undefined;
  ports?: Ports | undefined;
  labels?: Labels | undefined;
}

/** `mesos.v1.DiscoveryInfo.Visibility`. */
export const DiscoveryInfoVisibility = {
  FRAMEWORK: 0,
  CLUSTER: 1,
  EXTERNAL: 2,
} as const;
export type DiscoveryInfoVisibility = (typeof DiscoveryInfoVisibility)[keyof typeof DiscoveryInfoVisibility];

/**
 * The weight of a role: its share beside the other roles.
 * `mesos.v1.WeightInfo`.
 */
export interface WeightInfo {
  weight: number;
  role?: string | undefined;
}

/**
 * Version and build of a node.
 * `mesos.v1.VersionInfo`.
 */
export interface VersionInfo {
  version: string;
  build_date?: string | undefined;
  build_time?: number | undefined;
  build_user?: string | undefined;
  git_sha?: string | undefined;
  git_branch?: string | undefined;
  git_tag?: string | undefined;
}

/**
 * A flag a node was started with.
 * `mesos.v1.Flag`.
 */
export interface Flag {
  name: string;
  value?: string | undefined;
}

/**
 * A role with its weight, its frameworks and what is allocated to them.
 * `mesos.v1.Role`.
 */
export interface Role {
  name: string;
  weight: number;
  frameworks?: FrameworkID[] | undefined;
  resources?: Resource[] | undefined;
}

/**
 * One metric and its value.
 * `mesos.v1.Metric`.
 */
export interface Metric {
  name: string;
  value?: number | undefined;
}

/**
 * An entry of a folder that a node shows.
 * `mesos.v1.FileInfo`.
 */
export interface FileInfo {
  path: string;
  nlink?: number | undefined;
  size?: number | undefined;
  mtime?: TimeInfo | undefined;
  mode?: number | undefined;
  uid?: string | undefined;
  gid?: string | undefined;
}

/**
 * A device of the host, by path or number.
 * `mesos.v1.Device`.
 */
export interface Device {
  path?: string | undefined;
  number?: DeviceNumber | undefined;
}

/** `mesos.v1.Device.Number`. */
export interface DeviceNumber {
  major_number: number;
  minor_number: number;
}

/**
 * What a container may do with a device.
 * `mesos.v1.DeviceAccess`.
 */
export interface DeviceAccess {
  device: Device;
  access: DeviceAccessAccess;
}

/** `mesos.v1.DeviceAccess.Access`. */
export interface DeviceAccessAccess {
  read?: boolean | undefined;
  write?: boolean | undefined;
  mknod?: boolean | undefined;
}

/**
 * Devices that every container may use.
 * `mesos.v1.DeviceWhitelist`.
 */
export interface DeviceWhitelist {
  allowed_devices?: DeviceAccess[] | undefined;
}

/**
 * How far the draining of an agent has got.
 * `mesos.v1.DrainState`.
 */
export const DrainState = {
  UNKNOWN: 0,
  DRAINING: 1,
  DRAINED: 2,
} as const;
export type DrainState = (typeof DrainState)[keyof typeof DrainState];

/**
 * How an operator wants an agent drained.
 * `mesos.v1.DrainConfig`.
 */
export interface DrainConfig {
  max_grace_period?: DurationInfo | undefined;
  /** Default: false. */
  mark_gone?: boolean | undefined;
}

/**
 * An agent's draining: state and configuration.
 * `mesos.v1.DrainInfo`.
 */
export interface DrainInfo {
  state: DrainState;
  config: DrainConfig;
}
