/** Changes of the number of instances that undo themselves after a while. They survive restarts. */
import type { Timer } from '../../../runtime/index.ts';
import type { Marathon } from './marathon.ts';
import { versioned } from './model/spec.ts';

export interface TimedScale {
  readonly service: string;
  /** While it lasts. */
  readonly instances: number;
  /** What it goes back to. */
  readonly before: number;
  readonly untilMs: number;
}

/** A deployment that has the service is waited for. */
const BUSY_MS = 5_000;

export class TimedChanges {
  readonly #marathon: Marathon;
  readonly #pending = new Map<string, { readonly scale: TimedScale; timer: Timer }>();

  constructor(marathon: Marathon) {
    this.#marathon = marathon;
  }

  restore(loaded: ReadonlyMap<string, unknown>): void {
    for (const [key, value] of loaded) if (key.startsWith('timed/')) this.#plan(value as TimedScale);
  }

  of(service: string): TimedScale | undefined {
    return this.#pending.get(service)?.scale;
  }

  /** The number of a service was changed for a while; a second such change goes back to what was before the first. */
  begin(scale: TimedScale): void {
    const before = this.#pending.get(scale.service)?.scale.before ?? scale.before;
    const kept = { ...scale, before };
    this.#pending.get(scale.service)?.timer.cancel();
    this.#marathon.store.put(`timed/${scale.service}`, kept);
    this.#plan(kept);
  }

  #plan(scale: TimedScale): void {
    const { context } = this.#marathon;
    const leftMs = Math.max(0, scale.untilMs - context.clock.now());
    this.#pending.set(scale.service, { scale, timer: context.delay(leftMs, () => this.#undo(scale)) });
  }

  #undo(scale: TimedScale): void {
    const { writes, store, deployments, context, definitions } = this.#marathon;
    const spec = definitions.root.services.get(scale.service);
    // Somebody gave it another number meanwhile: that one stays.
    if (spec?.instances === scale.instances) {
      if (deployments.of(scale.service) !== undefined) {
        this.#pending.set(scale.service, { scale, timer: context.delay(BUSY_MS, () => this.#undo(scale)) });
        return;
      }
      const version = writes.nextVersion();
      const changed = versioned({ ...spec, instances: scale.before }, spec, version);
      writes.commit({ services: new Map([[spec.id, changed]]), groups: new Map() }, version);
    }
    this.#pending.delete(scale.service);
    store.remove(`timed/${scale.service}`);
  }
}
