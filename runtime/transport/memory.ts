/** The simulated network: channels within one thread, whose frames travel as timers of the world's clock. */
import { type Address, addressText } from '../pid.ts';
import type { Clock } from '../ports.ts';
import type { Channel, ChannelEvents, Transport } from './channel.ts';

export type Accept = (bind: (events: ChannelEvents) => Channel) => void;

interface End {
  events: ChannelEvents | undefined;
  open: boolean;
}

/** One end of a pair. */
class MemoryChannel implements Channel {
  readonly remoteHost = undefined;
  private readonly network: MemoryNetwork;
  private readonly own: End;
  private readonly other: End;
  private readonly path: readonly [string, string];

  constructor(network: MemoryNetwork, own: End, other: End, path: readonly [string, string]) {
    this.network = network;
    this.own = own;
    this.other = other;
    this.path = path;
  }

  get bufferedBytes(): number {
    return 0;
  }

  send(frame: Uint8Array): void {
    if (!this.own.open) return;
    const copy = Uint8Array.from(frame);
    this.network.carry(this.path, () => {
      if (this.other.open) this.other.events?.frame(copy);
    });
  }

  close(): void {
    this.cut('closed by this side');
  }

  cut(reason: string): void {
    this.network.end(this.own, reason);
    this.network.carry(this.path, () => this.network.end(this.other, 'the connection ended'));
  }
}

/** Connects nodes of one simulated world. A cut path loses what is sent on it, silently, as a real partition does. */
export class MemoryNetwork {
  private readonly clock: Clock;
  private readonly latencyMs: number;
  private readonly listeners = new Map<string, Accept>();
  private readonly cuts = new Set<string>();
  private readonly ends = new Map<string, Set<End>>();

  constructor(clock: Clock, latencyMs = 0.2) {
    this.clock = clock;
    this.latencyMs = latencyMs;
  }

  listen(address: Address, accept: Accept): void {
    this.listeners.set(addressText(address), accept);
  }

  /** A node vanishes: nobody listens there, and its connections break at the other side. */
  drop(address: Address): void {
    const at = addressText(address);
    this.listeners.delete(at);
    for (const end of this.ends.get(at) ?? []) this.end(end, 'the connection was reset');
    this.ends.delete(at);
  }

  /** Messages from one address to another vanish until `heal`. */
  cut(from: Address, to: Address): void {
    this.cuts.add(`${addressText(from)} ${addressText(to)}`);
  }

  heal(from: Address, to: Address): void {
    this.cuts.delete(`${addressText(from)} ${addressText(to)}`);
  }

  transport(own: Address): Transport {
    return { dial: (to, events) => this.dial(addressText(own), addressText(to), events) };
  }

  /** Runs `arrive` after the latency, unless the path is cut when the frame leaves or arrives. */
  carry([from, to]: readonly [string, string], arrive: () => void): void {
    const path = `${from} ${to}`;
    if (this.cuts.has(path)) return;
    this.clock.setTimer(this.latencyMs, () => {
      if (!this.cuts.has(path)) arrive();
    });
  }

  end(end: End, reason: string): void {
    if (!end.open) return;
    end.open = false;
    this.clock.setTimer(0, () => end.events?.closed(reason));
  }

  private dial(from: string, to: string, events: ChannelEvents): Channel {
    const near: End = { events, open: true };
    const far: End = { events: undefined, open: true };
    this.remember(from, far);
    this.remember(to, near);
    const channel = new MemoryChannel(this, near, far, [from, to]);
    this.carry([from, to], () => {
      const accept = this.listeners.get(to);
      if (accept === undefined) {
        this.carry([to, from], () => this.end(near, `nobody listens at ${to}`));
        return;
      }
      this.carry([to, from], () => {
        if (near.open) events.opened();
      });
      accept((farEvents) => {
        far.events = farEvents;
        return new MemoryChannel(this, far, near, [to, from]);
      });
    });
    return channel;
  }

  /** Ends that see a reset when the node at `address` vanishes. */
  private remember(address: string, end: End): void {
    const set = this.ends.get(address) ?? new Set<End>();
    set.add(end);
    this.ends.set(address, set);
  }
}
