/** Hands a request on to another node and its answer back, piece by piece, as fast as the client reads. */
import http from 'node:http';
import https from 'node:https';
import { clientTls, type TlsOptions } from '../security/tls.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

export interface ForwardTarget {
  readonly host: string;
  readonly port: number;
  /** With its query, percent-encoded. */
  readonly path: string;
  /** As this node speaks to others; plain HTTP when left out. */
  readonly tls?: TlsOptions | undefined;
  /** Headers sent besides those that every request hands on. */
  readonly sent?: Readonly<Record<string, string>>;
  /** Headers of the other node's answer that the client sees too, in lower case, besides those of every answer; or all that say something of the answer. */
  readonly handedBack?: readonly string[] | 'all';
  /** Headers (in lower case) of the answer to the client, where the other node's has none of that name. */
  readonly added?: Readonly<Record<string, string>>;
  /** Instead of the plain line of text with which a request ends that the other node does not answer. */
  readonly refuse?: (reply: HttpReply, problem: string) => void;
}

/** A node that says nothing for this long is given up, in milliseconds. */
const SILENCE_MS_MAX = 30_000;

/** What the client says of itself and of what it wants; all else is between it and this node. */
const HANDED_ON = [
  'accept',
  'authorization',
  'content-type',
  'traceparent',
  'tracestate',
  'x-request-id',
] as const;
/** What the other node says of its answer. */
const HANDED_BACK = [
  'content-type',
  'content-disposition',
  'content-length',
  'content-encoding',
  'www-authenticate',
] as const;

/** What concerns one connection, or is said anew for each. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of headers in lower case, the names of those that are not about one connection alone. */
export function endToEnd(headers: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(headers).filter((name) => !OF_CONNECTION.has(name));
}

/** Answers 502 when the other node does not. Runs outside of any actor: it touches nothing but the request and its reply. */
export function forward(request: HttpRequest, reply: HttpReply, target: ForwardTarget): void {
  const { host, port, path, tls, sent, refuse } = target;
  const headers: Record<string, string> = { ...sent };
  for (const name of HANDED_ON) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const options = { host, port, path, method: request.method, headers, timeout: SILENCE_MS_MAX };
  const asked = tls === undefined ? http.request(options) : https.request({ ...options, ...clientTls(tls) });
  asked.once('response', (response) => void pass(response, reply, target));
  asked.once('timeout', () => asked.destroy(new Error(`it said nothing for ${SILENCE_MS_MAX / 1000} s`)));
  asked.once('error', (error) => {
    if (reply.closed) return;
    const problem = `No answer from ${host}:${port}: ${error.message}`;
    if (refuse === undefined) reply.text(502, problem);
    else refuse(reply, problem);
  });
  reply.onClose(() => asked.destroy());
  asked.end(request.body.length > 0 ? request.body : undefined);
}

async function pass(
  response: http.IncomingMessage,
  reply: HttpReply,
  { handedBack = [], added }: ForwardTarget,
): Promise<void> {
  if (reply.closed) return;
  const headers: Record<string, string> = { ...added };
  const names = handedBack === 'all' ? endToEnd(response.headers) : [...HANDED_BACK, ...handedBack];
  for (const name of names) {
    const value = response.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  // The stream to the client is chunked, whatever the other node's was.
  delete headers['content-length'];
  const stream = reply.stream(response.statusCode ?? 502, headers);
  try {
    for await (const chunk of response) {
      if (!stream.write(chunk as Uint8Array)) return;
      await stream.drained();
    }
  } catch {
    // The other node went away in the middle: the client sees the same.
  }
  stream.end();
}
