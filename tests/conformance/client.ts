/** What the stories speak with: requests with the headers that they give and no others, and streams of events. */
import http from 'node:http';
import { decode, encode, fromJsonText, RecordDecoder, toJson, toJsonText } from '../../proto/index.ts';
import { stopwatch, until } from '../support/until.ts';

export type Json = Record<string, unknown>;

export const JSON_TYPE = 'application/json';
export const PROTOBUF = 'application/x-protobuf';

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Keeps a connection; without one each request has its own. */
  readonly agent?: http.Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

function begin(url: string, sent: Sent, listener: (response: http.IncomingMessage) => void) {
  const { method = 'POST', headers = {}, body, agent } = sent;
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const length = bytes === undefined ? {} : { 'Content-Length': bytes.length };
  const options = { method, headers: { ...headers, ...length }, agent: agent ?? false };
  const request = http.request(url, options, listener);
  request.end(bytes);
  return request;
}

export function send(url: string, sent: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = begin(url, sent, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body, text: body.toString() });
      });
    });
    request.on('error', reject);
  });
}

export const get = (url: string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(url, { method: 'GET', headers });

/** A JSON body with what it needs to be understood. */
export const jsonCall = (call: object, headers: Record<string, string> = {}): Sent => ({
  headers: { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE, ...headers },
  body: JSON.stringify(call),
});

/** The same in protobuf. @param type of the message; the call is in JSON's form */
export const protobufCall = (type: string, call: object, headers: Record<string, string> = {}): Sent => ({
  headers: { 'Content-Type': PROTOBUF, Accept: PROTOBUF, ...headers },
  body: encode(type, fromJsonText(type, JSON.stringify(call)) as object),
});

/** An answer that goes on: records, each an event. */
export class EventStream {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly events: Json[] = [];
  /** When each event came, in milliseconds since the stream began. */
  readonly times: number[] = [];
  ended = false;
  private readonly request: http.ClientRequest;
  private readonly response: http.IncomingMessage;

  /** @param eventType of protobuf events */
  constructor(request: http.ClientRequest, response: http.IncomingMessage, eventType: string) {
    this.request = request;
    this.response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    const decoder = new RecordDecoder();
    const elapsed = stopwatch();
    const isBinary = response.headers['content-type'] === PROTOBUF;
    response.on('data', (chunk: Buffer) => {
      if (this.status !== 200) return;
      for (const record of decoder.push(chunk)) {
        const text = isBinary
          ? toJsonText(eventType, decode(eventType, record) as object)
          : Buffer.from(record).toString();
        this.events.push(JSON.parse(text) as Json);
        this.times.push(elapsed());
      }
    });
    for (const end of ['end', 'close', 'error'] as const)
      response.on(end, () => {
        this.ended = true;
      });
  }

  get types(): string[] {
    return this.events.map(({ type }) => String(type));
  }

  /** The first event of a type, once it is there. */
  async first(type: string, among: (event: Json) => boolean = () => true): Promise<Json> {
    const find = () => this.events.find((event) => event['type'] === type && among(event));
    return until(() => `${type} (there were ${this.types.join()})`, find);
  }

  async end(): Promise<void> {
    await until('the end of the stream', () => this.ended);
  }

  /** Reads no more, until it is told to. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.request.destroy();
  }
}

export function openStream(url: string, sent: Sent, eventType: string): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const request = begin(url, sent, (response) => resolve(new EventStream(request, response, eventType)));
    request.on('error', reject);
  });
}

/** A member of a member of … of a JSON value; undefined where there is none. */
export function at(json: unknown, ...path: (string | number)[]): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** As JSON, whatever the encoding. */
export const messageOf = (type: string, bytes: Uint8Array): Json =>
  toJson(type, decode(type, bytes) as object);
