/** Kills what is to end: so many at a time, each again until its end is heard of (spec: marathon.md §17). */
import type { Timer } from '../../../../runtime/index.ts';
import type { SchedulerDriver } from '../../driver/scheduler.ts';
import type { Instance } from '../instances/instance.ts';

export interface KillerOptions {
  readonly driver: () => SchedulerDriver | undefined;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  /** Kills in flight at most. */
  readonly chunkSize: number;
  /** After so long a kill is repeated. */
  readonly retryMs: number;
  /** Tells an instance that it is to end, where it listens. @param then not before it had its time */
  readonly warn: (instance: Instance, then: () => void) => void;
  /** Runs when what was written down before is durable. */
  readonly afterStore: (run: () => void) => void;
}

interface Kill {
  readonly instance: Instance;
  /** Its time is over, if it was given any. */
  warned: boolean;
  timer: Timer | undefined;
  attempts: number;
}

export class Killer {
  readonly #options: KillerOptions;
  readonly #waiting = new Map<string, Kill>();
  readonly #inFlight = new Map<string, Kill>();

  constructor(options: KillerOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** KILL calls sent for those in flight. */
  get attempts(): number {
    return [...this.#inFlight.values()].reduce((sum, { attempts }) => sum + attempts, 0);
  }

  kill(instance: Instance): void {
    if (this.#inFlight.has(instance.id)) return;
    this.#waiting.set(instance.id, { instance, warned: false, timer: undefined, attempts: 0 });
    this.#next();
  }

  /** It is over. */
  ended(instance: Instance): void {
    this.#waiting.delete(instance.id);
    this.#inFlight.get(instance.id)?.timer?.cancel();
    this.#inFlight.delete(instance.id);
    this.#next();
  }

  /** The master is there again: kills may have been lost with the connection. */
  again(): void {
    for (const kill of this.#inFlight.values()) if (kill.warned) this.#send(kill);
  }

  #next(): void {
    for (const [id, kill] of this.#waiting) {
      if (this.#inFlight.size >= this.#options.chunkSize) return;
      this.#waiting.delete(id);
      this.#inFlight.set(id, kill);
      this.#options.afterStore(() => this.#begin(kill));
    }
  }

  #begin(kill: Kill): void {
    this.#options.warn(kill.instance, () => {
      kill.warned = true;
      this.#send(kill);
    });
  }

  #send(kill: Kill): void {
    const { instance } = kill;
    if (this.#inFlight.get(instance.id) !== kill) return;
    kill.attempts++;
    kill.timer?.cancel();
    const agentId = instance.place === undefined ? undefined : { value: instance.place.agentId };
    for (const { id } of instance.tasks) this.#options.driver()?.kill({ value: id }, agentId);
    kill.timer = this.#options.delay(this.#options.retryMs, () => this.#send(kill));
  }
}
