/** What carries frames between two nodes: a WebSocket, or a piece of the simulated network. */
import type { Address } from '../pid.ts';

export interface Channel {
  /** IP address the connection comes from or goes to; undefined where there is none (simulation). */
  readonly remoteHost: string | undefined;
  /** Bytes accepted and not yet taken by the other side. */
  readonly bufferedBytes: number;
  /** Frames arrive whole and in order, or the channel closes. */
  send(frame: Uint8Array): void;
  /** What is sent in `write` leaves in as few writes as there can be; absent where a frame is no write. */
  together?(write: () => void): void;
  /** Ends at once; what is buffered may be lost. `closed` of both sides follows. */
  cut(reason: string): void;
  /** Ends after what is buffered went out (within a second). */
  close(): void;
}

export interface ChannelEvents {
  opened(): void;
  frame(bytes: Uint8Array): void;
  /** What was buffered has gone out. */
  drained(): void;
  /** The other side does not speak the wire it was called in; nothing follows. */
  otherWire(reason: string): void;
  /** Exactly once; nothing follows. */
  closed(reason: string): void;
}

export interface Transport {
  dial(to: Address, events: ChannelEvents): Channel;
  /** A plain socket for libprocess' own wire; absent where that is not spoken. */
  dialLibprocess?(to: Address, events: ChannelEvents): Channel;
}
