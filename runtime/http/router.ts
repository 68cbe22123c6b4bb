/**
 * From a request to the process that answers it, as libprocess does: the first token of the path is a process id; an unknown
 * one re-reads the whole path under the node's delegate; the longest route of that process wins. A request that is a
 * message (`POST /name/message.Type`) goes to the mailbox instead and is answered 202 at once.
 */
import { decodeBody, type MessageCodec } from '../codec.ts';
import type { Mailbox } from '../mailbox.ts';
import { Pid } from '../pid.ts';
import type { Route } from '../process.ts';
import { type ClusterSecret, PROOF_HEADER } from '../security/clusterSecret.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

export interface RouterHost {
  readonly codec: MessageCodec;
  /** Process id that unknown paths are re-read under, e.g. `master`. */
  readonly delegateId: string | undefined;
  /** Process id that serves `/`, e.g. the web page's; else the delegate does. */
  readonly homeId: string | undefined;
  /** What whoever posts a message has to prove that it knows, when there is one. */
  readonly secret: ClusterSecret | undefined;
  find(id: string): Mailbox | undefined;
  deliverMessage(to: Mailbox, name: string, body: unknown, from: Pid | undefined): void;
  deliverHttp(to: Mailbox, route: Route, request: HttpRequest, reply: HttpReply): void;
}

export function routeRequest(host: RouterHost, request: HttpRequest, reply: HttpReply): void {
  if (request.path.split('/').includes('..')) {
    reply.text(404, 'Not Found');
    return;
  }
  const home = request.path === '/' && host.homeId !== undefined ? host.find(host.homeId) : undefined;
  if (home !== undefined && answerBy(host, home, '', request, reply)) return;
  const sender = libprocessSender(request);
  const [id, below] = firstToken(request.path);
  const mailbox = host.find(id);
  if (request.method === 'POST' && (sender !== undefined || isMessagePath(host, mailbox, below))) {
    if (mayPost(host, request, sender)) receiveMessage(host, request, reply, mailbox, below, sender);
    else refuseMessage(reply);
    return;
  }
  if (mailbox !== undefined && answerBy(host, mailbox, below, request, reply)) return;
  const delegate = host.delegateId === undefined ? undefined : host.find(host.delegateId);
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

/** `/slave(1)/state` → `slave(1)`, `/state`; `/` → ``, ``. */
function firstToken(path: string): [string, string] {
  const end = path.indexOf('/', 1);
  return end < 0 ? [path.slice(1), ''] : [path.slice(1, end), path.slice(end)];
}

/** The claimed sender of a libprocess message; undefined when the request is an ordinary one. */
function libprocessSender(request: HttpRequest): string | undefined {
  const claimed = request.headers['libprocess-from'];
  if (claimed !== undefined) return claimed.trim();
  const agent = request.headers['user-agent'];
  return agent?.startsWith('libprocess/') ? agent.slice('libprocess/'.length) : undefined;
}

/** A POST by hand (`curl`) counts as a message when the process has a handler of that name and no such route. */
function isMessagePath(host: RouterHost, mailbox: Mailbox | undefined, below: string): boolean {
  const name = below.slice(1);
  if (name === '' || name.includes('/')) return false;
  if (mailbox === undefined) return host.codec.knows(name);
  if (mailbox.process.routes.has(below)) return false;
  return mailbox.process.handlers.has(name) || mailbox.process.delegates.has(name) || host.codec.knows(name);
}

/** On a node with a cluster secret a message posted by hand is proved as links are; see `ClusterSecret.messageProof`. */
function mayPost({ secret }: RouterHost, request: HttpRequest, sender = ''): boolean {
  if (secret === undefined) return true;
  return secret.messageProved(request.headers[PROOF_HEADER], request.path, sender, request.body);
}

function refuseMessage(reply: HttpReply): void {
  reply.text(
    401,
    'This node takes messages only with a proof of the cluster secret (header Mesostate-Proof)',
    {
      'WWW-Authenticate': 'Mesostate-Proof',
    },
  );
}

function receiveMessage(
  host: RouterHost,
  request: HttpRequest,
  reply: HttpReply,
  mailbox: Mailbox | undefined,
  below: string,
  sender: string | undefined,
): void {
  const name = below.slice(1);
  const from = sender === undefined ? undefined : Pid.parse(sender);
  if (sender !== undefined && (name === '' || from === undefined)) {
    reply.text(500, `Not a message: '${request.path}' from '${sender.slice(0, 200)}'`);
    return;
  }
  if (mailbox === undefined) {
    reply.text(404, `There is no process '${firstToken(request.path)[0]}' here`);
    return;
  }
  let body: unknown;
  try {
    body = bodyOf(host.codec, name, request);
  } catch (error) {
    reply.text(400, `Cannot read the body as ${name}: ${(error as Error).message}`);
    return;
  }
  host.deliverMessage(mailbox, name, body, from);
  reply.send(202);
}

function bodyOf(codec: MessageCodec, name: string, request: HttpRequest): unknown {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) return decodeBody(codec, name, request.body);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(request.body);
  return codec.knows(name) ? codec.fromJson(name, text) : (JSON.parse(text) as unknown);
}
