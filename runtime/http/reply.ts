/**
 * The answer to one HTTP request. A reply is given once: a second answer is a programmer's error and throws. A client that
 * went away before makes the answer vanish quietly; `onClose` tells.
 */

/** What a reply needs of the socket's side; `node:http` and the injected requests of tests both provide it. */
export interface ReplySink {
  /** Sends head and whole body. */
  end(status: number, headers: Record<string, string>, body: Uint8Array | string): void;
  /** Sends the head at once and opens a chunked stream. @param zipped whether it may be compressed, which holds bytes back */
  open(status: number, headers: Record<string, string>, zipped: boolean): StreamSink;
  onClose(listener: () => void): void;
}

export interface StreamSink {
  /** Bytes accepted and not yet taken by the client. */
  readonly bufferedBytes: number;
  write(bytes: Uint8Array | string): void;
  /** Calls once, when the client took what was written; at once when nothing waits. */
  whenDrained(listener: () => void): void;
  end(): void;
  /** Cuts the connection. */
  destroy(): void;
}

export class HttpReply {
  private readonly sink: ReplySink;
  private readonly bufferBytesMax: number;
  private readonly acceptsGzip: boolean;
  private answered = false;
  private gone = false;
  private requestId: string | undefined;
  private readonly closeListeners: (() => void)[] = [];
  private openedStream: HttpStream | undefined;

  /** @param bufferBytesMax bound of what a stream may hold for a slow reader */
  constructor(sink: ReplySink, bufferBytesMax: number, acceptsGzip: boolean) {
    this.sink = sink;
    this.bufferBytesMax = bufferBytesMax;
    this.acceptsGzip = acceptsGzip;
    sink.onClose(() => {
      this.gone = true;
      for (const listener of this.closeListeners) listener();
    });
  }

  /** Whether the client is gone, or was answered. */
  get closed(): boolean {
    return this.gone || this.answered;
  }

  get gzip(): boolean {
    return this.acceptsGzip;
  }

  /** What the request is called: told with the answer, as `X-Request-Id`. */
  name(requestId: string): void {
    this.requestId = requestId;
  }

  /** Called once when the client's connection ends, also after an answer. */
  onClose(listener: () => void): void {
    if (this.gone) listener();
    else this.closeListeners.push(listener);
  }

  send(status: number, body: Uint8Array | string = '', headers: Record<string, string> = {}): void {
    this.once();
    if (!this.gone) this.sink.end(status, this.named(headers), body);
  }

  /** A plain line of text, as Mesos answers errors. */
  text(status: number, text: string, headers: Record<string, string> = {}): void {
    this.send(status, text, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  }

  /** A JSON text that is already written. */
  json(text: string, status = 200): void {
    this.send(status, text, { 'Content-Type': 'application/json' });
  }

  /** Nobody is left to answer: a stream ends where it is, and who has no answer yet gets this one. */
  giveUp(status: number, body: string, headers: Record<string, string>): void {
    this.openedStream?.end();
    if (!this.closed) this.send(status, body, headers);
  }

  /** Opens a stream of chunks; its headers, and each chunk, leave at once. */
  stream(status: number, headers: Record<string, string>): HttpStream {
    return this.opened(status, headers, false);
  }

  /** Opens a body that is sent as it is written, compressed for those who can read that. */
  body(status: number, headers: Record<string, string>): HttpStream {
    return this.opened(status, headers, this.acceptsGzip);
  }

  private opened(status: number, headers: Record<string, string>, zipped: boolean): HttpStream {
    this.once();
    const sink = this.gone ? undefined : this.sink.open(status, this.named(headers), zipped);
    this.openedStream = new HttpStream(sink, this, this.bufferBytesMax);
    return this.openedStream;
  }

  private named(headers: Record<string, string>): Record<string, string> {
    return this.requestId === undefined ? headers : { ...headers, 'X-Request-Id': this.requestId };
  }

  private once(): void {
    if (this.answered) throw new Error('this HTTP request was answered before');
    this.answered = true;
  }
}

/** A response that goes on. Writing to one whose client left, or that was ended, does nothing. */
export class HttpStream {
  private sink: StreamSink | undefined;
  /** Told when the client goes while somebody waits for it to read. */
  private awaiting: (() => void) | undefined;
  private readonly bufferBytesMax: number;
  private readonly reply: HttpReply;

  constructor(sink: StreamSink | undefined, reply: HttpReply, bufferBytesMax: number) {
    this.sink = sink;
    this.reply = reply;
    this.bufferBytesMax = bufferBytesMax;
    reply.onClose(() => {
      this.sink = undefined;
      this.awaiting?.();
    });
  }

  get open(): boolean {
    return this.sink !== undefined;
  }

  /**
   * @returns false when the stream is closed, or was cut off by this write because its reader is too slow: what waits for a
   *   reader is bounded (upstream's MESOS-7748 is the bug this avoids)
   */
  write(...pieces: readonly (Uint8Array | string)[]): boolean {
    if (this.sink === undefined) return false;
    if (this.sink.bufferedBytes > this.bufferBytesMax) {
      const sink = this.sink;
      this.sink = undefined;
      sink.destroy();
      return false;
    }
    for (const piece of pieces) this.sink.write(piece);
    return true;
  }

  /** Resolves when the client took what was written, or is gone: for those who write more than a reader can hold. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.sink === undefined) return resolve();
      this.awaiting = resolve;
      this.sink.whenDrained(resolve);
    });
  }

  /** Bytes that the client has not taken yet. */
  get bufferedBytes(): number {
    return this.sink?.bufferedBytes ?? 0;
  }

  end(): void {
    const sink = this.sink;
    this.sink = undefined;
    sink?.end();
  }

  /** Ends in the middle: the client sees that something is missing. */
  cut(): void {
    const sink = this.sink;
    this.sink = undefined;
    sink?.destroy();
  }

  onClose(listener: () => void): void {
    this.reply.onClose(listener);
  }
}
