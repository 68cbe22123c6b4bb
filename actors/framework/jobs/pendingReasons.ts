/** Says why jobs still wait, when they wait for long: rarely, and once for all jobs that demand the same. */
import { demandText } from './jobSpec.ts';
import type { Job } from './jobTable.ts';
import type { OfferedSoFar } from './offered.ts';

const FIRST_MS = 10_000;
const PAUSE_MAX_MS = 600_000;
/** Waiting jobs looked at in one tick, to find one of each shape. */
const LOOKED_AT_MAX = 10_000;

interface Told {
  readonly nextMs: number;
  readonly pauseMs: number;
}

export class PendingReasons {
  readonly #offered: OfferedSoFar;
  readonly #say: (line: string) => void;
  readonly #told = new Map<string, Told>();

  constructor(offered: OfferedSoFar, say: (line: string) => void) {
    this.#offered = offered;
    this.#say = say;
  }

  /** Looks at the waiting jobs, to be called every second or so. */
  tick(waiting: Iterable<Job>, shapes: number, nowMs: number): void {
    const seen = new Set<string>();
    let looked = 0;
    for (const job of waiting) {
      if (seen.size >= shapes || ++looked > LOOKED_AT_MAX) return;
      if (seen.has(job.shape)) continue;
      seen.add(job.shape);
      this.#look(job, nowMs);
    }
  }

  #look(job: Job, nowMs: number): void {
    const { nextMs, pauseMs } = this.#told.get(job.shape) ?? {
      nextMs: job.waitsSinceMs + FIRST_MS,
      pauseMs: FIRST_MS,
    };
    if (nowMs < nextMs) return;
    const why = this.#offered.whyNot(job.demand);
    if (why === undefined) return;
    this.#told.set(job.shape, { nextMs: nowMs + pauseMs * 2, pauseMs: Math.min(pauseMs * 2, PAUSE_MAX_MS) });
    const seconds = Math.round((nowMs - job.waitsSinceMs) / 1000);
    this.#say(`${job.spec.name} (${demandText(job.demand)}) waits for ${seconds} s: ${why}`);
  }
}
