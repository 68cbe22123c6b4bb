/** One request to the API: what it asks, and the ways to answer it. */
import type { HttpReply, HttpRequest, HttpStream } from '../../../../runtime/index.ts';
import { ApiError } from '../errors.ts';
import type { MarathonEvent } from '../events/bus.ts';

export const JSON_TYPE = 'application/json; charset=UTF-8';

/** Headers of every answer of the API. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'X-Frame-Options': 'DENY',
  'X-XSS-Protection': '1; mode=block',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
};

/** What a handler answers; it is sent when all that it changed is durable. */
export interface Answer {
  readonly status?: number;
  /** An object becomes JSON; a text is sent as it is. */
  readonly body?: object | string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Call {
  readonly request: HttpRequest;
  /** The path below `/v2/apps` and the like, without leading slashes. */
  readonly rest: string;
  readonly headers: Record<string, string> = {};

  constructor(request: HttpRequest, rest: string) {
    this.request = request;
    this.rest = rest.replace(/^\/+/, '').replace(/\/+$/, '');
  }

  get method(): string {
    return this.request.method;
  }

  /** Where it was sent: `http://host:port`. */
  get origin(): string {
    return `http://${this.request.headers['host'] ?? 'localhost'}`;
  }

  get clientIp(): string {
    const { peer } = this.request;
    return peer.slice(0, Math.max(0, peer.lastIndexOf(':'))).replace(/^::ffff:/, '');
  }

  query(name: string): string | undefined {
    return this.request.query.get(name) ?? undefined;
  }

  all(name: string): string[] {
    return [...this.request.query.getAll(name), ...this.request.query.getAll(`${name}[]`)];
  }

  /** A switch: `?force=true`, in any case; clients of Python write `True`. @throws ApiError 400 for anything else */
  flag(name: string, fallback = false): boolean {
    const given = this.query(name)?.toLowerCase();
    if (given === undefined) return fallback;
    if (given === 'true' || given === '') return true;
    if (given === 'false') return false;
    throw new ApiError(400, `${name}: expected true or false, got '${given.slice(0, 60)}'`);
  }

  /** Members beside Marathon's own, which strict clients would stumble over. */
  get extended(): boolean {
    return this.flag('extended');
  }

  /** The body as JSON. @throws ApiError 400, 415 */
  json(): unknown {
    const { body, headers } = this.request;
    const type = headers['content-type'] ?? 'application/json';
    if (!/\bjson\b/i.test(type) && !/^application\/x-www-form-urlencoded/i.test(type))
      throw new ApiError(415, `Content-Type: expected application/json, got '${type.slice(0, 60)}'`);
    if (body.length === 0) throw new ApiError(400, 'Invalid JSON', { details: 'a body is required' });
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch (error) {
      throw new ApiError(400, 'Invalid JSON', { details: (error as Error).message });
    }
  }
}

/** Sends an answer. @returns bytes of the body */
export function send(reply: HttpReply, answer: Answer, headers: Readonly<Record<string, string>>): number {
  if (reply.closed) return 0;
  const { status = 200, body = '', type } = answer;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = type ?? (typeof body === 'string' && body === '' ? undefined : JSON_TYPE);
  reply.send(status, text, {
    ...headers,
    ...answer.headers,
    ...(contentType !== undefined && { 'Content-Type': contentType }),
  });
  return text.length;
}

/** An event as server-sent events have it. @param light without the definitions */
export function frameOf(event: MarathonEvent, epoch: string, light: boolean): string {
  const data = light ? event.data : event.full;
  return `id: ${epoch}:${event.number}\r\nevent: ${event.type}\r\ndata: ${data}\r\n\r\n`;
}

export type { HttpReply, HttpRequest, HttpStream };
