/**
 * The simulated network: connections within one thread, whose frames travel as timers of the world's clock.
 *
 * A connection is two streams. Each keeps its order and loses nothing while it lives, as TCP does: a cut path holds frames
 * back until it heals, a connection that ends loses what is under way. Frames for an end that is no more are answered
 * with a reset, those for a machine without power with nothing.
 */
import { type Address, addressText } from '../pid.ts';
import type { Clock, Random } from '../ports.ts';
import type { Channel, ChannelEvents, Transport } from './channel.ts';

export type Accept = (bind: (events: ChannelEvents) => Channel) => void;

/** Runs an input of a node: at once, later when the node stands still, never when it is dead. */
export type Gate = (input: () => void) => void;

export interface MemoryNetworkOptions {
  /** Way of a frame in milliseconds; default 0.2. */
  readonly latencyMs?: number;
  /** Up to so many milliseconds more for each frame, by chance; default 0. Frames of a stream never overtake. */
  readonly jitterMs?: number;
  /** Needed for jitter. */
  readonly random?: Random;
}

/** A frame, or the end of the connection, on its way. */
interface Parcel {
  readonly bytes: number;
  readonly deliver: () => void;
  arrived: boolean;
}

const open: Gate = (input) => input();

/** One direction of a connection. */
class Stream {
  readonly path: string;
  /** Bytes sent and not yet delivered. */
  bytes = 0;
  onEmpty: (() => void) | undefined;
  private parcels: Parcel[] = [];
  private dueMs = 0;
  private readonly network: MemoryNetwork;

  constructor(network: MemoryNetwork, path: string) {
    this.network = network;
    this.path = path;
  }

  send(bytes: number, deliver: () => void): void {
    const parcel: Parcel = { bytes, deliver, arrived: false };
    this.parcels.push(parcel);
    this.bytes += bytes;
    this.travel(() => {
      parcel.arrived = true;
      this.drain();
    });
  }

  /** The path is whole again: what was held back sets out anew. */
  retry(): void {
    if (this.parcels.length > 0) this.travel(() => this.drain());
  }

  discard(): void {
    this.parcels = [];
    this.bytes = 0;
  }

  private travel(arrive: () => void): void {
    const now = this.network.clock.monotonic();
    this.dueMs = Math.max(this.dueMs, now + this.network.delayOf(this.path));
    this.network.clock.setTimer(this.dueMs - now, arrive);
  }

  private drain(): void {
    for (let first = this.parcels[0]; first?.arrived === true; first = this.parcels[0]) {
      if (this.network.isCut(this.path)) {
        this.network.stall(this);
        return;
      }
      this.parcels.shift();
      this.bytes -= first.bytes;
      first.deliver();
    }
    if (this.parcels.length === 0) this.onEmpty?.();
  }
}

/** One end of a connection: what a node holds of it. */
class End implements Channel {
  readonly remoteHost = undefined;
  readonly at: string;
  readonly outgoing: Stream;
  events: ChannelEvents | undefined;
  isOpen = true;
  private readonly network: MemoryNetwork;
  private readonly gate: Gate;
  private other: End | undefined;

  constructor(network: MemoryNetwork, at: string, outgoing: Stream, gate: Gate) {
    this.network = network;
    this.at = at;
    this.outgoing = outgoing;
    this.gate = gate;
    outgoing.onEmpty = () => this.tell((events) => events.drained());
  }

  join(other: End): void {
    this.other = other;
  }

  get peer(): string {
    return this.other?.at ?? '';
  }

  get bufferedBytes(): number {
    return this.network.isCut(this.outgoing.path) ? this.outgoing.bytes : 0;
  }

  send(frame: Uint8Array): void {
    if (!this.isOpen) return;
    const copy = Uint8Array.from(frame);
    this.outgoing.send(copy.length, () => this.other?.take(copy));
  }

  close(): void {
    this.cut('closed by this side');
  }

  cut(reason: string): void {
    if (!this.isOpen) return;
    this.end(reason);
    this.outgoing.send(0, () => this.other?.end('the connection ended'));
  }

  /** Tells the owner, who is then done with it. */
  end(reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.network.forget(this);
    this.network.clock.setTimer(0, () => this.gate(() => this.events?.closed(reason)));
  }

  /** Breaks the connection: what is under way is lost, both ends are told. */
  reset(): void {
    for (const end of [this, this.other]) {
      end?.outgoing.discard();
      end?.end('the connection was reset');
    }
  }

  /** Something for the owner, when it can take it. */
  owner(input: () => void): void {
    this.gate(input);
  }

  /** The owner is dead: nobody is told. */
  die(): void {
    this.isOpen = false;
    this.network.forget(this);
  }

  tell(what: (events: ChannelEvents) => void): void {
    if (!this.isOpen) return;
    // The owner may stand still before it has even taken the connection.
    this.gate(() => {
      if (this.isOpen && this.events !== undefined) what(this.events);
    });
  }

  private take(frame: Uint8Array): void {
    if (this.isOpen) this.tell((events) => events.frame(frame));
    else this.refuse('the connection was reset');
  }

  /** Answers for an end that is no more. A machine without power answers nothing. */
  refuse(reason: string): void {
    if (this.network.isDark(this.at)) return;
    this.outgoing.send(0, () => this.other?.end(reason));
  }
}

