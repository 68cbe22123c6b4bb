/** Channels over WebSocket, on the same port as HTTP. RFC 6455; never compressed, bounded frames. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { type Address, addressText } from '../pid.ts';
import { clientTls, type TlsOptions } from '../security/tls.ts';
import type { Channel, ChannelEvents, Transport } from './channel.ts';
import { dialSocket } from './libprocess/tcp.ts';

/** Where peers upgrade; everything else that asks for an upgrade is refused. */
export const LINK_PATH = '/__link__';
const SUBPROTOCOL = 'mesostate.1';
/** Answers of a node of this house that lets nobody in, or not now: no reason to try another wire. */
const KEPT_OUT: ReadonlySet<number> = new Set([401, 403, 429, 503]);
/** A peer that does not answer the closing handshake is cut off after a second. (ws knows the option, its types do not.) */
const closing: object = { closeTimeout: 1000 };
/**
 * Frames of a client are masked so that a page cannot have a browser write what an old proxy takes for a request
 * (RFC 6455 §10.3). No page writes what travels here, and masking is most of what a large message would cost: the mask is zero.
 */
const NO_MASK = (mask: Buffer): void => {
  mask.fill(0);
};

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

class WebSocketChannel implements Channel {
  readonly remoteHost: string | undefined;
  private readonly socket: WebSocket;
  private readonly events: ChannelEvents;
  private reason = 'the connection ended';
  private pending = 0;
  /** What carries the frames; undefined before a dialled peer has answered. */
  private wire: Duplex | undefined;

  /** @param wire of a connection that is open already */
  constructor(socket: WebSocket, events: ChannelEvents, remoteHost: string | undefined, wire?: Duplex) {
    this.remoteHost = remoteHost;
    this.wire = wire;
    socket.on('upgrade', (response) => {
      this.wire = response.socket;
    });
    this.socket = socket;
    this.events = events;
    socket.on('open', () => events.opened());
    socket.on('unexpected-response', (request, response) => this.refused(request, response));
    socket.on('message', (data, isBinary) => {
      if (isBinary) events.frame(toBytes(data));
      else this.cut('a text frame arrived where only binary ones are spoken');
    });
    socket.on('error', (error) => {
      this.reason = error.message;
    });
    socket.on('close', () => events.closed(this.reason));
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  together(write: () => void): void {
    this.wire?.cork();
    try {
      write();
    } finally {
      this.wire?.uncork();
    }
  }

  send(frame: Uint8Array): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.pending++;
    this.socket.send(frame, () => {
      if (--this.pending === 0) this.events.drained();
    });
  }

  cut(reason: string): void {
    this.reason = reason;
    this.socket.terminate();
  }

  /** An HTTP server that does not know our links is a libprocess; one that does has its reasons. */
  private refused(request: ClientRequest, response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const known = response.headers['sec-websocket-protocol'] !== undefined || KEPT_OUT.has(status);
    this.reason =
      `the peer answered the link's upgrade with ${status} ${response.statusMessage ?? ''}`.trim();
    request.destroy();
    if (!known) this.events.otherWire(this.reason);
    this.socket.terminate();
  }

  close(): void {
    this.reason = 'closed by this side';
    this.socket.close();
  }
}

export class WebSocketTransport implements Transport {
  private readonly frameBytesMax: number;
  private readonly tls: object | undefined;

  /** @param tls dials every peer with TLS; its absence, none */
  constructor(frameBytesMax: number, tls?: TlsOptions) {
    this.frameBytesMax = frameBytesMax;
    this.tls = tls === undefined ? undefined : clientTls(tls);
  }

  dial(to: Address, events: ChannelEvents): Channel {
    const scheme = this.tls === undefined ? 'ws' : 'wss';
    const socket = new WebSocket(`${scheme}://${addressText(to)}${LINK_PATH}`, SUBPROTOCOL, {
      ...this.tls,
      perMessageDeflate: false,
      ...closing,
      maxPayload: this.frameBytesMax,
      skipUTF8Validation: true,
      generateMask: NO_MASK,
      followRedirects: false,
    });
    return new WebSocketChannel(socket, events, to.host);
  }

  dialLibprocess(to: Address, events: ChannelEvents): Channel {
    return dialSocket(to, this.tls, events);
  }
}

/** The accepting side: takes upgrades of the HTTP server and hands out channels. */
export class WebSocketAcceptor {
  private readonly server: WebSocketServer;
  private readonly accept: (bind: (events: ChannelEvents) => Channel) => void;

  /** @param accept is given each new channel unbound; it must bind it at once, so that no frame is missed */
  constructor(frameBytesMax: number, accept: (bind: (events: ChannelEvents) => Channel) => void) {
    this.accept = accept;
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      ...closing,
      maxPayload: frameBytesMax,
      skipUTF8Validation: true,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?')[0];
    if (path !== LINK_PATH || !(request.headers['sec-websocket-protocol'] ?? '').includes(SUBPROTOCOL)) {
      // The header tells a node of this house that speaks another version from a libprocess.
      const spoken = path === LINK_PATH ? `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n` : '';
      socket.end(`HTTP/1.1 404 Not Found\r\n${spoken}Connection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.server.handleUpgrade(request, socket, head, (opened) => {
      this.accept((events) => new WebSocketChannel(opened, events, request.socket.remoteAddress, socket));
    });
  }

  close(): void {
    this.server.close();
  }
}
