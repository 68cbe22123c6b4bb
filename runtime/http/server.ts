/**
 * The HTTP side of a node's port: parses, bounds and hands requests to the dispatcher; upgrades go to the links.
 * Idle keep-alive connections and long requests are not timed out, because Mesos' clients hold both; a request's head
 * must be complete within a minute (slowloris).
 */
import {
  createServer,
  type IncomingMessage,
  maxHeaderSize,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createGzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { Address } from '../pid.ts';
import { clientProblem, serverTls, type TlsOptions } from '../security/tls.ts';
import { type BodyStream, beginStream, STREAMED_TYPE } from './bodyStream.ts';
import { HttpReply, type ReplySink, type StreamSink } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** A client that has not finished its TLS handshake by then is cut off. */
const TLS_HANDSHAKE_MS = 10_000;

/** First byte of a TLS connection: the type of its first record. */
const TLS_HANDSHAKE = 22;

/** Bodies below this are not worth compressing (Mesos' own bound). */
const GZIP_MIN_BYTES = 1024;
/** Bodies from this on are compressed by another thread: 1 ms and more of work. */
const GZIP_LATER_BYTES = 64 * 1024;

export type Dispatch = (request: HttpRequest, reply: HttpReply) => void;
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpServerOptions {
  readonly bodyBytesMax: number;
  /** Connections whose first head, or whose request, is not complete; the oldest is cut for one beyond. */
  readonly halfOpenMax: number;
  readonly streamBufferBytesMax: number;
  readonly dispatch: Dispatch;
  readonly upgrade: Upgrade;
  /** Speaks TLS, and only that unless it says otherwise; without, plain HTTP only. */
  readonly tls?: TlsOptions | undefined;
  /** Bytes that are not HTTP came; their connection is closed. */
  readonly notHttp?: (reason: string) => void;
}

/** Idle keep-alive connections and long requests are not timed out (see above). */
const TIMES = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 60_000, requireHostHeader: false };

/** What the parser says of bytes that never were a request; anything else is a request with a mistake in it. */
const NOT_HTTP: ReadonlySet<string> = new Set([
  'HPE_INVALID_METHOD',
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_VERSION',
]);

export class HttpServer {
  /** What has the port: the only server, or one that gives each connection to the plain or the secure one. */
  private readonly server: TcpServer;
  private readonly options: HttpServerOptions;
  private readonly sockets = new Set<Duplex>();
  /** Connections that never sent a whole head, or are in the middle of a request, the oldest first. */
  private readonly halfOpen = new Set<Duplex>();

  constructor(options: HttpServerOptions) {
    this.options = options;
    const receive = (req: IncomingMessage, res: ServerResponse): void => {
      this.halfOpen.delete(req.socket);
      this.dawdles(req.socket);
      this.receive(req, res);
    };
    const { tls } = options;
    if (tls === undefined) {
      this.server = this.serving(createServer(TIMES, receive), 'connection');
      return;
    }
    const settings = { ...TIMES, ...serverTls(tls), handshakeTimeout: TLS_HANDSHAKE_MS };
    const secure = this.serving(createTlsServer(settings, receive), 'secureConnection');
    secure.on('secureConnection', (socket: TLSSocket) => {
      const problem = clientProblem(socket, tls);
      if (problem === undefined) return;
      options.notHttp?.(problem);
      socket.destroy();
    });
    if (tls.allowPlain !== true) this.server = secure;
    else this.server = this.sorting(secure, this.serving(createServer(TIMES, receive), 'connection'));
  }

