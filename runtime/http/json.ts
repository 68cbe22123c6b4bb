/** JSON answers of the endpoints that Mesos' web pages and tools read. */
import { HttpRefusal, refusable } from './refusal.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** How a JSON text goes to whoever asked for it. */
export interface JsonForm {
  readonly headers: Record<string, string>;
  /** What stands around the text. */
  readonly before: string;
  readonly after: string;
}

const PLAIN: JsonForm = { headers: { 'Content-Type': 'application/json' }, before: '', after: '' };

/**
 * Plain, or wrapped in a call when a page asked by `?jsonp=name` (a script of another origin).
 * @throws HttpRefusal 400 for what is no name of a function
 */
export function jsonFormOf({ query }: HttpRequest): JsonForm {
  const callback = query.get('jsonp');
  if (callback === null) return PLAIN;
  if (!/^[\w$.[\]]{1,128}$/.test(callback))
    throw new HttpRefusal(400, `jsonp: expected the name of a function, got '${callback.slice(0, 60)}'`);
  return { headers: { 'Content-Type': 'text/javascript' }, before: `${callback}(`, after: ');' };
}

/** Answers a JSON text in the form that was asked for. */
export function replyJson(request: HttpRequest, reply: HttpReply, text: string): void {
  refusable(() => {
    const { headers, before, after } = jsonFormOf(request);
    reply.send(200, `${before}${text}${after}`, headers);
  })(request, reply);
}

/** Every value a double, as Mesos prints them: `{"a":3.0,"b":0.5}`. */
export function doublesText(values: Readonly<Record<string, number>>): string {
  const members = Object.entries(values).map(
    ([name, value]) => `${JSON.stringify(name)}:${doubleText(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** A finite number with a fraction or an exponent: `3.0`. */
export function doubleText(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
