/**
 * Calls over one connection, in the order they were made, without waiting for the answer of one before the next is sent: over
 * several connections a KILL could overtake its LAUNCH, and one at a time would cost a way there and back for each.
 */
import { validateHeaderValue } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Answer, AnswerReader } from './answers.ts';
import type { ClientTls } from './tls.ts';

export interface LineOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a Unix socket to go by, instead of the URL's host. */
  readonly socketPath?: string | undefined;
  readonly tls?: ClientTls | undefined;
  /** The connection ended before this many calls were answered; whether they arrived nobody knows. The next call dials anew. */
  readonly broken: (unanswered: number) => void;
}

type Done = (answer: Answer) => void;

export class CallLine {
  private readonly options: LineOptions;
  private readonly head: string;
  private socket: Socket | undefined;
  private waiting: Done[] = [];
  private finishing = false;

  /** @throws TypeError for a header that is none */
  constructor(options: LineOptions) {
    this.options = options;
    const { host, pathname, search } = options.url;
    const headers = {
      host,
      'content-type': 'application/json',
      accept: 'application/json',
      ...options.headers,
    };
    const lines = Object.entries(headers).map(([name, value]) => {
      validateHeaderValue(name, value);
      return `${name}: ${value}\r\n`;
    });
    this.head = `POST ${pathname}${search} HTTP/1.1\r\n${lines.join('')}`;
  }

  /** @param done told once, when the answer comes; never when the connection breaks before */
  post(body: string, done: Done): void {
    this.socket ??= this.dial();
    this.waiting.push(done);
    // What is called in one turn leaves in one piece.
    this.socket.cork();
    this.socket.write(`${this.head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    process.nextTick((socket: Socket) => socket.uncork(), this.socket);
  }

  /** Lets go of the connection as soon as every call is answered. Nothing is told of its end. */
  finish(): void {
    this.finishing = true;
    if (this.waiting.length === 0) this.socket?.end();
  }

  private dial(): Socket {
    const { url, socketPath, tls } = this.options;
    const secure = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const at = { host, port: Number(url.port || (secure ? 443 : 80)) };
    const names = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      socketPath !== undefined
        ? connect(socketPath)
        : secure
          ? connectTls({ ...tls, ...at, ...names })
          : connect(at);
    socket.setNoDelay(true);
    const reader = new AnswerReader();
    socket.on('data', (piece) => this.take(socket, reader, piece));
    socket.on('error', () => undefined);
    // What has ended is not written to any more, though it closes later.
    socket.on('end', () => this.ended(socket));
    socket.on('close', () => this.ended(socket));
    return socket;
  }

  private take(socket: Socket, reader: AnswerReader, piece: Buffer): void {
    let answers: readonly Answer[];
    try {
      answers = reader.push(piece);
    } catch {
      socket.destroy();
      this.ended(socket);
      return;
    }
    for (const answer of answers) this.waiting.shift()?.(answer);
    if (reader.isLast) {
      socket.destroy();
      this.ended(socket);
    } else if (this.finishing && this.waiting.length === 0) socket.end();
  }

  private ended(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    const unanswered = this.waiting.length;
    this.waiting = [];
    if (unanswered > 0 && !this.finishing) this.options.broken(unanswered);
  }
}