  /** @param openedBy the event that tells of a connection that HTTP may come over */
  private serving(server: Server, openedBy: 'connection' | 'secureConnection'): Server {
    server.on('upgrade', (req, socket, head) => {
      this.halfOpen.delete(socket);
      this.track(socket);
      this.options.upgrade(req, socket, head);
    });
    server.on('connection', (socket: Socket) => this.track(socket));
    server.on(openedBy, (socket: Duplex) => this.opened(socket));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.refuse(error, socket));
    return server;
  }

  /** Each connection goes where its first byte belongs (libprocess' SUPPORT_DOWNGRADE). */
  private sorting(secure: Server, plain: Server): TcpServer {
    return createTcpServer((socket) => {
      this.track(socket);
      this.opened(socket);
      socket.on('error', () => socket.destroy());
      socket.once('readable', () => {
        const first = socket.read(1) as Buffer | null;
        if (first === null) return;
        this.halfOpen.delete(socket);
        socket.unshift(first);
        (first[0] === TLS_HANDSHAKE ? secure : plain).emit('connection', socket);
      });
    });
  }

  /** @throws (by rejection) with `code` EADDRINUSE, EACCES, EADDRNOTAVAIL … */
  listen(address: { host: string; port: number }): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(address.port, address.host, 65_535, () => {
        this.server.removeListener('error', reject);
        const bound = this.server.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
        resolve({ host: address.host, port });
      });
    });
  }

  /** Listens on a Unix socket, a new one or one that somebody has handed over. @throws (by rejection) with `code` as above */
  listenLocally(where: { readonly path: string } | { readonly fd: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(where, () => {
        this.server.removeListener('error', reject);
        resolve();
      });
    });
  }

  /** Stops listening and cuts every connection. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  /** A request with a mistake in it is answered; bytes that are no request get no answer, as libprocess does. */
  private refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    const { code = '' } = error;
    if (NOT_HTTP.has(code)) this.options.notHttp?.(error.message);
    // A connection that broke, or whose TLS handshake failed, leaves no channel to answer on.
    if (NOT_HTTP.has(code) || !/^(HPE_|ERR_HTTP_)/.test(code) || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, text] = refusalOf(code, error);
    const type = 'Content-Type: text/plain; charset=utf-8';
    const head = `${type}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}`;
    socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${text}`);
  }

  /** Clients that dawdle over their requests take each other's place, never that of those who ask for something. */
  private opened(socket: Duplex): void {
    socket.once('close', () => this.halfOpen.delete(socket));
    this.dawdles(socket);
  }

  private dawdles(socket: Duplex): void {
    this.halfOpen.add(socket);
    if (this.halfOpen.size <= this.options.halfOpenMax) return;
    for (const oldest of this.halfOpen) {
      this.halfOpen.delete(oldest);
      oldest.destroy();
      return;
    }
  }

  private track(socket: Duplex): void {
    if (this.sockets.has(socket)) return;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private receive(req: IncomingMessage, res: ServerResponse): void {
    req.on('error', () => res.destroy());
    if (header(req, 'content-type') === STREAMED_TYPE) {
      const begun = (first: Buffer, rest: BodyStream): void => this.complete(req, res, first, rest);
      beginStream(req, this.options.bodyBytesMax, begun, () => this.tooLarge(req, res));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= this.options.bodyBytesMax) chunks.push(chunk);
      else if (!res.headersSent) this.tooLarge(req, res);
    });
    req.on('end', () => {
      this.halfOpen.delete(req.socket);
      if (!res.headersSent) this.complete(req, res, Buffer.concat(chunks));
    });
  }

  private tooLarge(req: IncomingMessage, res: ServerResponse): void {
    req.pause();
    const text = `The request's body is larger than ${this.options.bodyBytesMax} bytes`;
    res.writeHead(413, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
    res.end(text, () => req.destroy());
  }

  private complete(req: IncomingMessage, res: ServerResponse, raw: Buffer, stream?: BodyStream): void {
    const acceptsGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(
      header(req, 'accept-encoding') ?? '',
    );
    const reply = new HttpReply(sinkOf(res, acceptsGzip), this.options.streamBufferBytesMax, acceptsGzip);
    const parsed = parseTarget(req.url ?? '/');
    if (parsed === undefined) {
      reply.text(400, `Cannot parse the request's path '${printable(req.url ?? '')}'`);
      return;
    }
    const body = this.inflate(req, raw, reply);
    if (body === undefined) return;
    this.options.dispatch(
      {
        method: req.method ?? 'GET',
        path: parsed.path,
        rest: '',
        query: parsed.query,
        headers: flatHeaders(req),
        body,
        ...(stream === undefined ? {} : { stream }),
        peer: `${req.socket.remoteAddress ?? ''}:${req.socket.remotePort ?? ''}`,
      },
      reply,
    );
  }

  private inflate(req: IncomingMessage, raw: Buffer, reply: HttpReply): Uint8Array | undefined {
    if (header(req, 'content-encoding') !== 'gzip') return raw;
    try {
      return gunzipSync(raw, { maxOutputLength: this.options.bodyBytesMax });
    } catch (error) {
      reply.text(400, `Cannot decompress the request's body: ${(error as Error).message}`);
      return undefined;
    }
  }
}

