/** How much a watcher is told: so many events a second, none while it does not read; those left out are counted and told. */
import type { Clock, Timer } from '../ports.ts';
import { leftOutText } from './wire.ts';

/** Bytes waiting for a watcher above which nothing more is told. */
export const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
/** When those who were left out are told of it, if nothing else is to tell. */
const LEFT_OUT_MS = 1000;

/** Where the texts go. */
export interface WatchSink {
  /** Bytes not yet taken. */
  readonly bufferedBytes: number;
  send(text: string): void;
}

export interface Allowance {
  readonly perSecond: number;
  readonly atOnce: number;
}

export class Budget {
  private readonly clock: Clock;
  private readonly sink: WatchSink;
  private readonly granted: Allowance;
  private left: number;
  private refilledAtMs: number;
  private leftOut = 0;
  private timer: Timer | undefined;

  constructor(clock: Clock, sink: WatchSink, granted: Allowance) {
    this.clock = clock;
    this.sink = sink;
    this.granted = granted;
    this.left = granted.atOnce;
    this.refilledAtMs = clock.monotonic();
  }

  /** @returns whether an event may be told; if not, it is counted */
  take(): boolean {
    this.refill();
    if (this.left < 1 || this.sink.bufferedBytes > BUFFERED_BYTES_MAX) {
      this.leftOut++;
      this.timer ??= this.clock.setTimer(LEFT_OUT_MS, () => this.tellLeftOut());
      return false;
    }
    this.left--;
    this.tellLeftOut();
    return true;
  }

  stop(): void {
    this.timer?.cancel();
  }

  private refill(): void {
    const nowMs = this.clock.monotonic();
    const { perSecond, atOnce } = this.granted;
    this.left = Math.min(atOnce, this.left + ((nowMs - this.refilledAtMs) * perSecond) / 1000);
    this.refilledAtMs = nowMs;
  }

  private tellLeftOut(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.leftOut === 0) return;
    this.sink.send(leftOutText(this.leftOut));
    this.leftOut = 0;
  }
}
