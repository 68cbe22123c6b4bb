import type { Round } from '../loop/round.ts';
import type { Clock } from '../ports.ts';

/** While there is something to handle, reading takes no more of a round than this: what is read waits in mailboxes, before what comes later. */
const BESIDE_MS = 2;

/** What arrived, and how it is read. */
export type Arrival = () => void;

/**
 * What arrives over all links, in its order. As long as a round of the loop has time it is read at once; then it waits for the next one,
 * bounded by what peers may have on their way (flow.ts): what is not read is not told to be.
 */
export class Intake {
  private readonly round: Round;
  private readonly clock: Clock;
  private readonly isBusy: () => boolean;
  private waiting: Arrival[] = [];
  private head = 0;

  /** @param isBusy whether there is something to handle */
  constructor(round: Round, clock: Clock, isBusy: () => boolean) {
    this.isBusy = isBusy;
    this.round = round;
    this.clock = clock;
  }

  /** Whether what arrives now has to wait. */
  get isBehind(): boolean {
    return this.head < this.waiting.length || this.round.isSpent;
  }

  take(arrival: Arrival): void {
    if (this.isBehind) {
      this.waiting.push(arrival);
      if (this.waiting.length === 1) this.round.next(() => this.proceed());
    } else this.read(arrival);
  }

  private proceed(): void {
    const sinceMs = this.clock.monotonic();
    const isOver = (): boolean =>
      this.round.isSpent || (this.isBusy() && this.clock.monotonic() - sinceMs >= BESIDE_MS);
    try {
      while (!isOver()) {
        const arrival = this.waiting[this.head];
        if (arrival === undefined) break;
        this.head++;
        this.read(arrival);
      }
    } finally {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
      if (this.waiting.length > 0) this.round.next(() => this.proceed());
    }
  }

  private read(arrival: Arrival): void {
    const sinceMs = this.clock.monotonic();
    try {
      arrival();
    } finally {
      const ms = this.clock.monotonic() - sinceMs;
      this.round.pauses.known(ms, 'reading what a link brought');
      this.round.spend(ms);
    }
  }
}
