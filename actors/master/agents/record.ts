/** What the master keeps of an agent that is a member. Its state is its chart's (`agents.chart`, by id) alone. */
import type {
  AgentInfo,
  AgentInfoCapability,
  AgentInfoCapabilityType,
  ExecutorInfo,
  ResourceProviderInfo,
  UUID,
} from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { AgentSnapshot } from '../api/agentSnapshots.ts';
import type { TaskRecord } from '../tasks/record.ts';

/** What an agent says of itself when it registers. */
export interface AgentDescription {
  /** With id. */
  readonly info: AgentInfo;
  readonly version: string;
  readonly capabilities: readonly AgentInfoCapability[];
  readonly resourceVersion: UUID | undefined;
}

/** A resource provider of an agent, as the agent told of it. */
export interface AgentProvider {
  /** With id. */
  readonly info: ResourceProviderInfo;
  /** Of what it brings; undefined while an agent that is back has not told anew. */
  readonly version: UUID | undefined;
}

/** An executor that runs on an agent, as far as the master knows. Command tasks have none here. */
export interface ExecutorRecord {
  readonly id: string;
  readonly info: ExecutorInfo;
  /** With allocation role. */
  readonly resources: Resources;
  /** Its agent came back without a word of it and has been asked for a task of it, which may have been on its way. */
  doubtful?: boolean;
}

export interface AgentRecord {
  readonly id: string;
  pid: Pid;
  description: AgentDescription;
  /** What the agent has, without allocation roles; with what resource providers bring. */
  total: Resources;
  /** By id; replaced when one changes. */
  providers: ReadonlyMap<string, AgentProvider>;
  readonly registeredAtMs: number;
  reregisteredAtMs: number | undefined;
  /** Since when it is there without a break, by the steady clock. */
  presentSinceMs: number;
  /** framework id → task id → task: what is not completed. */
  readonly tasks: Map<string, Map<string, TaskRecord>>;
  /** framework id → executor id → executor. */
  readonly executors: Map<string, Map<string, ExecutorRecord>>;
  /** framework id → what its tasks and executors hold, with allocation roles. */
  readonly used: Map<string, Resources>;
  readonly offers: Set<string>;
  /** Tasks that were asked to be killed and have not ended: asked again when the agent registers again. */
  readonly killed: Set<TaskRecord>;
  /** How the agent was when it was last asked about; undefined before. */
  snapshot: AgentSnapshot | undefined;
}

const NO_PROVIDERS: ReadonlyMap<string, AgentProvider> = new Map();

/** @param total what the agent has, with its dynamic reservations and volumes */
export function newAgent(
  description: AgentDescription,
  id: string,
  pid: Pid,
  { nowMs, steadyMs }: { readonly nowMs: number; readonly steadyMs: number },
  total = Resources.of(description.info.resources),
): AgentRecord {
  return {
    id,
    pid,
    description,
    total,
    providers: NO_PROVIDERS,
    registeredAtMs: nowMs,
    reregisteredAtMs: undefined,
    presentSinceMs: steadyMs,
    tasks: new Map(),
    executors: new Map(),
    used: new Map(),
    offers: new Set(),
    killed: new Set(),
    snapshot: undefined,
  };
}

export function hasCapability(agent: AgentRecord, type: AgentInfoCapabilityType): boolean {
  return agent.description.capabilities.some((capability) => capability.type === type);
}

export function executorOf(
  agent: AgentRecord,
  frameworkId: string,
  executorId: string,
): ExecutorRecord | undefined {
  return agent.executors.get(frameworkId)?.get(executorId);
}

/** Every task of the agent that is not completed, of all frameworks. */
export function* tasksOf(agent: AgentRecord): Generator<TaskRecord> {
  for (const tasks of agent.tasks.values()) yield* tasks.values();
}
