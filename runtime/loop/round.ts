import type { Clock } from '../ports.ts';
import { PauseLog } from './pauseLog.ts';

/** How much a node does in one round of the program's loop; what is left waits until I/O, timers and others had their turn. */
const ROUND_MS = 10;

/**
 * One round of the program's loop, as far as this node has a part in it. A hundred connections that have something to read are
 * a hundred callbacks of one round: each may be short, and together they would hold up everything else.
 */
export class Round {
  readonly pauses: PauseLog;
  private readonly later: (run: () => void) => void;
  private spentMs = 0;
  private awaited = false;
  private readonly onNext: (() => void)[] = [];

  /** @param later runs in the next round, after I/O had its chance */
  constructor(clock: Clock, later: (run: () => void) => void) {
    this.later = later;
    this.pauses = new PauseLog(clock);
  }

  /** Whether this node has done what it may. */
  get isSpent(): boolean {
    return this.spentMs >= ROUND_MS;
  }

  /** So much was done at a stretch. */
  spend(ms: number): void {
    this.spentMs += ms;
    if (this.isSpent) this.await();
  }

  /** Runs once when the next round has come. */
  next(run: () => void): void {
    this.onNext.push(run);
    this.await();
  }

  private await(): void {
    if (this.awaited) return;
    this.awaited = true;
    this.later(() => {
      this.awaited = false;
      this.spentMs = 0;
      for (const run of this.onNext.splice(0)) run();
    });
  }
}
