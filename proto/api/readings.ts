/**
 * Answers that only tell. Requests that wait while one batch is served are the next batch; in it equal ones (same principal, question
 * and encoding) share an answer. Every answer is of one moment, taken when its batch begins, and written in slices, so that an
 * answer of any size holds up nobody (v1-operator-api.md §2.2, master.md §16).
 */
import type { Clock, HttpReply, Timer } from '../../runtime/index.ts';

/** A body that is written step by step; what it tells was settled before its first step. */
export type Writing = Generator<void, Uint8Array | string>;

export interface ReadingPorts {
  readonly clock: Clock;
  /** Runs as a later event of the actor. */
  defer(run: () => void): () => void;
  /** The same, once other events and I/O had their turn. */
  delay(delayMs: number, run: () => void): Timer;
}

interface Reading {
  /** Takes what it needs of the present state, and writes later. */
  readonly begin: () => Writing;
  readonly replies: ((body: Uint8Array | string) => void)[];
}

/** How long a slice may take. */
const SLICE_MS = 8;
/** Items written between two looks at the clock. */
const ITEMS_PER_LOOK = 8;

export class Readings {
  private readonly ports: ReadingPorts;
  private readonly onShared: () => void;
  private waiting = new Map<string, Reading>();

  /** @param onShared told of each request that is answered by the answer to another one */
  constructor(ports: ReadingPorts, onShared: () => void) {
    this.ports = ports;
    this.onShared = onShared;
  }

  /** @param key what makes two requests equal: who asks, what, in which encoding */
  answer(key: string, headers: Record<string, string>, reply: HttpReply, begin: () => Writing): void {
    const send = (body: Uint8Array | string): void => {
      if (!reply.closed) reply.send(200, body, headers);
    };
    const known = this.waiting.get(key);
    if (known !== undefined) {
      known.replies.push(send);
      this.onShared();
      return;
    }
    this.waiting.set(key, { begin, replies: [send] });
    if (this.waiting.size === 1) this.ports.defer(() => this.serve())();
  }

  /** Writes to the end, in slices, and tells the result. */
  write(writing: Writing, done: (body: Uint8Array | string) => void): void {
    const { clock } = this.ports;
    const endMs = clock.monotonic() + SLICE_MS;
    do {
      for (let i = 0; i < ITEMS_PER_LOOK; i++) {
        const step = writing.next();
        if (step.done === true) {
          done(step.value);
          return;
        }
      }
    } while (clock.monotonic() < endMs);
    // A mere later event would be of the same turn: nobody else's I/O comes in between.
    this.ports.delay(0, () => this.write(writing, done));
  }

  private serve(): void {
    const batch = [...this.waiting.values()];
    this.waiting = new Map();
    const begun = batch.map(({ begin, replies }) => ({ writing: begin(), replies }));
    for (const { writing, replies } of begun) {
      this.write(writing, (body) => {
        for (const send of replies) send(body);
      });
    }
  }
}
