/** What held up the program's loop of late: pieces of work by name, and the longest pause of each second. */
import { type Mailbox, type ProcessEvent, plainOf } from '../mailbox.ts';
import type { Clock } from '../ports.ts';

/** A piece of work that let nothing else run. */
export interface LongPiece {
  /** Milliseconds since 1970 at its end. */
  readonly atMs: number;
  readonly ms: number;
  /** What was handled then. */
  readonly what: string;
}

/** The longest pause of a second, whatever it was made of. */
export interface PauseWindow {
  /** Milliseconds since 1970 at its end. */
  readonly atMs: number;
  readonly ms: number;
}

/** Shorter pieces are nobody's concern. */
const PIECE_MIN_MS = 10;
const PIECES_MAX = 200;
const WINDOWS_MAX = 120;

export class PauseLog {
  private readonly clock: Clock;
  private readonly noted: LongPiece[] = [];
  private readonly seen: PauseWindow[] = [];
  private label: string | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Oldest first, the last 200. */
  get pieces(): readonly LongPiece[] {
    return this.noted;
  }

  /** Oldest first, the last 120. */
  get windows(): readonly PauseWindow[] {
    return this.seen;
  }

  /** What is done from now on, said by whoever does it: the name of an event does not always tell. */
  during(what: string): void {
    this.label = what;
  }

  /** A piece has ended: what `during` said last, or else events, of which that was the last; undefined for many short ones. */
  piece(ms: number, mailbox: Mailbox, event: ProcessEvent | undefined): void {
    const { label } = this;
    this.label = undefined;
    if (ms < PIECE_MIN_MS) return;
    this.known(ms, `${mailbox.pid.id}: ${label ?? (event === undefined ? 'many events' : nameOf(event))}`);
  }

  /** A piece of known name; short ones are passed over. */
  known(ms: number, what: string): void {
    if (ms < PIECE_MIN_MS) return;
    this.noted.push({ atMs: this.clock.now(), ms, what });
    if (this.noted.length > PIECES_MAX) this.noted.shift();
  }

  /** A second is over. */
  window(ms: number): void {
    this.seen.push({ atMs: this.clock.now(), ms });
    if (this.seen.length > WINDOWS_MAX) this.seen.shift();
  }

  /** The longest pause that ended within so many milliseconds, by the windows. */
  longestMs(withinMs: number): number {
    const since = this.clock.now() - withinMs;
    return this.seen.reduce((max, { atMs, ms }) => (atMs > since ? Math.max(max, ms) : max), 0);
  }
}

const PATH_SHOWN_MAX = 100;

/** `GET /state`, `mesos.internal.RegisterSlaveMessage`. */
function nameOf(handled: ProcessEvent): string {
  const event = plainOf(handled);
  if (event.kind === 'message') return event.name;
  if (event.kind !== 'http') return event.kind;
  const { method, path } = event.request;
  return `${method} ${path.slice(0, PATH_SHOWN_MAX)}`;
}
