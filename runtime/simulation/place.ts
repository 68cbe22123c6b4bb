/** What one node of a simulation lives in: a gate for all its inputs, a clock of its own, and eyes on its messages. */

import type { Mailbox } from '../mailbox.ts';
import { Node } from '../node.ts';
import type { NodeOptions } from '../nodeOptions.ts';
import type { Pid } from '../pid.ts';
import type { Clock, Timer } from '../ports.ts';
import type { ExitReason, Process } from '../process.ts';
import type { Span } from '../tracing/span.ts';

/** Every input of a node passes here: it waits while the node stands still and vanishes when it is dead. */
export class NodeGate {
  private state: 'open' | 'shut' | 'dead' = 'open';
  private held: (() => void)[] = [];

  get alive(): boolean {
    return this.state !== 'dead';
  }

  get paused(): boolean {
    return this.state === 'shut';
  }

  readonly pass = (input: () => void): void => {
    if (this.state === 'open') input();
    else if (this.state === 'shut') this.held.push(input);
  };

  shut(): void {
    if (this.state === 'open') this.state = 'shut';
  }

  /** What waited comes in, in its order. */
  open(): void {
    if (this.state !== 'shut') return;
    this.state = 'open';
    for (const input of this.held.splice(0)) this.pass(input);
  }

  kill(): void {
    this.state = 'dead';
    this.held = [];
  }
}

/** A node's view of the world's clock: its wall clock may be wrong, its timers end with it. */
export class NodeClock implements Clock {
  private readonly world: Clock;
  private readonly gate: NodeGate;
  private readonly offsetMs: () => number;

  /** @param offsetMs by how much the machine's wall clock is ahead of the world's */
  constructor(world: Clock, gate: NodeGate, offsetMs: () => number) {
    this.world = world;
    this.gate = gate;
    this.offsetMs = offsetMs;
  }

  now(): number {
    return this.world.now() + this.offsetMs();
  }

  monotonic(): number {
    return this.world.monotonic();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    // A timer that fired while the node stood still has not fired for the node: it can still be cancelled.
    let pending = true;
    const timer = this.world.setTimer(delayMs, () =>
      this.gate.pass(() => {
        if (!pending) return;
        pending = false;
        callback();
      }),
    );
    return {
      cancel: () => {
        const cancelled = pending;
        pending = false;
        timer.cancel();
        return cancelled;
      },
    };
  }
}

/** A message: on its way into a mailbox, being sent, or being handled. */
export interface Delivery {
  readonly name: string;
  readonly from: Pid | undefined;
  readonly to: Pid;
  readonly body: unknown;
}

/** Told before a message is handled. What it returns is called when that is done. */
export type HandlingObserver = (handling: Delivery) => (() => void) | undefined;

/** Told of what reaches the processes of a node, and of what they send. */
export interface NodeWatch {
  sent(message: Delivery): void;
  readonly handling: HandlingObserver;
  /** @returns false when the message is to be lost */
  delivery(delivery: Delivery): boolean;
  exited(watcher: Pid, pid: Pid, reason: ExitReason): void;
}

/** A node whose deliveries can be seen and lost. */
export class WatchedNode extends Node {
  private readonly watch: NodeWatch;
  /** Processes whose handlers are watched. */
  private readonly watched = new WeakSet<Process>();

  constructor(options: NodeOptions, watch: NodeWatch) {
    super(options);
    this.watch = watch;
  }

  override deliver(to: Pid, name: string, body: unknown, from: Pid | undefined): void {
    this.watch.sent({ name, from, to, body });
    super.deliver(to, name, body, from);
  }

  override deliverMessage(
    to: Mailbox,
    name: string,
    body: unknown,
    from: Pid | undefined,
    span?: Span,
  ): void {
    if (!this.watch.delivery({ name, from, to: to.pid, body })) return;
    this.watchHandlers(to);
    super.deliverMessage(to, name, body, from, span);
  }

  override exited(watcherId: string, pid: Pid, reason: ExitReason): void {
    this.watch.exited(this.pid(watcherId), pid, reason);
    super.exited(watcherId, pid, reason);
  }

  private watchHandlers({ pid, process }: Mailbox): void {
    if (this.watched.has(process)) return;
    this.watched.add(process);
    const handle = process.handle.bind(process);
    process.handle = (name, body, from) => {
      const handled = this.watch.handling({ name, from, to: pid, body });
      const known = handle(name, body, from);
      handled?.();
      return known;
    };
  }
}
