/** Failures that are the cluster's fault: they are not counted against who failed, up to a limit (spec: other-frameworks.md §3.5). */

/** TaskStatusReason names: the agent or the master went, or the container could not even be prepared. */
const CLUSTERS_FAULT: ReadonlySet<string> = new Set([
  'REASON_AGENT_DISCONNECTED',
  'REASON_AGENT_DRAINING',
  'REASON_AGENT_REMOVED',
  'REASON_AGENT_REMOVED_BY_OPERATOR',
  'REASON_AGENT_RESTARTED',
  'REASON_AGENT_UNKNOWN',
  'REASON_CONTAINER_LAUNCH_FAILED',
  'REASON_CONTAINER_PREEMPTED',
  'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
  'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
  'REASON_EXECUTOR_TERMINATED',
  'REASON_GC_ERROR',
  'REASON_INVALID_OFFERS',
  'REASON_IO_SWITCHBOARD_EXITED',
  'REASON_MASTER_DISCONNECTED',
  'REASON_RECONCILIATION',
  'REASON_RESOURCES_UNKNOWN',
]);

/** Whether a failure with this reason is the cluster's. */
export function isClustersFault(reason: string | undefined): boolean {
  return reason !== undefined && CLUSTERS_FAULT.has(reason);
}

export class MeaCulpa {
  readonly #limit: number;
  /** Failures in a row, by whose they are and reason. */
  readonly #inARow = new Map<string, Map<string, number>>();

  /** @param limit failures in a row of one and one reason that are let pass */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Notes a failure. @returns whether it does not count */
  excuses(whose: string, reason: string | undefined): boolean {
    if (reason === undefined || !isClustersFault(reason)) return false;
    const known = this.#inARow.get(whose) ?? new Map<string, number>();
    const failures = (known.get(reason) ?? 0) + 1;
    known.set(reason, failures);
    this.#inARow.set(whose, known);
    return failures <= this.#limit;
  }

  /** It runs, or is gone. */
  forget(whose: string): void {
    this.#inARow.delete(whose);
  }
}
