/** What peers see of a link, whichever wire it speaks: this house's own frames, or libprocess' HTTP. */
import type { LinkEvent } from '../../statecharts/link.ts';
import type { Address } from '../pid.ts';
import type { Control, Envelope, Hello } from './frame.ts';

/** `mesostate`: frames over WebSocket, both ways. `libprocess`: HTTP posts, one way (the peer answers over its own). */
export type Wire = 'mesostate' | 'libprocess';

export interface PeerLink {
  readonly wire: Wire;
  readonly id: string;
  /** Address the peer listens at: dialled, or claimed in its hello. */
  readonly address: Address | undefined;
  /** What the peer said of itself; never anything on libprocess' wire. */
  readonly peer: Hello | undefined;
  readonly dialled: boolean;
  /** IP address the connection comes from or goes to, where there is one. */
  readonly remoteHost: string | undefined;
  /** Whether the peer was ever spoken to. */
  readonly reached: boolean;
  /** Whether messages go out now. */
  readonly open: boolean;
  readonly ended: boolean;
  readonly reason: string;
  /** Whether the claimed address is where the connection comes from, so that answers may go over it. */
  readonly addressProved: boolean;
  /** Envelopes that wait. */
  readonly queued: number;
  /** About how many bytes wait. */
  readonly queuedBytes: number;
  enqueue(envelope: Envelope): void;
  /** What the wire has no form for is not sent. */
  sendControl(control: Control): void;
  tell(event: LinkEvent): void;
  flush(): void;
  /** Gives away what waits, for a link that takes this one's place. */
  takeQueue(): readonly Envelope[];
  // What the link's chart asks for:
  greet(): void;
  prove(): void;
  refuse(): void;
  begin(): void;
  /** Lets go of the connection. @returns how many envelopes were not (wholly) handed to it */
  release(): number;
}