/** Status line and text for what the parser does not take for a request. */
function refusalOf(code: string, error: Error & { readonly reason?: string }): [string, string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return [
      '431 Request Header Fields Too Large',
      `The request's head is larger than ${maxHeaderSize} bytes`,
    ];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['408 Request Timeout', "The request's head did not come in time"];
  return ['400 Bad Request', `The request is not valid HTTP: ${printable(error.reason ?? error.message)}`];
}

/**
 * @param target a path, or as to a proxy with `http://` and a host before it, which is not looked at
 * @returns undefined for a path that does not decode
 */
export function parseTarget(target: string): { path: string; query: URLSearchParams } | undefined {
  const url = target.replace(/^https?:\/\/[^/?#]*(?=\/)/i, '');
  if (!url.startsWith('/')) return undefined;
  const mark = url.indexOf('?');
  try {
    return {
      path: decodeURIComponent(mark < 0 ? url : url.slice(0, mark)),
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    };
  } catch {
    return undefined;
  }
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Names in lower case, repeated headers joined. */
export function flatHeaders(req: IncomingMessage): Record<string, string | undefined> {
  const flat: Record<string, string | undefined> = {};
  for (const name of Object.keys(req.headers)) flat[name] = header(req, name);
  return flat;
}

function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?');
}

function sinkOf(res: ServerResponse, acceptsGzip: boolean): ReplySink {
  return {
    end: (status, headers, body) => endWith(res, acceptsGzip, status, headers, body),
    open: (status, headers, zipped) =>
      zipped ? openZipped(res, status, headers) : openStream(res, status, headers),
    onClose: (listener) => {
      res.once('close', listener);
    },
  };
}

function endWith(
  res: ServerResponse,
  acceptsGzip: boolean,
  status: number,
  headers: Record<string, string>,
  body: Uint8Array | string,
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const write = (sent: Uint8Array, extra: Record<string, string>): void => {
    res.writeHead(status, { ...headers, ...extra, 'Content-Length': String(sent.length) });
    res.end(sent);
  };
  if (!acceptsGzip || bytes.length < GZIP_MIN_BYTES) write(bytes, {});
  else if (bytes.length < GZIP_LATER_BYTES)
    write(gzipSync(bytes, { level: 1 }), { 'Content-Encoding': 'gzip' });
  else {
    // Away from this thread; answers of one connection keep their order, whenever each is ready.
    gzip(bytes, { level: 1 }, (error, zipped) => {
      if (error === null) write(zipped, { 'Content-Encoding': 'gzip' });
      else write(bytes, {});
    });
  }
}

function openStream(res: ServerResponse, status: number, headers: Record<string, string>): StreamSink {
  res.writeHead(status, headers);
  res.flushHeaders();
  return {
    get bufferedBytes() {
      return res.writableLength;
    },
    write: (bytes) => {
      res.write(bytes);
    },
    whenDrained: (listener) => {
      if (res.writableNeedDrain) res.once('drain', listener);
      else listener();
    },
    end: () => {
      res.end();
    },
    destroy: () => {
      res.destroy();
    },
  };
}

/** As `openStream`, compressed by another thread. */
function openZipped(res: ServerResponse, status: number, headers: Record<string, string>): StreamSink {
  res.writeHead(status, { ...headers, 'Content-Encoding': 'gzip' });
  const zip = createGzip({ level: 1 });
  zip.pipe(res);
  res.once('close', () => zip.destroy());
  return {
    get bufferedBytes() {
      return zip.writableLength + zip.readableLength + res.writableLength;
    },
    write: (bytes) => {
      zip.write(bytes);
    },
    whenDrained: (listener) => {
      if (zip.writableNeedDrain) zip.once('drain', listener);
      else listener();
    },
    end: () => {
      zip.end();
    },
    destroy: () => {
      res.destroy();
    },
  };
}
