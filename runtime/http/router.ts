/**
 * From a request to the process that answers it, as libprocess does: the first token of the path is a process id; an unknown
 * one re-reads the whole path under the node's delegate; the longest route of that process wins. A request that is a
 * message (`POST /name/message.Type`) goes to the mailbox instead and is answered 202 at once.
 */
import type { Mailbox } from '../mailbox.ts';
import type { Route } from '../process.ts';
import { firstToken, type MessageHost, receiveMessage } from './message.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

export interface RouterHost extends MessageHost {
  /** Process id that unknown paths are re-read under, e.g. `master`. */
  readonly delegateId: string | undefined;
  /** Process id that serves `/`, e.g. the web page's; else the delegate does. */
  readonly homeId: string | undefined;
  deliverHttp(to: Mailbox, route: Route, request: HttpRequest, reply: HttpReply): void;
}

export function routeRequest(host: RouterHost, request: HttpRequest, reply: HttpReply): void {
  if (request.path.split('/').includes('..')) {
    reply.text(404, 'Not Found');
    return;
  }
  if (receiveMessage(host, request, reply)) return;
  const home = request.path === '/' && host.homeId !== undefined ? host.find(host.homeId) : undefined;
  if (home !== undefined && answerBy(host, home, '', request, reply)) return;
  const delegate = host.delegateId === undefined ? undefined : host.find(host.delegateId);
  const overriding = delegate?.process.routes.get(request.path)?.overrides === true;
  if (delegate !== undefined && overriding && answerBy(host, delegate, request.path, request, reply)) return;
  const [id, below] = firstToken(request.path);
  const mailbox = host.find(id);
  if (mailbox !== undefined && answerBy(host, mailbox, below, request, reply)) return;
  if (mailbox === undefined && delegate !== undefined) {
    if (answerBy(host, delegate, request.path.replace(/\/+$/, ''), request, reply)) return;
  }
  reply.text(404, `There is nothing at '${request.path}' here`);
}

function answerBy(
  host: RouterHost,
  to: Mailbox,
  below: string,
  request: HttpRequest,
  reply: HttpReply,
): boolean {
  const path = below.replace(/\/+$/, '');
  for (let prefix = path; ; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
    const route = to.process.routes.get(prefix);
    if (route !== undefined) {
      host.deliverHttp(to, route, { ...request, rest: path.slice(prefix.length + 1) }, reply);
      return true;
    }
    if (prefix === '') return false;
  }
}
