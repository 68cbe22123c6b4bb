/**
 * Bodies that are read while they come: streams of records (`application/recordio`), each after a line with its length in
 * bytes. Such a request is handed on when its first record is there; the rest is its handler's to read.
 */
import type { IncomingMessage } from 'node:http';

export const STREAMED_TYPE = 'application/recordio';

/** Digits of a record's length, at most. */
const LENGTH_DIGITS_MAX = 20;

export interface BodyReader {
  data(bytes: Uint8Array): void;
  /** The body is whole. */
  end(): void;
  /** The client went away before. */
  aborted(): void;
}

/** What comes after the part of a body that its request has. */
export interface BodyStream {
  /** Called once. The reader is told from the event loop. */
  read(reader: BodyReader): void;
  /** No more for now: the client is held up. */
  pause(): void;
  resume(): void;
}

/** Whether a first record is whole, or never will be one. */
function hasFirstRecord(bytes: Buffer): boolean {
  const line = bytes.subarray(0, LENGTH_DIGITS_MAX + 1).indexOf(10);
  if (line < 0) return bytes.length > LENGTH_DIGITS_MAX;
  const length = Number(bytes.subarray(0, line).toString('latin1'));
  return !Number.isSafeInteger(length) || bytes.length >= line + 1 + length;
}

/**
 * Reads up to the first record.
 *
 * @param begun with all that has come by then; also at the end of a body that has none. @param tooLarge it never came
 */
export function beginStream(
  req: IncomingMessage,
  bytesMax: number,
  begun: (first: Buffer, rest: BodyStream) => void,
  tooLarge: () => void,
): void {
  let first = Buffer.alloc(0);
  const stop = (): void => {
    req.removeListener('data', gather);
    req.removeListener('end', end);
  };
  const gather = (chunk: Buffer): void => {
    first = Buffer.concat([first, chunk]);
    if (hasFirstRecord(first)) {
      stop();
      req.pause();
      begun(first, restOf(req));
    } else if (first.length > bytesMax) {
      stop();
      tooLarge();
    }
  };
  const end = (): void => {
    stop();
    begun(first, restOf(req));
  };
  req.on('data', gather);
  req.on('end', end);
}

function restOf(req: IncomingMessage): BodyStream {
  return {
    read: (reader) => {
      let over = false;
      const once = (tell: () => void): void => {
        if (!over) tell();
        over = true;
      };
      req.on('data', (chunk: Buffer) => reader.data(chunk));
      req.once('end', () => once(() => reader.end()));
      req.once('close', () => once(() => reader.aborted()));
      if (req.readableEnded) setImmediate(() => once(() => reader.end()));
      else req.resume();
    },
    pause: () => req.pause(),
    resume: () => req.resume(),
  };
}
