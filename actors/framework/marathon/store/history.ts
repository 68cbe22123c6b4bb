/** Instances that are over, the last ones of each service: where they ran, how long, and how they ended. Ours, beside Marathon. */
import { isoTime } from '../events/bus.ts';
import type { Instance } from '../instances/instance.ts';
import type { StateStore } from './store.ts';

/** Kept of each service. */
const KEPT_MAX = 20;

interface EndedTask {
  readonly id: string;
  readonly container: string;
  readonly state: string;
  readonly message?: string;
  readonly containerId?: string;
}

/** What is written down of an instance that is over. Times are ISO-8601. */
export interface EndedInstance {
  readonly id: string;
  readonly service: string;
  readonly number: number;
  readonly version: string;
  /** As in events: `Failed`, `Killed`. */
  readonly condition: string;
  readonly host: string;
  readonly agentId: string;
  readonly startedAt?: string;
  readonly endedAt: string;
  readonly tasks: readonly EndedTask[];
}

export class History {
  readonly #store: StateStore;
  /** By service, the oldest first. */
  readonly #ended = new Map<string, EndedInstance[]>();

  constructor(store: StateStore) {
    this.#store = store;
    for (const [key, value] of store.loaded) if (key.startsWith('ended/')) this.#keep(value as EndedInstance);
    for (const list of this.#ended.values()) list.sort((a, b) => (a.endedAt < b.endedAt ? -1 : 1));
  }

  /** The newest first. */
  of(service: string): readonly EndedInstance[] {
    return [...(this.#ended.get(service) ?? [])].reverse();
  }

  /** @param condition how it ended. An instance that never had a task left nothing to look at. */
  note(instance: Instance, condition: string, nowMs: number): void {
    if (instance.tasks.length === 0) return;
    const ended: EndedInstance = {
      id: instance.id,
      service: instance.service,
      number: instance.number,
      version: instance.version,
      condition,
      host: instance.place?.hostname ?? '',
      agentId: instance.place?.agentId ?? '',
      ...(instance.startedAtMs !== undefined && { startedAt: isoTime(instance.startedAtMs) }),
      endedAt: isoTime(nowMs),
      tasks: instance.tasks.map(({ id, container, state, message, containerId }) => ({
        ...{ id, container, state },
        ...(message !== undefined && { message }),
        ...(containerId !== undefined && { containerId }),
      })),
    };
    this.#store.put(keyOf(ended), ended);
    const list = this.#keep(ended);
    for (const oldest of list.splice(0, list.length - KEPT_MAX)) this.#store.remove(keyOf(oldest));
  }

  /** Nothing is left of the service. */
  forget(service: string): void {
    for (const each of this.#ended.get(service) ?? []) this.#store.remove(keyOf(each));
    this.#ended.delete(service);
  }

  #keep(ended: EndedInstance): EndedInstance[] {
    const list = this.#ended.get(ended.service) ?? [];
    this.#ended.set(ended.service, list);
    list.push(ended);
    return list;
  }
}

/** Residents keep their id: what tells one life from the next is the task's. */
function keyOf({ id, tasks }: EndedInstance): string {
  return `ended/${tasks[0]?.id ?? id}`;
}
