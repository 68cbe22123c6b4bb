import type { Clock, Timer } from '../ports.ts';
import { LEVELS, type Level, rankOf } from './level.ts';

const INFO = rankOf('info');

/**
 * The level shared by a logger and all its children, which can be lowered for a while
 * (`/logging/toggle`, SET_LOGGING_LEVEL).
 *
 * Mesos counts in *verbosity*: 0 is the usual log (info and above), 1 adds debug, 2 and more add trace. A program
 * started at warn or error has verbosity 0 too.
 */
export class LogLevel {
  /** Rank of the least important level that is written. Read on every call of a logger, so a plain field. */
  threshold: number;
  readonly #start: number;
  readonly #clock: Clock;
  #verbosity: number;
  #revert: Timer | undefined;

  /** @param start the level to begin with and to come back to */
  constructor(clock: Clock, start: Level = 'info') {
    this.#clock = clock;
    this.#start = rankOf(start);
    this.threshold = this.#start;
    this.#verbosity = this.startVerbosity;
  }

  get level(): Level {
    return LEVELS[this.threshold] ?? 'error';
  }

  /** Mesos' number of the level now in force. */
  get verbosity(): number {
    return this.#verbosity;
  }

  /** The least verbosity that `toggle` accepts: that of the start level. */
  get startVerbosity(): number {
    return Math.max(0, INFO - this.#start);
  }

  /**
   * Sets the verbosity for a while; a later call replaces an earlier one.
   * @throws Error when it is not a whole number or lower than the start level's
   */
  toggle(verbosity: number, durationMs: number): void {
    const start = this.startVerbosity;
    if (!Number.isSafeInteger(verbosity) || verbosity < start)
      throw new Error(`level: expected a whole number of at least ${start}, got '${verbosity}'`);
    this.#revert?.cancel();
    this.#revert = undefined;
    this.#set(verbosity);
    if (verbosity > start) this.#revert = this.#clock.setTimer(durationMs, () => this.#set(start));
  }

  /**
   * Writes lines of this level and above from now on; a later call replaces an earlier one.
   * @param durationMs after which the start level is back; undefined: when the program begins anew
   */
  change(level: Level, durationMs?: number): void {
    this.#revert?.cancel();
    this.#revert = undefined;
    this.threshold = rankOf(level);
    this.#verbosity = Math.max(0, INFO - this.threshold);
    if (durationMs === undefined) return;
    this.#revert = this.#clock.setTimer(durationMs, () => this.#set(this.startVerbosity));
  }

  /** Returns to the start level at once, leaving no timer behind. */
  reset(): void {
    this.toggle(this.startVerbosity, 0);
  }

  #set(verbosity: number): void {
    this.#verbosity = verbosity;
    const start = verbosity === this.startVerbosity;
    this.threshold = start ? this.#start : Math.max(0, INFO - verbosity);
  }
}
