/** Answers of HTTP/1.1 as they come over one connection, one after the other. */

export interface Answer {
  /** 0 when there was none: the other end could not be reached, or went away. */
  readonly status: number;
  /** What it said; without an answer, why there is none. */
  readonly text: string;
  /** `Location` of a redirect. */
  readonly location: string | undefined;
}

/** Bytes that may wait for the end of an answer: calls are answered with a line of text, or nothing. */
const WAITING_BYTES_MAX = 1024 * 1024;

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Where the body begins. */
  readonly end: number;
}

interface Body {
  readonly text: string;
  /** Where the next answer begins. */
  readonly end: number;
}

/** Takes a connection's bytes apart, wherever its pieces begin and end. */
export class AnswerReader {
  private waiting: Buffer = Buffer.alloc(0);
  private closing = false;

  /** Whether the other end said that it answers no more over this connection. */
  get isLast(): boolean {
    return this.closing;
  }

  /**
   * The answers that end in this piece. One without a length lasts until the end of the connection, and never ends here.
   * @throws Error for what is no answer, or one that is too long
   */
  push(piece: Buffer): Answer[] {
    this.waiting = this.waiting.length === 0 ? piece : Buffer.concat([this.waiting, piece]);
    const answers: Answer[] = [];
    while (this.waiting.length > 0) {
      const head = headOf(this.waiting);
      const body = head === undefined ? undefined : bodyOf(this.waiting, head);
      if (head === undefined || body === undefined) break;
      this.waiting = this.waiting.subarray(body.end);
      // 100 Continue and its like come before the answer.
      if (head.status < 200) continue;
      this.closing ||= /\bclose\b/i.test(head.headers.get('connection') ?? '');
      answers.push({ status: head.status, text: body.text, location: head.headers.get('location') });
    }
    if (this.waiting.length > WAITING_BYTES_MAX) throw new Error('an answer is too long');
    return answers;
  }
}

function headOf(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.\d (\d{3})/.exec(first)?.[1];
  if (status === undefined) throw new Error(`no answer of HTTP/1.1: ${first.slice(0, 100)}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { status: Number(status), headers, end: end + 4 };
}

/** @returns undefined as long as it is not all there */
function bodyOf(bytes: Buffer, { status, headers, end }: Head): Body | undefined {
  if (status < 200 || status === 204 || status === 304) return { text: '', end };
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return chunked(bytes, end);
  const length = headers.get('content-length');
  if (length === undefined) return undefined;
  if (!/^\d+$/.test(length)) throw new Error(`Content-Length: expected a number, got '${length}'`);
  const stop = end + Number(length);
  return stop > bytes.length ? undefined : { text: bytes.toString('utf8', end, stop), end: stop };
}

function chunked(bytes: Buffer, start: number): Body | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = /^[0-9a-f]+/i.exec(bytes.toString('latin1', at, line))?.[0];
    if (size === undefined) throw new Error('a chunk without a size');
    const begin = line + 2;
    const length = Number.parseInt(size, 16);
    // Trailers are not used by anybody here: the empty line follows at once.
    if (bytes.length < begin + length + 2) return undefined;
    parts.push(bytes.subarray(begin, begin + length));
    at = begin + length + 2;
    if (length === 0) return { text: Buffer.concat(parts).toString(), end: at };
  }
}
