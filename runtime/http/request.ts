import type { Span } from '../tracing/span.ts';
import type { Principal } from './authentication.ts';
import type { BodyStream } from './bodyStream.ts';
import type { HttpReply } from './reply.ts';

/** One HTTP request, whole, as its route's handler sees it. */
export interface HttpRequest {
  readonly method: string;
  /** The path as the client wrote it, percent-decoded, without the query. */
  readonly path: string;
  /** What is left of the path below the route, without a leading slash; empty for an exact match. */
  readonly rest: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The whole body; of a stream of records what has come so far, its first record at least. */
  readonly body: Uint8Array;
  /** What comes after that, of a stream of records. */
  readonly stream?: BodyStream;
  /** `ip:port` of the client, empty when unknown. */
  readonly peer: string;
  /** Who asks, where the route has a realm and the realm an authenticator. */
  readonly principal?: Principal;
  /** The trace it belongs to, or begins. */
  readonly span?: Span;
}

/** Runs as an event of the route's process; answers through `reply`, now or in a later event. */
export type HttpHandler = (request: HttpRequest, reply: HttpReply) => void;
