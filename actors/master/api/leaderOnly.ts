/** What only the leading master answers, and where the others send those who ask (v1-scheduler-api.md §2.1). */

import type { MasterInfo } from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';

/** Answers while this master leads; leads to the leader, or says that there is none, while it does not. */
export function whileLeading(parts: MasterParts, handler: HttpHandler): HttpHandler {
  return (request, reply) => {
    const { leadership } = parts;
    if (leadership.leading) handler(request, reply);
    else if (leadership.recovering) reply.text(503, 'Master has not finished recovery');
    else if (leadership.otherLeader === undefined) reply.text(503, 'No leader elected');
    else reply.send(307, '', { Location: locationOf(leadership.otherLeader, request) });
  };
}

/** @throws HttpRefusal with which `whileLeading` would answer, for checks that come after others */
export function expectLeading({ leadership }: MasterParts, request: HttpRequest): void {
  if (leadership.leading) return;
  if (leadership.recovering) throw new HttpRefusal(503, 'Master has not finished recovery');
  if (leadership.otherLeader === undefined) throw new HttpRefusal(503, 'No leader elected');
  throw new HttpRefusal(307, '', { Location: locationOf(leadership.otherLeader, request) });
}

/** `/redirect`: to the leader, be it this master itself. */
export function redirect({ leadership, info }: MasterParts, request: HttpRequest, reply: HttpReply): void {
  const leader = leadership.leading || leadership.recovering ? info : leadership.otherLeader;
  // Whatever is below would be led here again.
  if (request.rest !== '') reply.text(404, `There is nothing at '${request.path}' here`);
  else if (leader === undefined) reply.text(503, 'No leader elected');
  else reply.send(307, '', { Location: `//${authorityOf(leader)}` });
}

/** Protocol-relative, with the path as masters have it: below the process `master`, or another one that is named. */
function locationOf(leader: MasterInfo, { path, query }: HttpRequest): string {
  const whole = /^\/(master|agents|[^/]+\(\d+\))(\/|$)/.test(path);
  const below = whole ? path : `/master${path}`;
  const asked = query.size === 0 ? '' : `?${query}`;
  return `//${authorityOf(leader)}${encodeURI(below)}${asked}`;
}

function authorityOf({ hostname, address, port }: MasterInfo): string {
  const host = hostname ?? address?.hostname ?? address?.ip ?? '';
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
