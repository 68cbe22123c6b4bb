/** How long launches of a service wait after failures (spec: marathon.md §21). Milliseconds throughout. */

export interface BackoffRule {
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelaySeconds: number;
}

interface Entry {
  readonly delayMs: number;
  readonly untilMs: number;
  /** Of the last failure or advance: the entry is void when this is long ago. */
  readonly referenceMs: number;
  readonly voidAfterMs: number;
}

export class Backoff {
  readonly #entries = new Map<string, Entry>();

  /** An instance ended that should not have. @returns the delay that applies now */
  failed(service: string, rule: BackoffRule, nowMs: number): number {
    const maxMs = rule.maxLaunchDelaySeconds * 1000;
    const before = this.#valid(service, nowMs);
    const delayMs = Math.min(
      before === undefined ? rule.backoffSeconds * 1000 : before.delayMs * rule.backoffFactor,
      maxMs,
    );
    this.#entries.set(service, { delayMs, untilMs: nowMs + delayMs, referenceMs: nowMs, voidAfterMs: maxMs });
    return delayMs;
  }

  /** An instance was launched or began: what ends at once must not slip by between two failures. */
  advance(service: string, nowMs: number): void {
    const entry = this.#valid(service, nowMs);
    if (entry !== undefined)
      this.#entries.set(service, { ...entry, untilMs: nowMs + entry.delayMs, referenceMs: nowMs });
  }

  reset(service: string): void {
    this.#entries.delete(service);
  }

  /** What is left to wait; 0 when a launch is allowed. */
  leftMs(service: string, nowMs: number): number {
    return Math.max(0, (this.#valid(service, nowMs)?.untilMs ?? 0) - nowMs);
  }

  #valid(service: string, nowMs: number): Entry | undefined {
    const entry = this.#entries.get(service);
    if (entry === undefined || nowMs <= entry.referenceMs + entry.voidAfterMs) return entry;
    this.#entries.delete(service);
    return undefined;
  }
}
