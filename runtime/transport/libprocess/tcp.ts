/** A socket to a libprocess: requests are written, whatever comes back is read and thrown away (runtime.md §5.1). */
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Address } from '../../pid.ts';
import type { Channel, ChannelEvents } from '../channel.ts';

class TcpChannel implements Channel {
  readonly remoteHost: string;
  private readonly socket: Socket;
  private reason = 'the connection ended';

  constructor(socket: Socket, ready: 'connect' | 'secureConnect', remoteHost: string, events: ChannelEvents) {
    this.socket = socket;
    this.remoteHost = remoteHost;
    socket.setNoDelay(true);
    socket.on(ready, () => events.opened());
    socket.on('drain', () => events.drained());
    socket.on('error', (error) => {
      this.reason = error.message;
    });
    socket.on('close', () => events.closed(this.reason));
    socket.resume();
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  send(bytes: Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  cut(reason: string): void {
    this.reason = reason;
    this.socket.destroy();
  }

  close(): void {
    this.reason = 'closed by this side';
    this.socket.end();
  }
}

/** @param tls as everything that this node dials: with TLS when there are options for it, without when not */
export function dialSocket(to: Address, tls: ConnectionOptions | undefined, events: ChannelEvents): Channel {
  if (tls === undefined) return new TcpChannel(connect(to.port, to.host), 'connect', to.host, events);
  const name = isIP(to.host) === 0 ? { servername: to.host } : {};
  const socket = connectTls({ ...tls, ...name, host: to.host, port: to.port });
  return new TcpChannel(socket, 'secureConnect', to.host, events);
}
