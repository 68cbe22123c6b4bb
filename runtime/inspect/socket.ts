/**
 * `/__inspect__` on the node's port: a WebSocket that tells what charts do (`?actor=PATTERN`), how many instances are where and
 * went where (`?flows=PATTERN`), or which messages pass (`?messages=PATTERN&name=PATTERN`).
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { flatHeaders } from '../http/server.ts';
import type { WatchSink } from './budget.ts';
import { FlowWatch } from './flowWatch.ts';
import type { Inspector } from './inspector.ts';
import { type MessageHost, MessageWatch } from './messageWatch.ts';
import { Watch } from './watch.ts';

export const INSPECT_PATH = '/__inspect__';
/** Watchers at once; each costs what it watches. */
const WATCHERS_MAX = 32;
const PATTERN_CHARACTERS_MAX = 200;

type AnyWatch = Watch | FlowWatch | MessageWatch;

export interface InspectHost extends MessageHost {
  readonly inspector: Inspector;
  /** Calls `enter` when the one who asks may watch; answers otherwise. */
  admitWatcher(request: HttpRequest, reply: HttpReply, enter: () => void): void;
}

export class InspectAcceptor {
  private readonly server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A watcher has nothing to say.
    maxPayload: 1024,
  });
  private readonly watches = new Set<AnyWatch>();

  /** Whether this upgrade is for the inspector. */
  static wants(request: IncomingMessage): boolean {
    return (request.url ?? '').split('?')[0] === INSPECT_PATH;
  }

  get watching(): number {
    return this.watches.size;
  }

  upgrade(host: InspectHost, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const asked = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
    const refusal = this.refusal(request, asked);
    if (refusal !== undefined) {
      refuse(socket, ...refusal);
      return;
    }
    host.admitWatcher(requestOf(request), replyOver(socket), () => {
      this.server.handleUpgrade(request, socket, head, (opened) => this.watch(host, opened, asked));
    });
  }

  /** Status and words for those who may not watch. */
  private refusal(
    request: IncomingMessage,
    asked: URLSearchParams,
  ): [status: string, why: string] | undefined {
    if (!originAllowed(request)) return ['403 Forbidden', 'a page of another site may not watch'];
    const long = [...asked].find(([, pattern]) => pattern.length > PATTERN_CHARACTERS_MAX);
    if (long !== undefined) return ['400 Bad Request', `${long[0].slice(0, 40)}: too long`];
    if (this.watches.size >= WATCHERS_MAX)
      return ['503 Service Unavailable', `${WATCHERS_MAX} watch already`];
    return undefined;
  }

  close(): void {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }

  private watch(host: InspectHost, socket: WebSocket, asked: URLSearchParams): void {
    const watch = watchOf(host, asked, {
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
      send: (text) => socket.send(text),
    });
    this.watches.add(watch);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      watch.stop();
      this.watches.delete(watch);
    });
  }
}

function watchOf(host: InspectHost, asked: URLSearchParams, sink: WatchSink): AnyWatch {
  const { inspector, clock } = host;
  const flows = asked.get('flows');
  if (flows !== null) return new FlowWatch(inspector, clock, flows, sink);
  const process = asked.get('messages');
  if (process !== null) return new MessageWatch(host, { process, name: asked.get('name') ?? '*' }, sink);
  return new Watch(inspector, clock, asked.get('actor') ?? '*', sink);
}

/** A browser tells where its page comes from: only the node's own pages may watch. */
function originAllowed(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}

/** The upgrade as the gate sees requests. */
function requestOf(request: IncomingMessage): HttpRequest {
  return {
    method: request.method ?? 'GET',
    path: INSPECT_PATH,
    rest: '',
    query: new URLSearchParams((request.url ?? '').split('?')[1] ?? ''),
    headers: flatHeaders(request),
    body: new Uint8Array(0),
    peer: request.socket.remoteAddress ?? '',
  };
}

/** Answers that are no upgrade: a head, a text, the end. */
function replyOver(socket: Duplex): HttpReply {
  const end = (status: number, headers: Record<string, string>, body: Uint8Array | string): void => {
    const fields = { ...headers, Connection: 'close', 'Content-Length': String(Buffer.byteLength(body)) };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`);
    socket.end(body);
  };
  const open = (): never => {
    throw new Error('an upgrade is not answered by a stream');
  };
  return new HttpReply({ end, open, onClose: (listener) => void socket.once('close', listener) }, 0, false);
}

function refuse(socket: Duplex, status: string, why: string): void {
  const body = `${why}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
