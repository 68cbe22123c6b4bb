/**
 * Messages over plain HTTP (spec: runtime.md §5.2): `POST /<process>/<message>`, from a libprocess or made by hand. They go
 * to the mailbox and are answered at once; firewall and authentication of the endpoints do not apply to them.
 */
import { decodeBody, type MessageCodec } from '../codec.ts';
import type { DeadLetters } from '../deadLetters.ts';
import type { Logger } from '../logging/index.ts';
import type { Mailbox } from '../mailbox.ts';
import { Pid } from '../pid.ts';
import { type ClusterSecret, PROOF_HEADER } from '../security/clusterSecret.ts';
import type { Span } from '../tracing/span.ts';
import { isSameIp } from '../transport/addressProof.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

export interface MessageHost {
  readonly codec: MessageCodec;
  readonly log: Logger;
  readonly deadLetters: DeadLetters;
  /** What whoever posts a message has to prove that it knows, when there is one. */
  readonly secret: ClusterSecret | undefined;
  readonly requirePeerAddressIpMatch: boolean;
  find(id: string): Mailbox | undefined;
  deliverMessage(to: Mailbox, name: string, body: unknown, from: Pid | undefined, span?: Span): void;
  /** A libprocess at that address, or somebody who says so, spoke from that IP address. */
  heardLibprocess(from: Pid, peerIp: string): void;
}

/** `/slave(1)/state` → `slave(1)`, `/state`; `/` → ``, ``. */
export function firstToken(path: string): [string, string] {
  const end = path.indexOf('/', 1);
  return end < 0 ? [path.slice(1), ''] : [path.slice(1, end), path.slice(end)];
}

/** @returns false when the request is none of a message, but an ordinary one */
export function receiveMessage(host: MessageHost, request: HttpRequest, reply: HttpReply): boolean {
  if (request.method !== 'POST') return false;
  const [id, below] = firstToken(request.path);
  const sender = libprocessSender(request);
  const mailbox = host.find(id);
  if (sender === undefined && !isMessagePath(host, mailbox, below)) return false;
  if (!mayPost(host, request, sender)) {
    const text = 'This node takes messages only with a proof of the cluster secret (header Mesostate-Proof)';
    reply.text(401, text, { 'WWW-Authenticate': 'Mesostate-Proof' });
  } else if (sender !== undefined) {
    receiveFromLibprocess(host, request, reply, { id, name: below.slice(1), sender });
  } else {
    receiveByHand(host, request, reply, mailbox);
  }
  return true;
}

/** The claimed sender of a libprocess message; undefined when the request is an ordinary one. */
function libprocessSender(request: HttpRequest): string | undefined {
  const claimed = request.headers['libprocess-from'];
  if (claimed !== undefined) return claimed.trim();
  const agent = request.headers['user-agent'];
  return agent?.startsWith('libprocess/') ? agent.slice('libprocess/'.length).trim() : undefined;
}

/** On a node with a cluster secret a message posted by hand is proved as links are; see `ClusterSecret.messageProof`. */
function mayPost({ secret }: MessageHost, request: HttpRequest, sender = ''): boolean {
  if (secret === undefined) return true;
  return secret.messageProved(request.headers[PROOF_HEADER], request.path, sender, request.body);
}

interface Claims {
  readonly id: string;
  readonly name: string;
  readonly sender: string;
}

function receiveFromLibprocess(
  host: MessageHost,
  request: HttpRequest,
  reply: HttpReply,
  { id, name, sender }: Claims,
): void {
  const from = Pid.parse(sender);
  if (name === '' || from === undefined) {
    reply.text(500, `Not a message: '${request.path}' from '${sender.slice(0, 200)}'`);
    return;
  }
  const peerIp = ipOf(request.peer);
  if (host.requirePeerAddressIpMatch && !isSameIp(from.host, peerIp)) {
    reply.text(
      400,
      `The message '${name}' claims to be from '${from.toUpid()}' but came from ${request.peer}`,
    );
    return;
  }
  const mailbox = host.find(id);
  if (mailbox === undefined) {
    reply.text(404, `There is no process '${id}' here`);
    return;
  }
  host.heardLibprocess(from, peerIp);
  reply.send(202);
  try {
    host.deliverMessage(mailbox, name, libprocessBody(host.codec, name, request), from, request.span);
  } catch (error) {
    host.deadLetters.count('undecodable', { to: mailbox.pid, name, from });
    host.log.warn('message dropped: its body does not parse', {
      name,
      from: from.text,
      error: (error as Error).message,
    });
  }
}

/** A POST by hand (`curl`) counts as a message when the process has a handler of that name and no such route. */
function isMessagePath(host: MessageHost, mailbox: Mailbox | undefined, below: string): boolean {
  const name = below.slice(1);
  if (name === '' || name.includes('/')) return false;
  if (mailbox === undefined) return host.codec.knows(name);
  if (mailbox.process.routes.has(below)) return false;
  return mailbox.process.handles(name) || mailbox.process.delegates.has(name) || host.codec.knows(name);
}

function receiveByHand(
  host: MessageHost,
  request: HttpRequest,
  reply: HttpReply,
  mailbox: Mailbox | undefined,
): void {
  const [id, below] = firstToken(request.path);
  const name = below.slice(1);
  if (mailbox === undefined) {
    reply.text(404, `There is no process '${id}' here`);
    return;
  }
  let body: unknown;
  try {
    body = isJson(request) ? jsonBody(host.codec, name, request) : decodeBody(host.codec, name, request.body);
  } catch (error) {
    reply.text(400, `Cannot read the body as ${name}: ${(error as Error).message}`);
    return;
  }
  host.deliverMessage(mailbox, name, body, undefined, request.span);
  reply.send(202);
}

/** libprocess' own bodies have no Content-Type: protobuf where the type is known, bytes as they are where it is not. */
function libprocessBody(codec: MessageCodec, name: string, request: HttpRequest): unknown {
  if (isJson(request)) return jsonBody(codec, name, request);
  if (codec.knows(name)) return codec.decode(name, request.body);
  return request.body.length === 0 ? undefined : request.body;
}

function isJson(request: HttpRequest): boolean {
  return request.headers['content-type']?.startsWith('application/json') === true;
}

function jsonBody(codec: MessageCodec, name: string, request: HttpRequest): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(request.body);
  return codec.knows(name) ? codec.fromJson(name, text) : (JSON.parse(text) as unknown);
}

/** `10.0.0.1:5050`, `::ffff:10.0.0.1:5050` → the part before the last colon. */
function ipOf(peer: string): string {
  return peer.slice(0, Math.max(0, peer.lastIndexOf(':')));
}
