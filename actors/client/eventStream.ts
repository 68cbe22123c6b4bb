/** SUBSCRIBE of the v1 APIs: the call whose answer is a stream of events in RecordIO. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RecordDecoder } from '../../proto/index.ts';
import type { Answer } from './answers.ts';
import type { ClientTls } from './tls.ts';

/** Bytes of an answer that is no stream, at most: more of an error nobody reads. */
const ANSWER_BYTES_MAX = 64 * 1024;

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

export interface StreamWay {
  /** Of a Unix socket to go by, instead of the URL's host. */
  readonly socketPath?: string | undefined;
  readonly tls?: ClientTls | undefined;
}

/** Posts a JSON text whose answer is a stream. */
export function openStream(
  url: URL,
  headers: Record<string, string>,
  body: string,
  events: StreamEvents,
  { socketPath, tls }: StreamWay = {},
): OpenStream {
  let answer: Answer = { status: 0, text: '', location: undefined };
  let over = false;
  const close = (): void => {
    if (over) return;
    over = true;
    events.closed(answer);
  };
  const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const way = url.protocol === 'https:' ? { ...tls } : {};
  const common = { 'content-type': 'application/json', accept: 'application/json' };
  const made = make(
    url,
    {
      ...way,
      method: 'POST',
      headers: { ...common, ...headers },
      ...(socketPath !== undefined && { socketPath }),
    },
    (response) => {
      const status = response.statusCode ?? 0;
      answer = { status, text: '', location: response.headers.location };
      const decoder = new RecordDecoder();
      if (status === 200) events.opened(response.headers);
      response.on('data', (chunk: Buffer) => {
        if (status === 200) read(decoder, chunk, events, made);
        else if (answer.text.length < ANSWER_BYTES_MAX)
          answer = { ...answer, text: answer.text + chunk.toString() };
      });
      response.on('error', () => undefined);
      response.on('close', close);
    },
  );
  made.on('error', ({ message }) => {
    // Why there is no answer; one that has begun is what it is.
    if (answer.status === 0) answer = { ...answer, text: message };
  });
  made.on('close', close);
  made.end(body);
  return { close: () => made.destroy() };
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
