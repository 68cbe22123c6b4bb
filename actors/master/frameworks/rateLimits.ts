/**
 * How fast frameworks at PIDs are heard (`--rate_limits`, master.md §11): a limiter for each principal that is listed, one for
 * all others together. What comes too fast waits in order; beyond `capacity` the framework is told that it lost a message.
 */
import { fromJson, type RateLimits } from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { Counter } from '../../../runtime/metrics/index.ts';
import { RateLimiter } from '../agents/rateLimiter.ts';
import type { MasterParts } from '../parts.ts';

interface Bounded {
  readonly limiter: RateLimiter;
  /** Messages that may wait; undefined: any number. */
  readonly capacity: number | undefined;
  waiting: number;
}

/** Of a principal: `frameworks/<principal>/messages_…`. */
interface Counted {
  readonly received: Counter;
  readonly processed: Counter;
}

export class FrameworkRateLimits {
  private readonly parts: MasterParts;
  /** By principal. */
  private readonly counted = new Map<string, Counted>();
  /** By principal; undefined for one that is listed without a rate. */
  private readonly listed = new Map<string, Bounded | undefined>();
  private readonly others: Bounded | undefined;

  constructor(parts: MasterParts) {
    this.parts = parts;
    const { limits = [], aggregate_default_qps, aggregate_default_capacity } = parts.flags.rate_limits ?? {};
    for (const { principal, qps, capacity } of limits)
      this.listed.set(principal, this.bounded(qps, capacity));
    this.others = this.bounded(aggregate_default_qps, aggregate_default_capacity);
  }

  /** Handles a message when its sender's turn comes; at once for those who are no frameworks (yet). */
  message(from: Pid | undefined, name: string, handle: () => void): void {
    const framework = from === undefined ? undefined : this.parts.frameworks.at(from);
    if (framework === undefined) {
      handle();
      return;
    }
    const { principal } = framework.description.info;
    const counters = principal === undefined ? undefined : this.countersOf(principal);
    if (counters !== undefined) counters.received.value++;
    const counted = () => {
      if (counters !== undefined) counters.processed.value++;
      handle();
    };
    const bounded = this.limiterOf(principal);
    if (bounded === undefined) counted();
    else if (bounded.capacity !== undefined && bounded.waiting >= bounded.capacity) {
      this.parts.actor.log.warn('a framework sends too fast', { framework_id: framework.id, message: name });
      this.parts.actor.send(from, 'mesos.internal.FrameworkErrorMessage', {
        message: `Message ${name} dropped: capacity(${bounded.capacity}) exceeded`,
      });
    } else this.wait(bounded, counted);
  }

  /** That a framework's socket broke is told after what it sent before. */
  exited(pid: Pid, handle: () => void): void {
    const framework = this.parts.frameworks.at(pid);
    const bounded =
      framework === undefined ? undefined : this.limiterOf(framework.description.info.principal);
    if (bounded === undefined) handle();
    else bounded.limiter.acquire(handle);
  }

  private wait(bounded: Bounded, handle: () => void): void {
    bounded.waiting++;
    bounded.limiter.acquire(() => {
      bounded.waiting--;
      handle();
    });
  }

  private limiterOf(principal: string | undefined): Bounded | undefined {
    if (principal !== undefined && this.listed.has(principal)) return this.listed.get(principal);
    return this.others;
  }

  private bounded(qps: number | undefined, capacity: number | undefined): Bounded | undefined {
    if (qps === undefined) return undefined;
    const limiter = new RateLimiter({ permits: qps, intervalMs: 1000 }, this.parts.actor);
    return { limiter, capacity, waiting: 0 };
  }

  /** A framework is no more: with the last one of its principal goes what was counted of that, as in Mesos. */
  forget(principal: string | undefined): void {
    const { frameworks, actor } = this.parts;
    if (principal === undefined || !this.counted.has(principal)) return;
    for (const { description } of frameworks.all()) if (description.info.principal === principal) return;
    this.counted.delete(principal);
    for (const what of COUNTED) actor.metrics.remove(nameOf(principal, what));
  }

  private countersOf(principal: string): Counted {
    const known = this.counted.get(principal);
    if (known !== undefined) return known;
    const counter = (what: (typeof COUNTED)[number]) =>
      this.parts.actor.metrics.counter(nameOf(principal, what));
    const made = { received: counter('messages_received'), processed: counter('messages_processed') };
    this.counted.set(principal, made);
    return made;
  }
}

const COUNTED = ['messages_received', 'messages_processed'] as const;

function nameOf(principal: string, what: (typeof COUNTED)[number]): string {
  return `frameworks/${principal}/${what}`;
}

/**
 * Reads `--rate_limits`.
 * @throws Error naming what is wrong
 */
export function readRateLimits(value: unknown): RateLimits {
  const read = fromJson('mesos.v1.RateLimits', value) as RateLimits;
  const seen = new Set<string>();
  for (const { principal, qps } of read.limits ?? []) {
    if (seen.has(principal)) throw new Error(`principal '${principal}' is listed twice`);
    seen.add(principal);
    checkRate(`qps of '${principal}'`, qps);
  }
  checkRate('aggregate_default_qps', read.aggregate_default_qps);
  return read;
}

function checkRate(name: string, qps: number | undefined): void {
  if (qps === undefined || (qps > 0 && Number.isFinite(qps))) return;
  throw new Error(`${name}: expected a number above 0, got ${qps}`);
}
