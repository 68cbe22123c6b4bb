/** Requests of the v1 APIs: a call that is answered, and one whose answer is a stream of events in RecordIO. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RecordDecoder } from '../../proto/index.ts';

/** Bytes of an answer that is no stream, at most: more of an error nobody reads. */
const ANSWER_BYTES_MAX = 64 * 1024;

export interface Answer {
  /** 0 when there was none: the other end could not be reached, or went away. */
  readonly status: number;
  readonly text: string;
  /** `Location` of a redirect. */
  readonly location: string | undefined;
}

export interface StreamEvents {
  /** 200: records follow. */
  opened(headers: IncomingMessage['headers']): void;
  record(record: Uint8Array): void;
  /** It is over, or never came to be. Told once, the last of all. */
  closed(answer: Answer): void;
}

/** The request's other end, to cut it. */
export interface OpenStream {
  close(): void;
}

/** Posts a JSON text. @param done told once, from the event loop */
export function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  done: (answer: Answer) => void,
  socketPath?: string,
): void {
  const events = { opened: () => undefined, record: () => undefined, closed: done };
  begin({ url, socketPath }, headers, body, events, false);
}

/** Posts a JSON text whose answer is a stream. @param socketPath of a Unix socket to go by, instead of the URL's host */
export function openStream(
  url: URL,
  headers: Record<string, string>,
  body: string,
  events: StreamEvents,
  socketPath?: string,
): OpenStream {
  const made = begin({ url, socketPath }, headers, body, events, true);
  return { close: () => made.destroy() };
}

function begin(
  { url, socketPath }: { readonly url: URL; readonly socketPath: string | undefined },
  headers: Record<string, string>,
  body: string,
  events: StreamEvents,
  streams: boolean,
): ClientRequest {
  let answer: Answer = { status: 0, text: '', location: undefined };
  let over = false;
  const close = (): void => {
    if (over) return;
    over = true;
    events.closed(answer);
  };
  const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const common = { 'content-type': 'application/json', accept: 'application/json' };
  const made = make(
    url,
    { method: 'POST', headers: { ...common, ...headers }, ...(socketPath !== undefined && { socketPath }) },
    (response) => {
      const status = response.statusCode ?? 0;
      answer = { status, text: '', location: response.headers.location };
      const decoder = new RecordDecoder();
      if (streams && status === 200) events.opened(response.headers);
      response.on('data', (chunk: Buffer) => {
        if (streams && status === 200) read(decoder, chunk, events, made);
        else if (answer.text.length < ANSWER_BYTES_MAX)
          answer = { ...answer, text: answer.text + chunk.toString() };
      });
      response.on('error', () => undefined);
      response.on('close', close);
    },
  );
  made.on('error', () => undefined);
  made.on('close', close);
  made.end(body);
  return made;
}

/** A stream that is none is no use to anybody. */
function read(decoder: RecordDecoder, chunk: Buffer, events: StreamEvents, made: ClientRequest): void {
  let records: Uint8Array[];
  try {
    records = decoder.push(chunk);
  } catch {
    made.destroy();
    return;
  }
  for (const record of records) events.record(record);
}
