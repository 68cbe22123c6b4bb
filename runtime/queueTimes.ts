import type { Clock } from './ports.ts';

/** How long events wait in one mailbox: one event at a time is measured, from a sample to when it was handled. */
export class QueueTimes {
  lastMs = 0;
  maxMs = 0;
  samples = 0;
  /** When the measured event began to wait; negative while none is measured. */
  private beganAtMs = -1;
  /** Events to be handled until the measured one is. */
  private behind = 0;

  /** @param length events waiting, the one to measure included */
  begin(nowMs: number, length: number): void {
    if (this.beganAtMs >= 0) return;
    this.beganAtMs = nowMs;
    this.behind = length;
  }

  get measuring(): boolean {
    return this.beganAtMs >= 0;
  }

  /** So many events were handled. */
  handled(events: number, clock: Clock): void {
    this.behind -= events;
    if (this.behind > 0) return;
    this.lastMs = clock.monotonic() - this.beganAtMs;
    this.maxMs = Math.max(this.maxMs, this.lastMs);
    this.samples++;
    this.beganAtMs = -1;
  }

  /** What waited is gone. */
  forget(): void {
    this.beganAtMs = -1;
  }
}
