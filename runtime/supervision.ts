/**
 * Supervision, for whoever asks for it at `spawn`: a process whose handler threw is replaced by a new instance at the same
 * PID, as Erlang's supervisors do, until that happens too often; then it is gone for good and its watchers are told
 * `failed`. Without supervision a throwing handler costs its event only.
 *
 * What a new instance inherits: the PID, those who watch it, and the messages that wait. What it does not: the event that threw,
 * dispatches and timers of the former instance (they would change a state nobody looks at any more), its links and HTTP requests.
 */
import type { Pid } from './pid.ts';
import type { Process } from './process.ts';

export interface Supervision {
  /** `on-error`: when a handler or `initialize` threw; `always`: also when it terminated itself. */
  readonly restart: 'on-error' | 'always';
  /** More restarts than so many within so long are a failure. */
  readonly intensity: { readonly restarts: number; readonly withinMs: number };
  /** Makes the next instance, with the same id. */
  readonly factory: () => Process;
  /** A process of this node that is told of a failure without having linked. */
  readonly supervisor?: Pid;
}

/** A supervised process' past: when it was restarted. */
export class Supervised {
  /** Whether the end that waits was asked for by the process, and another instance is to follow. */
  endsItself = false;
  readonly options: Supervision;
  /** Restarts since the process was spawned. */
  restarts = 0;
  private recentMs: number[] = [];

  /** @throws when the intensity is no number of restarts in a time */
  constructor(options: Supervision) {
    const { restarts, withinMs } = options.intensity;
    if (!Number.isInteger(restarts) || restarts < 0 || !(withinMs > 0)) {
      throw new Error(`supervise.intensity: expected restarts in a time, got ${restarts} in ${withinMs} ms`);
    }
    this.options = options;
  }

  /** Whether one more restart is within the intensity; it counts as done. */
  mayRestart(nowMs: number): boolean {
    const { restarts, withinMs } = this.options.intensity;
    this.recentMs = this.recentMs.filter((atMs) => nowMs - atMs < withinMs);
    if (this.recentMs.length >= restarts) return false;
    this.recentMs.push(nowMs);
    this.restarts++;
    return true;
  }

  /** @throws what the factory throws, and when it made something else than a new instance of the same id */
  next(former: Process): Process {
    const made = this.options.factory();
    if (made === former)
      throw new Error(`supervise.factory: gave the former instance of '${former.id}' again`);
    if (made.id !== former.id)
      throw new Error(`supervise.factory: expected '${former.id}', got '${made.id}'`);
    return made;
  }
}
