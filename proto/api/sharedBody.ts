/** One body for several readers: each reads at its own pace, what all have read is let go, and nobody writes far ahead of the fastest. */
import type { HttpReply, HttpStream } from '../../runtime/index.ts';

/** A body that was written in one go is sent whole up to this size, with its length. */
const WHOLE_BYTES_MAX = 1024 * 1024;
/** Bytes that wait for the fastest reader, above which writing waits, too. */
const AHEAD_BYTES_MAX = 4 * 1024 * 1024;
/** Bytes handed to a connection before it has taken those before. */
const HANDED_BYTES_MAX = 512 * 1024;

interface Reader {
  readonly stream: HttpStream;
  /** Number of its next piece, counted from the first of all. */
  next: number;
  /** Bytes handed out. */
  handed: number;
  waiting: boolean;
}

export class SharedBody {
  /** There is room again, or nobody is left. */
  onRoom: () => void = () => undefined;
  private readonly headers: Record<string, string>;
  private readonly replies: readonly HttpReply[];
  private readonly later: (run: () => void) => () => void;
  private readers: Reader[] | undefined;
  private pieces: Uint8Array[] = [];
  /** Pieces that all have read and that were let go. */
  private gone = 0;
  private bytes = 0;
  private ended = false;

  /** @param later runs something as an event of the actor that writes */
  constructor(
    headers: Record<string, string>,
    replies: readonly HttpReply[],
    later: (run: () => void) => () => void,
  ) {
    this.headers = headers;
    this.replies = replies;
    this.later = later;
  }

  get state(): 'wants more' | 'full' | 'abandoned' {
    const { readers } = this;
    if (readers === undefined) return 'wants more';
    if (readers.length === 0) return 'abandoned';
    const most = Math.max(...readers.map(({ handed }) => handed));
    return this.bytes - most >= AHEAD_BYTES_MAX ? 'full' : 'wants more';
  }

  add(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
  }

  /** Not all of it is written yet: what there is leaves. */
  pause(): void {
    this.readers ??= this.replies
      .filter(({ closed }) => !closed)
      .map((reply) => ({ stream: reply.body(200, this.headers), next: 0, handed: 0, waiting: false }));
    this.handOut();
  }

  end(): void {
    this.ended = true;
    if (this.readers === undefined && this.bytes <= WHOLE_BYTES_MAX) this.sendWhole();
    else this.pause();
  }

  /** It cannot be written to its end. */
  fail(): void {
    for (const { stream } of this.readers ?? []) stream.cut();
    if (this.readers === undefined)
      for (const reply of this.replies) if (!reply.closed) reply.text(500, 'Internal error; see the log');
    this.readers = [];
    this.pieces = [];
  }

  private sendWhole(): void {
    const whole = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    for (const reply of this.replies) if (!reply.closed) reply.send(200, whole, this.headers);
  }

  private handOut(): void {
    for (const reader of this.readers ?? []) this.handTo(reader);
    this.readers = this.readers?.filter(({ stream }) => stream.open);
    this.letGo();
  }

  private handTo(reader: Reader): void {
    const { stream } = reader;
    while (stream.open && !reader.waiting) {
      const piece = this.pieces[reader.next - this.gone];
      if (piece === undefined) {
        if (this.ended) stream.end();
        return;
      }
      stream.write(piece);
      reader.next++;
      reader.handed += piece.length;
      if (stream.bufferedBytes > HANDED_BYTES_MAX) this.awaitReader(reader);
    }
  }

  private awaitReader(reader: Reader): void {
    reader.waiting = true;
    const read = this.later(() => {
      reader.waiting = false;
      const wasFull = this.state === 'full';
      this.handOut();
      if (wasFull && this.state !== 'full') this.onRoom();
    });
    void reader.stream.drained().then(read);
  }

  private letGo(): void {
    const least = Math.min(this.gone + this.pieces.length, ...(this.readers ?? []).map(({ next }) => next));
    if (least === this.gone) return;
    this.pieces = this.pieces.slice(least - this.gone);
    this.gone = least;
  }
}
