/**
 * Answers that only tell. Equal requests that come together (same principal, question and encoding) share an answer. Every answer is of
 * one moment, taken when its turn comes, and written in slices, one answer after the other, so that however many and large they are
 * they hold up nobody (v1-operator-api.md §2.2, master.md §16). What is written leaves at once, as fast as its readers take it.
 */
import type { Clock, HttpReply, Timer } from '../../runtime/index.ts';
import { SharedBody } from './sharedBody.ts';

/**
 * A body in the making: each step gives its next piece or nothing yet, the last one maybe the last piece. What it tells was
 * settled before its first step.
 */
export type Writing = Generator<Uint8Array | undefined, Uint8Array | string | undefined>;

export interface ReadingPorts {
  readonly clock: Clock;
  /** Where it is noted what holds others up; absent where nobody asks. */
  readonly node?: { readonly pauses: { during(what: string): void } };
  /** Runs as a later event of the actor. */
  defer(run: () => void): () => void;
  /** The same, once other events and I/O had their turn. */
  delay(delayMs: number, run: () => void): Timer;
}

interface Reading {
  /** Takes what it needs of the present state, and writes later. */
  readonly begin: () => Writing;
  readonly headers: Record<string, string>;
  readonly replies: HttpReply[];
}

/** What is written somewhere: takes pieces until it is full, or nobody wants them any more. */
interface Sink {
  readonly state: 'wants more' | 'full' | 'abandoned';
  add(piece: Uint8Array): void;
  /** A slice has ended before the body has. */
  pause(): void;
  end(): void;
  fail(): void;
}

interface Job {
  /** Undefined before its turn has come. */
  writing: Writing | undefined;
  readonly begin: () => Writing;
  readonly sink: Sink;
}

/** How long a slice may take. */
const SLICE_MS = 10;
/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 8;

export class Readings {
  private readonly ports: ReadingPorts;
  private readonly onShared: () => void;
  private waiting = new Map<string, Reading>();
  /** What is written, in turn; not those whose readers are behind. */
  private readonly jobs: Job[] = [];
  private awaited = false;

  /** @param onShared told of each request that is answered by the answer to another one */
  constructor(ports: ReadingPorts, onShared: () => void) {
    this.ports = ports;
    this.onShared = onShared;
  }

  /** @param key what makes two requests equal: who asks, what, in which encoding */
  answer(key: string, headers: Record<string, string>, reply: HttpReply, begin: () => Writing): void {
    const known = this.waiting.get(key);
    if (known !== undefined) {
      known.replies.push(reply);
      this.onShared();
      return;
    }
    this.waiting.set(key, { begin, headers, replies: [reply] });
    if (this.waiting.size === 1) this.ports.defer(() => this.serve())();
  }

  /** Writes to the end, in slices, and tells the pieces. */
  gather(writing: Writing, done: (pieces: Uint8Array[]) => void): void {
    const pieces: Uint8Array[] = [];
    const sink: Sink = {
      state: 'wants more',
      add: (piece) => pieces.push(piece),
      pause: () => undefined,
      end: () => done(pieces),
      fail: () => undefined,
    };
    this.take([{ begin: () => writing, writing, sink }]);
  }

  private serve(): void {
    const batch = [...this.waiting.values()];
    this.waiting = new Map();
    this.take(
      batch.map(({ begin, headers, replies }) => {
        const sink = new SharedBody(headers, replies, (read) => this.ports.defer(read));
        const job: Job = { begin, writing: undefined, sink };
        sink.onRoom = () => this.proceed(job);
        return job;
      }),
    );
  }

  /** New ones come first, and at once: most of them need no other slice. */
  private take(jobs: readonly Job[]): void {
    this.jobs.unshift(...jobs);
    this.turn();
  }

  /** Goes on, as long as a slice may take, with what is to be written. */
  private turn(): void {
    const { clock } = this.ports;
    const endMs = clock.monotonic() + SLICE_MS;
    this.ports.node?.pauses.during('a slice of answers');
    try {
      do {
        const job = this.jobs.shift();
        if (job === undefined) return;
        if (this.wrote(job, endMs)) continue;
        job.sink.pause();
        this.proceed(job);
      } while (clock.monotonic() < endMs);
    } finally {
      this.await();
    }
  }

  private proceed(job: Job): void {
    const { state } = job.sink;
    if (state === 'abandoned') job.writing?.return(undefined);
    else if (state === 'wants more') this.jobs.push(job);
    this.await();
  }

  private await(): void {
    if (this.awaited || this.jobs.length === 0) return;
    this.awaited = true;
    // A mere later event would be of the same turn: nobody else's I/O comes in between.
    this.ports.delay(0, () => {
      this.awaited = false;
      this.turn();
    });
  }

  /** @returns whether it is written to its end */
  private wrote(job: Job, endMs: number): boolean {
    const { clock } = this.ports;
    const { sink } = job;
    try {
      job.writing ??= job.begin();
      do {
        for (let i = 0; i < STEPS_PER_LOOK; i++) {
          const { value, done } = job.writing.next();
          if (typeof value === 'string') sink.add(Buffer.from(value));
          else if (value !== undefined) sink.add(value);
          if (done !== true) continue;
          sink.end();
          return true;
        }
      } while (sink.state === 'wants more' && clock.monotonic() < endMs);
    } catch (error) {
      sink.fail();
      throw error;
    }
    return false;
  }
}
