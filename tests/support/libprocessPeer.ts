/** A libprocess by hand: a plain socket that notes every byte, and answers as one does. */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ExecutionContext } from 'ava';
import type { MessageCodec } from '../../runtime/index.ts';

/** A connection that somebody opened to the peer. */
export interface PeerConnection {
  readonly socket: Socket;
  /** Every byte received, as latin1. */
  text: string;
  closed: boolean;
}

export interface LibprocessPeer {
  readonly port: number;
  readonly connections: readonly PeerConnection[];
  /** Connections that asked for our WebSocket; each is answered with `upgradeAnswer`. */
  readonly upgrades: readonly PeerConnection[];
  /** Connections that carry messages. */
  readonly posts: readonly PeerConnection[];
  close(): Promise<void>;
}

/** What a libprocess answers to a path it does not know. */
export const NOT_FOUND =
  'HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n';

/**
 * @param options.upgradeAnswer bytes sent to whoever asks for a WebSocket
 * @param options.onPost called with each connection that carries messages, whenever bytes came
 * @param options.tls certificate and key, when it speaks TLS
 * @param options.port where to listen; default: a free port
 */
export async function libprocessPeer(
  t: ExecutionContext,
  options: {
    upgradeAnswer?: string;
    port?: number;
    tls?: { readonly cert: string; readonly key: string };
    onPost?: (connection: PeerConnection) => void;
  } = {},
): Promise<LibprocessPeer> {
  const connections: PeerConnection[] = [];
  const take = (socket: Socket): void => {
    const connection: PeerConnection = { socket, text: '', closed: false };
    connections.push(connection);
    socket.on('data', (chunk) => {
      connection.text += chunk.toString('latin1');
      if (!connection.text.startsWith('GET ')) options.onPost?.(connection);
      else if (connection.text.endsWith('\r\n\r\n')) socket.write(options.upgradeAnswer ?? NOT_FOUND);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      connection.closed = true;
    });
  };
  const server = options.tls === undefined ? createServer(take) : createTlsServer(options.tls, take);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const { socket } of connections) socket.destroy();
    });
  t.teardown(close);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    connections,
    get upgrades() {
      return connections.filter(({ text }) => text.startsWith('GET '));
    },
    get posts() {
      return connections.filter(({ text }) => text.startsWith('POST '));
    },
    close,
  };
}

/** Types named `text.…`, whose bytes are the text itself; the text `bad` does not parse. */
export const textCodec: MessageCodec = {
  knows: (name) => name.startsWith('text.'),
  encode: (_name, body) => Buffer.from(String(body)),
  decode: (name, bytes) => {
    const text = Buffer.from(bytes).toString();
    if (text === 'bad') throw new Error(`cannot decode ${name}`);
    return text;
  },
  fromJson: (_name, text) => JSON.parse(text) as unknown,
};
