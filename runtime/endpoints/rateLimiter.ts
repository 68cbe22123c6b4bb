import type { Rate } from '../units/index.ts';

/** Permits evenly spaced, as libprocess' RateLimiter gives them: 2/1secs is one every half second, never two at once. */
export class RateLimiter {
  private readonly spacingMs: number;
  private nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate) {
    this.spacingMs = rate.intervalMs / rate.permits;
  }

  /** @returns 0 when there is a permit at this time, which is then taken; else the milliseconds to wait for one */
  take(nowMs: number): number {
    if (nowMs < this.nextAtMs) return this.nextAtMs - nowMs;
    this.nextAtMs = nowMs + this.spacingMs;
    return 0;
  }
}
