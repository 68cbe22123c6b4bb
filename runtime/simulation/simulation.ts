/**
 * A simulated world: real nodes and real processes over simulated clock, network, disks and machines, in one thread, under
 * one seed. Nothing happens but in `settle`, `advance`, `until` and `await`; the same seed and the same calls give the same
 * run, step by step.
 */
import type { MessageCodec } from '../codec.ts';
import { createLogger, type Logger } from '../logging/index.ts';
import type { Node } from '../node.ts';
import type { NodeOptions } from '../nodeOptions.ts';
import { type Address, addressText } from '../pid.ts';
import type { Ports } from '../ports.ts';
import type { Turns } from '../runQueue.ts';
import { MemoryNetwork } from '../transport/memory.ts';
import { SeededRandom, type VirtualPorts, virtualPorts } from '../virtualPorts.ts';
import { InvariantBroken, Invariants } from './invariants.ts';
import { type Boot, Machine } from './machine.ts';
import { type Dropping, describeFilter, type MessageFilter, MessageTaps } from './messages.ts';
import { type Delivery, type HandlingObserver, type NodeClock, type NodeGate, WatchedNode } from './place.ts';
import { bodyText, Transcript } from './transcript.ts';

export interface SimulationOptions {
  /** Default 1. */
  readonly seed?: number;
  readonly codec?: MessageCodec;
  /** Way of a frame in milliseconds; default 0.2. */
  readonly latencyMs?: number;
  /** Up to so many milliseconds more, by chance; default 0. */
  readonly jitterMs?: number;
  /** Nodes and processes that are ready run in an order the seed gives; default: first come, first served. */
  readonly shuffle?: boolean;
  /** Lines of the transcript kept. */
  readonly transcriptMax?: number;
}

/** Where a node lives, for `Simulation.node`. */
export interface Life {
  readonly gate: NodeGate;
  readonly clock: NodeClock;
}

interface Turn {
  readonly gate: NodeGate | undefined;
  readonly run: () => void;
}

const EVENTS_A_VISIT = [1, 1, 2, 4, 128];
/** Turns without time passing after which a simulation counts as caught in a loop. */
const TURNS_MAX = 1_000_000;

export class Simulation {
  readonly seed: number;
  /** Chance, ids and the clock of the world; all nodes draw from the same. */
  readonly ports: VirtualPorts;
  readonly network: MemoryNetwork;
  readonly transcript: Transcript;
  /** Chance of what is around the nodes: order, delays, torn writes, faults. */
  readonly chance: SeededRandom;
  /** Turns and timers so far. */
  steps = 0;
  /** Messages that reached a mailbox. */
  messages = 0;
  private readonly codec: MessageCodec | undefined;
  private readonly shuffle: boolean;
  private readonly machines = new Map<string, Machine>();
  private readonly invariants = new Invariants();
  private readonly taps = new MessageTaps();
  private readonly observers: ((delivery: Delivery) => void)[] = [];
  private readonly sendObservers: ((message: Delivery) => void)[] = [];
  private readonly handlingObservers: HandlingObserver[] = [];
  private turns: Turn[] = [];

  constructor(options: SimulationOptions = {}) {
    this.seed = options.seed ?? 1;
    this.ports = virtualPorts(this.seed);
    this.chance = new SeededRandom(Math.imul(this.seed, 0x85ebca6b) ^ 0x5bd1e995);
    this.network = new MemoryNetwork(this.ports.clock, { ...options, random: this.chance });
    this.transcript = new Transcript(options.transcriptMax);
    this.codec = options.codec;
    this.shuffle = options.shuffle ?? false;
  }

  // ---- machines -------------------------------------------------------------------------------------------------

  /**
   * A machine with a disk, on which `boot` starts a node's processes, now and at each restart.
   * @param address default `10.0.0.<n>:5050`, counted from 1
   */
  start(name: string, boot: Boot, address?: Address): Machine {
    if (this.machines.has(name)) throw new Error(`there is a machine '${name}' already`);
    const where = address ?? { host: `10.0.0.${this.machines.size + 1}`, port: 5050 };
    const machine = new Machine(this, name, where, boot);
    this.machines.set(name, machine);
    machine.boot();
    return machine;
  }

  /** Crashes a machine and forgets it: for processes that end for good. */
  remove(name: string): void {
    this.crash(name);
    this.machines.delete(name);
  }