/** Connects nodes of one simulated world. */
export class MemoryNetwork {
  readonly clock: Clock;
  private readonly latencyMs: number;
  private readonly jitterMs: number;
  private readonly random: Random | undefined;
  private readonly listeners = new Map<string, { readonly accept: Accept; readonly gate: Gate }>();
  private readonly cuts = new Set<string>();
  private readonly delays = new Map<string, number>();
  private readonly dark = new Set<string>();
  private readonly ends = new Set<End>();
  private readonly stalled = new Set<Stream>();

  constructor(clock: Clock, options: MemoryNetworkOptions = {}) {
    this.clock = clock;
    this.latencyMs = options.latencyMs ?? 0.2;
    this.jitterMs = options.random === undefined ? 0 : (options.jitterMs ?? 0);
    this.random = options.random;
  }

  listen(address: Address, accept: Accept, gate: Gate = open): void {
    this.listeners.set(addressText(address), { accept, gate });
    this.dark.delete(addressText(address));
  }

  /**
   * A node vanishes: nobody listens there any more and its connections break. What it had sent still arrives.
   * @param options `silent`: its machine lost power, so that nobody is told and what is sent there stays unanswered
   */
  drop(address: Address, options: { readonly silent?: boolean } = {}): void {
    const at = addressText(address);
    this.listeners.delete(at);
    if (options.silent === true) this.dark.add(at);
    for (const end of [...this.ends].filter((each) => each.at === at)) {
      end.die();
      if (options.silent === true) end.outgoing.discard();
      else end.refuse('the connection was reset');
    }
  }

  /** What is sent from one address to another waits until `heal`. */
  cut(from: Address, to: Address): void {
    this.cuts.add(pathOf(from, to));
  }

  heal(from: Address, to: Address): void {
    const path = pathOf(from, to);
    if (!this.cuts.delete(path)) return;
    for (const stream of [...this.stalled].filter((each) => each.path === path)) {
      this.stalled.delete(stream);
      stream.retry();
    }
  }

  /** Frames from one address to another take so much longer; 0 ends that. */
  delay(from: Address, to: Address, ms: number): void {
    if (ms > 0) this.delays.set(pathOf(from, to), ms);
    else this.delays.delete(pathOf(from, to));
  }

  /**
   * Resets the connections between two nodes; what is under way on them is lost.
   * @param options `oneSided`: only `a` is told. The other side holds a connection that is none until it uses it
   */
  break(a: Address, b: Address, options: { readonly oneSided?: boolean } = {}): void {
    const [at, to] = [addressText(a), addressText(b)];
    for (const end of [...this.ends]) {
      const near = end.at === at && end.peer === to;
      const far = end.at === to && end.peer === at && options.oneSided !== true;
      if (!near && !far) continue;
      end.outgoing.discard();
      end.end('the connection was reset');
    }
  }

  /**
   * Another connection between two nodes, which each of them believes the other has opened: what two calls at once, or a
   * middlebox that repeats one, leave behind. Nothing happens where one of them does not listen.
   */
  duplicate(a: Address, b: Address): void {
    const [at, to] = [addressText(a), addressText(b)];
    const [here, there] = [this.listeners.get(at), this.listeners.get(to)];
    if (here === undefined || there === undefined) return;
    const near = new End(this, at, new Stream(this, `${at} ${to}`), here.gate);
    const far = new End(this, to, new Stream(this, `${to} ${at}`), there.gate);
    near.join(far);
    far.join(near);
    for (const [end, { accept }] of [
      [near, here],
      [far, there],
    ] as const) {
      this.ends.add(end);
      end.owner(() =>
        accept((events) => {
          end.events = events;
          return end;
        }),
      );
    }
  }

  /** As `break`, but of the connection that is there longest only. */
  breakOldest(a: Address, b: Address): void {
    const [at, to] = [addressText(a), addressText(b)];
    const near = [...this.ends].find((end) => end.at === at && end.peer === to);
    near?.reset();
  }

  transport(own: Address, gate: Gate = open): Transport {
    return { dial: (to, events) => this.dial(addressText(own), addressText(to), events, gate) };
  }

  // ---- what connections ask -------------------------------------------------------------------------------------

  /** @param path as in `Stream.path` */
  isCut(path: string): boolean {
    return this.cuts.has(path);
  }

  isDark(address: string): boolean {
    return this.dark.has(address);
  }

  delayOf(path: string): number {
    const jitter = this.jitterMs === 0 ? 0 : (this.random?.next() ?? 0) * this.jitterMs;
    return this.latencyMs + jitter + (this.delays.get(path) ?? 0);
  }

  stall(stream: Stream): void {
    this.stalled.add(stream);
  }

  forget(end: End): void {
    this.ends.delete(end);
  }

  private dial(from: string, to: string, events: ChannelEvents, gate: Gate): Channel {
    const near = new End(this, from, new Stream(this, `${from} ${to}`), gate);
    near.events = events;
    this.ends.add(near);
    near.outgoing.send(0, () => this.arrive(near, from, to));
    return near;
  }

  private arrive(near: End, from: string, to: string): void {
    const back = new Stream(this, `${to} ${from}`);
    const listener = this.listeners.get(to);
    if (listener === undefined) {
      if (!this.dark.has(to)) back.send(0, () => near.end(`nobody listens at ${to}`));
      return;
    }
    const far = new End(this, to, back, listener.gate);
    far.join(near);
    near.join(far);
    this.ends.add(far);
    back.send(0, () => {
      if (near.isOpen) near.tell((events) => events.opened());
      else near.refuse('the connection was reset');
    });
    listener.gate(() =>
      listener.accept((events) => {
        far.events = events;
        return far;
      }),
    );
  }
}

function pathOf(from: Address, to: Address): string {
  return `${addressText(from)} ${addressText(to)}`;
}
