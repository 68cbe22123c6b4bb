import type {
  TaskResourceLimitation,
  TaskState,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import {
  type ContainerResources,
  type ExitStatus,
  type Limitation,
  waitStatus,
} from '../containerizer/index.ts';
import { limitationVerdict } from '../executors/containerLaunch.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import type { ContainerIo } from './io/containerIo.ts';

/** How a container ended: the answer to WAIT_CONTAINER. */
export interface Termination {
  /** As wait(2) encodes it; absent for a container whose command was never started. */
  readonly exit_status?: number;
  readonly state?: TaskState;
  readonly reason?: TaskStatusReason;
  readonly limitation?: TaskResourceLimitation;
  readonly message?: string;
}

/** Told of one container, in this order; `failed` instead of all others. */
export interface NestedListener {
  started(record: NestedRecord, pid: number): void;
  exited(record: NestedRecord, status: ExitStatus): void;
  failed(record: NestedRecord, message: string): void;
  /** Nothing of it and of what was inside it is left. */
  ended(record: NestedRecord): void;
}

/** A container that is not an executor's own. Its state is its chart's. */
export interface NestedRecord {
  /** `parent.child`, or one word for a standalone container. */
  readonly id: string;
  readonly parentId: string | undefined;
  /** The executor at its root; undefined for a standalone one. */
  readonly executor: ExecutorEntry | undefined;
  readonly sandbox: string;
  /** What it was launched with; unknown of one that an earlier agent process launched. */
  readonly resources?: ContainerResources | undefined;
  /** For looking into its parent: it shares the parent's sandbox and ends with who asked for it. */
  readonly isDebug: boolean;
  listener: NestedListener | undefined;
  /** Its input and output, where they can be attached to. */
  readonly io: ContainerIo | undefined;
  processId: number | undefined;
  exit: ExitStatus | undefined;
  failure: string | undefined;
  /** It broke this limit and was ended for it. */
  limitation: Limitation | undefined;
  /** A session whose client went away before its end. */
  isAbandoned?: boolean;
  /** Told when it has ended. */
  readonly waiters: ((termination: Termination) => void)[];
}

export function terminationOf({ exit, failure, limitation }: NestedRecord): Termination {
  if (exit === undefined) return failure === undefined ? {} : { message: failure };
  const status = { exit_status: waitStatus(exit) };
  return limitation === undefined ? status : { ...status, ...limitationVerdict(limitation) };
}

/** `a` of `a.b.c`. */
export function rootIdOf(containerId: string): string {
  return containerId.split('.', 1)[0] ?? '';
}

/** `a.b` of `a.b.c`; undefined for `a`. */
export function parentIdOf(containerId: string): string | undefined {
  const at = containerId.lastIndexOf('.');
  return at < 0 ? undefined : containerId.slice(0, at);
}
