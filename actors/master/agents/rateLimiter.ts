/** Lets things happen at a bounded rate, in the order asked for: Mesos' `RateLimiter`. */
import type { Clock, Timer } from '../../../runtime/index.ts';
import type { Rate } from '../../../runtime/units/index.ts';

/** A place in the queue. */
export interface Permit {
  /** Leaves the queue. @returns false when its turn has come before */
  cancel(): boolean;
}

interface Waiting {
  run: (() => void) | undefined;
}

interface LimiterPorts {
  readonly clock: Clock;
  delay(delayMs: number, run: () => void): Timer;
}

export class RateLimiter {
  private readonly intervalMs: number;
  private readonly ports: LimiterPorts;
  private queue: Waiting[] = [];
  private nextAtMs = 0;
  private timer: Timer | undefined;

  /** @param rate undefined: unlimited */
  constructor(rate: Rate | undefined, ports: LimiterPorts) {
    this.intervalMs = rate === undefined ? 0 : rate.intervalMs / rate.permits;
    this.ports = ports;
  }

  /** Runs `run` when its turn comes: at once (before this returns) when nothing holds it up. */
  acquire(run: () => void): Permit {
    const waiting: Waiting = { run };
    const cancel = (): boolean => {
      const waited = waiting.run !== undefined;
      waiting.run = undefined;
      return waited;
    };
    this.queue.push(waiting);
    if (this.timer === undefined) this.serve();
    return { cancel };
  }

  private serve(): void {
    this.timer = undefined;
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      const waitMs = this.nextAtMs - this.ports.clock.monotonic();
      if (next.run === undefined) {
        this.queue.shift();
      } else if (waitMs > 0) {
        this.timer = this.ports.delay(waitMs, () => this.serve());
        return;
      } else {
        this.queue.shift();
        this.nextAtMs = this.ports.clock.monotonic() + this.intervalMs;
        const { run } = next;
        next.run = undefined;
        run();
      }
    }
  }
}
