import type { Clock, Timer } from '../../../../runtime/index.ts';

/** A client's short pauses are none, or as long as the test says; what it gives up by, more than a minute, stays as long as it is. */
export class PausedClock implements Clock {
  paused: (() => void)[] | undefined;
  /** Timers that were neither fired nor cancelled. */
  waiting = 0;
  fired = 0;
  private readonly real: Clock;
  constructor(real: Clock) {
    this.real = real;
  }
  now(): number {
    return this.real.now();
  }
  monotonic(): number {
    return this.real.monotonic();
  }
  setTimer(delayMs: number, callback: () => void): Timer {
    const { paused } = this;
    if (paused === undefined || delayMs > 60_000) return this.count(delayMs > 60_000 ? delayMs : 0, callback);
    paused.push(callback);
    return { cancel: () => paused.splice(paused.indexOf(callback), 1).length > 0 };
  }
  private count(delayMs: number, callback: () => void): Timer {
    this.waiting += 1;
    const timer = this.real.setTimer(delayMs, () => {
      this.waiting -= 1;
      this.fired += 1;
      callback();
    });
    return {
      cancel: () => {
        const cancelled = timer.cancel();
        if (cancelled) this.waiting -= 1;
        return cancelled;
      },
    };
  }
}
