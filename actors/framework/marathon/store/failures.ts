/** The last failure of each service (spec: marathon.md §2.1). */
import { isoTime } from '../events/bus.ts';
import type { Instance } from '../instances/instance.ts';
import type { StateStore } from './store.ts';

export interface LastFailure {
  readonly appId: string;
  readonly host: string;
  readonly message: string;
  readonly state: string;
  readonly taskId: string;
  readonly timestamp: string;
  readonly version: string;
  readonly slaveId: string;
}

export class Failures {
  readonly #store: StateStore;
  readonly #last = new Map<string, LastFailure>();

  constructor(store: StateStore) {
    this.#store = store;
    for (const [key, value] of store.loaded)
      if (key.startsWith('failure/')) this.#last.set(key.slice('failure/'.length), value as LastFailure);
  }

  of(service: string): LastFailure | undefined {
    return this.#last.get(service);
  }

  /** @param condition of the instance, `Failed` */
  note(instance: Instance, condition: string, nowMs: number): void {
    const worst =
      instance.tasks.find(({ state }) => state === 'TASK_FAILED' || state === 'TASK_ERROR') ??
      instance.tasks[0];
    this.#put(instance, worst?.message ?? condition, worst?.state ?? 'TASK_FAILED', nowMs);
  }

  noteUnhealthy(instance: Instance, cause: string, nowMs: number): void {
    this.#put(instance, `Task was killed since health check failed. Reason: ${cause}`, 'TASK_KILLED', nowMs);
  }

  forget(service: string): void {
    if (this.#last.delete(service)) this.#store.remove(`failure/${service}`);
  }

  #put(instance: Instance, message: string, state: string, nowMs: number): void {
    const failure = {
      appId: instance.service,
      host: instance.place?.hostname ?? '',
      message,
      state,
      taskId: instance.taskId,
      timestamp: isoTime(nowMs),
      version: instance.version,
      slaveId: instance.place?.agentId ?? '',
    };
    this.#last.set(instance.service, failure);
    this.#store.put(`failure/${instance.service}`, failure);
  }
}