  /** @throws Error when there is none of that name */
  machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`there is no machine '${name}'`);
    return machine;
  }

  has(name: string): boolean {
    return this.machines.has(name);
  }

  get all(): readonly Machine[] {
    return [...this.machines.values()];
  }

  /** @param options `powerCut`: nobody is told, and what the disk had not synced may be lost or torn */
  crash(name: string, options: { readonly powerCut?: boolean } = {}): void {
    this.machine(name).crash(options.powerCut ?? false);
  }

  /** Starts a node on a machine that is down. @param boot instead of what it was started with */
  restart(name: string, boot?: Boot): void {
    const machine = this.machine(name);
    if (boot !== undefined) machine.bootWith(boot);
    machine.boot();
  }

  /** The node stands still: nothing comes in, nothing runs, until `resume`. */
  pause(name: string): void {
    this.machine(name).pause();
  }

  resume(name: string): void {
    this.machine(name).resume();
  }

  /** A node at this address. Rather use `start`, which can crash and restart it. */
  node(address: Address, options: Partial<NodeOptions> = {}, life?: Life): WatchedNode {
    const gate = life?.gate;
    const transport = this.network.transport(address, gate?.pass);
    const ports: Ports = life === undefined ? this.ports : { ...this.ports, clock: life.clock };
    const node = new WatchedNode(
      {
        address,
        transport,
        ports,
        turns: this.turnsOf(gate),
        log: this.logOf(address, ports),
        ...(this.codec && { codec: this.codec }),
        ...options,
      },
      {
        delivery: (delivery) => this.delivered(delivery),
        sent: (message) => {
          for (const observer of this.sendObservers) observer(message);
        },
        handling: (handling) => this.handling(handling),
        exited: (watcher, pid, reason) => this.note(() => `${watcher} hears: ${pid} is gone, ${reason}`),
      },
    );
    this.network.listen(address, (bind) => node.acceptor.accept(bind), gate?.pass);
    return node;
  }

  // ---- paths ----------------------------------------------------------------------------------------------------

  /** What one machine sends to another waits until `heal`; the other direction is untouched. */
  cut(from: string, to: string): void {
    this.note(`cut ${from} → ${to}`);
    this.network.cut(this.machine(from).address, this.machine(to).address);
  }

  heal(from: string, to: string): void {
    this.note(`heal ${from} → ${to}`);
    this.network.heal(this.machine(from).address, this.machine(to).address);
  }

  /** Frames from one machine to another take so many milliseconds longer; 0 ends that. */
  delay(from: string, to: string, ms: number): void {
    this.note(`delay ${from} → ${to} by ${ms} ms`);
    this.network.delay(this.machine(from).address, this.machine(to).address, ms);
  }

  /** Resets the connections between two machines. @param options `oneSided`: `b` does not notice */
  break(a: string, b: string, options: { readonly oneSided?: boolean } = {}): void {
    this.note(`break ${a} – ${b}${options.oneSided === true ? ' at one side' : ''}`);
    this.network.break(this.machine(a).address, this.machine(b).address, options);
  }

  /** Another connection between two machines, which each believes the other has opened. */
  duplicate(a: string, b: string): void {
    this.note(`duplicate connection ${a} – ${b}`);
    this.network.duplicate(this.machine(a).address, this.machine(b).address);
  }

  /** Resets the connection between two machines that is there longest: traffic moves to another one, if there is one. */
  breakOldest(a: string, b: string): void {
    this.note(`break the oldest connection ${a} – ${b}`);
    this.network.breakOldest(this.machine(a).address, this.machine(b).address);
  }

  // ---- messages -------------------------------------------------------------------------------------------------

  /** The next messages of that kind (default: one) are lost on their way into the mailbox. */
  drop(filter: MessageFilter, times = 1): Dropping {
    return this.taps.drop(filter, times);
  }

  /**
   * Lets time pass until such a message reaches its mailbox.
   * @throws Error when none does within `maxMs`
   */
  await(filter: MessageFilter, maxMs = 60_000): Delivery {
    const tap = this.taps.listen(filter);
    try {
      this.until(() => tap.caught !== undefined, maxMs, `a message ${describeFilter(filter)}`);
    } finally {
      tap.stop();
    }
    return tap.caught as Delivery;
  }

  // ---- time -----------------------------------------------------------------------------------------------------

  /** Runs what is ready to run, until nothing is; time stands still. */
  settle(): void {
    for (let left = TURNS_MAX; this.turns.length > 0; left--) {
      if (left === 0) throw new Error(`nodes keep each other busy: ${TURNS_MAX} turns at one instant`);
      this.turn();
    }
  }

  /** Settles, then lets time pass, settling after each timer. */
  advance(ms: number): void {
    this.settle();
    this.ports.clock.advance(ms, this.afterTimer);
  }

  /**
   * Lets time pass until the condition holds; it is looked at whenever nothing is left to do at an instant.
   * @throws Error when it does not within `maxMs`
   */
  until(condition: () => boolean, maxMs = 60_000, what = 'the condition'): void {
    const { clock } = this.ports;
    const deadline = clock.monotonic() + maxMs;
    for (this.settle(); !condition(); ) {
      const next = clock.nextInMs;
      if (next === undefined || clock.monotonic() + next > deadline)
        throw new Error(`waited ${maxMs} simulated ms in vain for ${what}`);
      clock.advance(next, this.afterTimer);
    }
  }

  /** Runs `run` so many milliseconds from now, outside of all nodes. */
  at(delayMs: number, run: () => void): void {
    this.ports.clock.setTimer(delayMs, run);
  }

  get elapsedMs(): number {
    return this.ports.clock.monotonic();
  }

  // ---- what must hold -------------------------------------------------------------------------------------------

  /**
   * Something that must hold after every step.
   * @param check says what is wrong, in one line; undefined when all is well
   */
  invariant(name: string, check: () => string | undefined): void {
    this.invariants.add(name, check);
  }

  /** Shows every message that reaches a mailbox. */
  observe(observer: (delivery: Delivery) => void): void {
    this.observers.push(observer);
  }

  /** Shows every message that a process sends, at that very moment; what becomes of it is another matter. */
  observeSending(observer: (message: Delivery) => void): void {
    this.sendObservers.push(observer);
  }

  /** Shows every message just before it is handled, and calls what the observer returns right after that. */
  observeHandling(observer: HandlingObserver): void {
    this.handlingObservers.push(observer);
  }

  /** Adds a line to the transcript. */
  note(line: string | (() => string)): void {
    this.transcript.add(this.elapsedMs, line);
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private readonly afterTimer = (): void => {
    this.check();
    this.settle();
  };

  private turn(): void {
    const at = this.shuffle ? Math.floor(this.chance.next() * this.turns.length) : 0;
    const [turn] = this.turns.splice(at, 1);
    if (turn === undefined) return;
    if (turn.gate === undefined) turn.run();
    else turn.gate.pass(turn.run);
    this.check();
  }

  private check(): void {
    this.steps++;
    const broken = this.invariants.check();
    if (broken === undefined) return;
    this.note(`BROKEN ${broken.name}: ${broken.problem}`);
    throw new InvariantBroken(broken.name, broken.problem, this.elapsedMs);
  }

  private turnsOf(gate: NodeGate | undefined): Turns {
    const add = (run: () => void): void => void this.turns.push({ gate, run });
    if (!this.shuffle) return { soon: add, later: add };
    const pick = (n: number): number => Math.floor(this.chance.next() * n);
    return {
      soon: add,
      later: add,
      order: { pick, events: () => EVENTS_A_VISIT[pick(EVENTS_A_VISIT.length)] ?? 1 },
    };
  }

  private delivered(delivery: Delivery): boolean {
    const lost = this.taps.pass(delivery);
    const { from, to, name, body } = delivery;
    const how = lost ? ' (lost)' : '';
    this.note(() => `${from?.text ?? 'nobody'} → ${to}  ${name} ${bodyText(body)}${how}`);
    if (lost) return false;
    this.messages++;
    for (const observer of this.observers) observer(delivery);
    return true;
  }

  private handling(handling: Delivery): () => void {
    const after = this.handlingObservers.map((observer) => observer(handling));
    return () => {
      for (const each of after) each?.();
    };
  }

  private logOf(address: Address, { clock }: Ports): Logger {
    const at = addressText(address);
    const write = (record: { level: string; component: string; message: string; fields: object }): void => {
      const { level, component, message, fields } = record;
      this.note(() => `${at} ${level} ${component}: ${message} ${bodyText(fields)}`);
    };
    return createLogger({ clock, sink: { write, flush: () => {} }, level: 'warn' });
  }
}

/** Handlers that threw on a node that lives. */
export function handlersThrew(simulation: Simulation): string | undefined {
  for (const machine of simulation.all) {
    const node: Node | undefined = machine.running?.node;
    if (node !== undefined && node.handlerErrors > 0) return `${machine.name}: ${node.handlerErrors} threw`;
  }
  return undefined;
}
