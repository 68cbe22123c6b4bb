/** What the master keeps of a framework. Its state is its chart's (`frameworks.chart`, by id) alone. */
import type {
  FrameworkInfoCapabilityType as CapabilityType,
  FrameworkInfo,
  SchedulerOfferConstraints,
} from '../../../proto/index.ts';
import { FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import type { TaskStateCapabilities } from '../../../statecharts/task.ts';
import { OfferConstraintFilter } from '../allocator/index.ts';
import type { TaskRecord } from '../tasks/record.ts';
import type { FrameworkConnection } from './connection.ts';

/** What a framework can do, read from its capabilities once. */
export interface FrameworkTraits extends TaskStateCapabilities {
  readonly multiRole: boolean;
  readonly reservationRefinement: boolean;
}

/** What a framework says of itself when it subscribes, and may change. */
export interface FrameworkDescription {
  /** With id. */
  readonly info: FrameworkInfo;
  readonly roles: readonly string[];
  readonly traits: FrameworkTraits;
  readonly suppressedRoles: readonly string[];
  readonly offerConstraints: SchedulerOfferConstraints | undefined;
  /** The constraints, compiled. */
  readonly offerFilter: OfferConstraintFilter | undefined;
}

export interface FrameworkRecord {
  readonly id: string;
  description: FrameworkDescription;
  /** The last connection; whether it stands is the chart's to say. */
  connection: FrameworkConnection | undefined;
  registeredAtMs: number;
  reregisteredAtMs: number | undefined;
  unregisteredAtMs: number | undefined;
  /** By task id: what is not completed, on agents that are members. */
  readonly tasks: Map<string, TaskRecord>;
  /** By task id, oldest first: tasks on unreachable agents. */
  readonly unreachable: Map<string, TaskRecord>;
  /** By chart key, oldest first. */
  readonly completed: Map<string, TaskRecord>;
  readonly offers: Set<string>;
}

export function newFramework(id: string, description: FrameworkDescription, nowMs: number): FrameworkRecord {
  return {
    id,
    description,
    connection: undefined,
    registeredAtMs: nowMs,
    reregisteredAtMs: undefined,
    unregisteredAtMs: undefined,
    tasks: new Map(),
    unreachable: new Map(),
    completed: new Map(),
    offers: new Set(),
  };
}

/**
 * Reads a FrameworkInfo that was validated.
 * @throws OfferConstraintError when the constraints cannot be compiled
 */
export function describeFramework(
  id: string,
  info: FrameworkInfo,
  suppressedRoles: readonly string[] = [],
  offerConstraints?: SchedulerOfferConstraints,
  regexSizeMax?: number,
): FrameworkDescription {
  const traits = traitsOf(info);
  return {
    info: { ...info, id: { value: id } },
    traits,
    roles: rolesOf(info),
    suppressedRoles,
    offerConstraints,
    offerFilter:
      offerConstraints === undefined ? undefined : OfferConstraintFilter.of(offerConstraints, regexSizeMax),
  };
}

/** The roles a FrameworkInfo names; a framework without MULTI_ROLE has exactly one, `*` when it says nothing. */
export function rolesOf(info: FrameworkInfo): readonly string[] {
  return traitsOf(info).multiRole ? (info.roles ?? []) : [info.role ?? '*'];
}

export function traitsOf(info: FrameworkInfo): FrameworkTraits {
  const types = new Set<CapabilityType | undefined>((info.capabilities ?? []).map(({ type }) => type));
  return {
    partitionAware: types.has(FrameworkInfoCapabilityType.PARTITION_AWARE),
    taskKillingState: types.has(FrameworkInfoCapabilityType.TASK_KILLING_STATE),
    multiRole: types.has(FrameworkInfoCapabilityType.MULTI_ROLE),
    reservationRefinement: types.has(FrameworkInfoCapabilityType.RESERVATION_REFINEMENT),
  };
}
