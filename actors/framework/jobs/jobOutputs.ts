/**
 * Reads what running jobs print, of those that say how progress looks in it (spec: other-frameworks.md, row 46): a few at a time, from
 * where the last look ended, from their agents' `/files/read`.
 */
import type { Logger } from '../../../runtime/logging/index.ts';
import type { Job } from './jobTable.ts';
import { progressIn } from './progressPattern.ts';

export interface OutputPart {
  readonly data: string;
}

/** Asks an agent for a part of a file. @param done undefined when there was no answer */
export type OutputReader = (
  at: { readonly address: string; readonly path: string; readonly offset: number; readonly length: number },
  done: (part: OutputPart | undefined) => void,
) => void;

export interface JobOutputsOptions {
  readonly read: OutputReader;
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  readonly frameworkId: () => string | undefined;
  readonly isRunning: (job: Job) => boolean;
  /** Where an agent's API is. */
  readonly addressOf: (agentId: string) => string | undefined;
  readonly log: Logger;
}

/** Looks under way at most. */
const LOOKS_MAX = 16;
const PART_BYTES = 16_384;

interface Look {
  readonly job: Job;
  readonly taskId: string;
  readonly pattern: RegExp;
  offset: number;
  /** The beginning of a line whose end has not been read. */
  rest: string;
  asked: boolean;
}

export class JobOutputs {
  readonly #options: JobOutputsOptions;
  readonly #looks = new Map<string, Look>();
  readonly #waiting = new Set<Look>();
  /** Jobs whose pattern took too long. */
  readonly #costly = new Set<string>();
  #underWay = 0;

  constructor(options: JobOutputsOptions) {
    this.#options = options;
  }

  /** To be called every second or so, with the jobs that have tasks. */
  look(active: readonly Job[]): void {
    const seen = new Set<string>();
    for (const job of active) {
      if (!this.#isLookedAt(job)) continue;
      seen.add(job.id);
      const look = this.#lookOf(job);
      if (!look.asked) this.#waiting.add(look);
    }
    for (const [id, look] of this.#looks) {
      if (seen.has(id)) continue;
      this.#looks.delete(id);
      this.#waiting.delete(look);
    }
    this.#next();
  }

  #isLookedAt(job: Job): boolean {
    if (job.spec.progress === undefined || job.attempt === undefined) return false;
    return !this.#costly.has(job.id) && this.#options.isRunning(job);
  }

  #lookOf(job: Job): Look {
    const taskId = job.attempt?.taskId ?? '';
    const known = this.#looks.get(job.id);
    if (known?.taskId === taskId) return known;
    const pattern = new RegExp(job.spec.progress ?? '', 'u');
    const look: Look = { job, taskId, pattern, offset: 0, rest: '', asked: false };
    this.#looks.set(job.id, look);
    return look;
  }

  #next(): void {
    for (const look of this.#waiting) {
      if (this.#underWay >= LOOKS_MAX) return;
      this.#waiting.delete(look);
      this.#ask(look);
    }
  }

  #ask(look: Look): void {
    const { read, defer, frameworkId, addressOf } = this.#options;
    const { job, taskId, offset } = look;
    const address = addressOf(job.attempt?.agentId ?? '');
    const framework = frameworkId();
    if (address === undefined || framework === undefined) return;
    look.asked = true;
    this.#underWay++;
    const path = `/frameworks/${framework}/executors/${taskId}/runs/latest/stdout`;
    read(
      { address, path, offset, length: PART_BYTES },
      defer((part: OutputPart | undefined) => {
        this.#underWay--;
        look.asked = false;
        if (part !== undefined && this.#looks.get(job.id) === look) this.#take(job, look, part.data);
        this.#next();
      }),
    );
  }

  #take(job: Job, look: Look, data: string): void {
    if (data === '') return;
    look.offset += Buffer.byteLength(data);
    const lines = (look.rest + data).split('\n');
    look.rest = (lines.pop() ?? '').slice(-PART_BYTES);
    try {
      job.progress = progressIn(lines, look.pattern) ?? job.progress;
    } catch {
      this.#costly.add(job.id);
      this.#looks.delete(job.id);
      this.#options.log.warn('a pattern of progress takes too long, and is looked for no more', {
        job: job.id,
      });
    }
  }
}
