/** JSON answers of the endpoints that Mesos' web pages and tools read. */
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** Answers a JSON text, wrapped in a call when the page asked by `?jsonp=name` (a script of another origin). */
export function replyJson(request: HttpRequest, reply: HttpReply, text: string): void {
  const callback = request.query.get('jsonp');
  if (callback === null) {
    reply.json(text);
  } else if (!/^[\w$.[\]]{1,128}$/.test(callback)) {
    reply.text(400, `jsonp: expected the name of a function, got '${callback.slice(0, 60)}'`);
  } else {
    reply.send(200, `${callback}(${text});`, { 'Content-Type': 'text/javascript' });
  }
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
