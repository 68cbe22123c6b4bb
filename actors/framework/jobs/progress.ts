/** What a person sees of a running job processor. */
import type { Clock } from '../../../runtime/index.ts';
import type { AttemptEnd, Job } from './jobTable.ts';
import type { Screen } from './screen.ts';

/** Jobs per state of their chart. */
export type Counts = Readonly<Record<string, number>>;

const BAR_WIDTH = 20;

/**
 * On a terminal one line that is always up to date; elsewhere a summary line when something has changed since the last
 * one. Everything that failed has a line of its own in either case. Call `tick` every second.
 */
export class Progress {
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #last = '';

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen;
    this.#clock = clock;
    this.#startedMs = clock.monotonic();
  }

  get elapsedSeconds(): number {
    return (this.#clock.monotonic() - this.#startedMs) / 1000;
  }

  note(line: string): void {
    this.#screen.print(line);
  }

  /** @param driver state of the driver's chart */
  tick(counts: Counts, total: number, driver: string): void {
    const text =
      driver === 'subscribed' ? countsText(counts, total) : `${countsText(counts, total)} (${WAITING})`;
    if (this.#screen.isTerminal) {
      this.#screen.live(`${bar(counts, total)} ${text} ${this.elapsedSeconds.toFixed(0)} s`);
    } else if (text !== this.#last) {
      this.#screen.print(text);
      this.#last = text;
    }
  }

  /** Takes the live line away. */
  end(): void {
    if (this.#screen.isTerminal) this.#screen.live('');
  }

  attemptFailed(job: Job, end: AttemptEnd, next: 'again' | 'failed'): void {
    const what = next === 'again' ? 'runs again' : 'failed for good';
    this.#screen.print(
      `${end.attempt.taskId} on ${end.attempt.hostname}: ${endText(end)}; ${job.spec.name} ${what}`,
    );
  }
}

const WAITING = 'not connected to a master, trying again';

/** `TASK_FAILED: Command exited with status 1`; the reason where there is no message. */
export function endText({ state, reason, message }: AttemptEnd): string {
  const why = message === undefined || message === '' ? reason : message;
  return why === undefined ? state : `${state}: ${why}`;
}

/** `jobs: 3 waiting, 40 running, 457 of 500 done, 2 failed` */
export function countsText(counts: Counts, total: number): string {
  const { pending = 0, staging = 0, running = 0, unreachable = 0, successful = 0, failed = 0 } = counts;
  const parts = [`${pending} waiting`, `${staging + running} running`];
  if (unreachable > 0) parts.push(`${unreachable} unreachable`);
  parts.push(`${successful + failed} of ${total} done`);
  if (failed > 0) parts.push(`${failed} failed`);
  return `jobs: ${parts.join(', ')}`;
}

function bar({ successful = 0, failed = 0 }: Counts, total: number): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor(((successful + failed) / total) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}
