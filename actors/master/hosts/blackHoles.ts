/**
 * Hosts on which tasks fail one after another: they end fast, so more and more come to them (spec: other-frameworks.md §5). Counts what
 * began and ended on each in a moving window. Pure.
 */

/** Tasks that began in the window, at least, before anything is said. */
const SAMPLE_MIN = 10;
/** Of those that began. */
const FAILED_SHARE = 0.75;
/** Of those that ended well. */
const FAILED_TO_FINISHED = 3;

export type TaskTurn = 'started' | 'finished' | 'failed';

/** The window in so many parts: a part is forgotten at a time. */
const PARTS = 10;

type Counts = Record<TaskTurn, number>;

interface Part {
  readonly sinceMs: number;
  readonly counts: Counts;
}

export class BlackHoles {
  readonly #windowMs: number;
  readonly #byAgent = new Map<string, Part[]>();

  /** @param windowMs 0: nothing is counted */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  note(agentId: string, turn: TaskTurn, nowMs: number): void {
    if (this.#windowMs === 0) return;
    const parts = this.#partsOf(agentId, nowMs);
    let last = parts.at(-1);
    if (last === undefined || nowMs - last.sinceMs >= this.#windowMs / PARTS) {
      last = { sinceMs: nowMs, counts: { started: 0, finished: 0, failed: 0 } };
      parts.push(last);
    }
    last.counts[turn]++;
    this.#byAgent.set(agentId, parts);
  }

  /** Why an agent is one; undefined when it is not. */
  why(agentId: string, nowMs: number): string | undefined {
    const parts = this.#partsOf(agentId, nowMs);
    const sum = (turn: TaskTurn): number => parts.reduce((total, { counts }) => total + counts[turn], 0);
    const [started, finished, failed] = [sum('started'), sum('finished'), sum('failed')];
    const isOne =
      started >= SAMPLE_MIN && failed > started * FAILED_SHARE && failed > finished * FAILED_TO_FINISHED;
    return isOne ? `${failed} of ${started} tasks failed, ${finished} ended well` : undefined;
  }

  agents(): Iterable<string> {
    return [...this.#byAgent.keys()];
  }

  forget(agentId: string): void {
    this.#byAgent.delete(agentId);
  }

  #partsOf(agentId: string, nowMs: number): Part[] {
    return (this.#byAgent.get(agentId) ?? []).filter(({ sinceMs }) => nowMs - sinceMs < this.#windowMs);
  }
}
