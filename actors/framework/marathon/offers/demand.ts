/** Tells the master whether offers are of use, and to which roles: revives not too often, suppresses while nothing waits (spec: marathon.md §22, §28). */
import type { Clock, Timer } from '../../../../runtime/index.ts';
import type { SchedulerDriver } from '../../driver/scheduler.ts';

export interface DemandOptions {
  readonly driver: () => SchedulerDriver | undefined;
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly intervalMs: number;
  /** The role that the framework subscribes with. */
  readonly role: string;
  /** Roles of all services and instances. */
  readonly roles: () => Iterable<string>;
  /** Roles of services that wait for offers. */
  readonly waiting: () => Iterable<string>;
  readonly wanted: () => boolean;
}

export class OfferDemand {
  readonly #options: DemandOptions;
  #suppressed = false;
  #timer: Timer | undefined;
  #revivedMs = Number.NEGATIVE_INFINITY;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  /** Roles that the master was told of. */
  #told: readonly string[];
  revives = 0;
  suppressions = 0;

  constructor(options: DemandOptions) {
    this.#options = options;
    this.#told = [options.role];
  }

  /** Offers are of use for a while though nothing waits: they show what is to be given back. */
  hold(ms: number): void {
    this.#heldUntilMs = this.#options.clock.monotonic() + ms;
    this.revive();
  }

  get #held(): boolean {
    return this.#options.clock.monotonic() < this.#heldUntilMs;
  }

  get #wanted(): boolean {
    return this.#options.wanted() || this.#held;
  }

  /** A subscription begins with offers, of the framework's own role. */
  subscribed(): void {
    this.#suppressed = false;
    this.#told = [this.#options.role];
    this.#tellRoles();
    if (this.#wanted) this.revive();
    else this.idle();
  }

  /** Something came to wait. */
  revive(): void {
    if (this.#timer !== undefined) return;
    const { clock, delay, intervalMs } = this.#options;
    const restMs = Math.max(0, this.#revivedMs + intervalMs - clock.monotonic());
    this.#timer = delay(restMs, () => {
      this.#timer = undefined;
      if (!this.#wanted) return;
      this.#revivedMs = clock.monotonic();
      this.#suppressed = false;
      this.revives++;
      this.#tellRoles();
      this.#askForOffers();
    });
  }

  /** Nothing waits any more. */
  idle(): void {
    if (this.#suppressed || this.#wanted) return;
    this.#suppressed = true;
    this.suppressions++;
    this.#options.driver()?.suppress();
  }

  #tellRoles(): void {
    const { role, roles, driver } = this.#options;
    const all = [role, ...[...new Set(roles())].filter((each) => each !== role).sort()];
    if (all.join() === this.#told.join()) return;
    this.#told = all;
    driver()?.updateFramework({ roles: all }, this.#idleRoles());
  }

  /** Offers to a role that has no use for them are offers that another one waits for. */
  #askForOffers(): void {
    const driver = this.#options.driver();
    const idle = this.#idleRoles();
    if (idle.length === 0) {
      driver?.revive();
      return;
    }
    driver?.suppress(idle);
    driver?.revive(this.#told.filter((role) => !idle.includes(role)));
  }

  #idleRoles(): string[] {
    if (this.#held) return [];
    const waiting = new Set(this.#options.waiting());
    return this.#told.filter((role) => !waiting.has(role));
  }
}
