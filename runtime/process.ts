/**
 * A process (actor): an address, a mailbox, handlers. The verbs are libprocess': install, send, reply, delegate, link,
 * exited, dispatch, defer, delay, route, terminate.
 *
 * A handler runs to its end before the next event of its process; it must not be `async`. What the outside world answers
 * (disk, network, timers) comes back through `defer`, that is, through the mailbox.
 */
import { NO_NAMES } from './handlers.ts';
import type { HttpHandler } from './http/request.ts';
import type { Logger } from './logging/index.ts';
import type { Node } from './node.ts';
import type { Pid } from './pid.ts';
import type { Clock, Ids, Random, Timer } from './ports.ts';
import { Sealed } from './sealed.ts';

/** Why a linked process is gone. */
export type ExitReason =
  /** it terminated */
  | 'ended'
  /** it was supervised, and threw too often */
  | 'failed'
  /** there was no such process when the link arrived */
  | 'never-existed'
  /** the link to its node broke, or its node is another incarnation now */
  | 'node-gone'
  /** its node could not be reached */
  | 'unreachable';

export type MessageHandler<T> = (body: T, from: Pid | undefined) => void;

/** Message bodies by message name; a process is typed by the messages it speaks. */
export type AnyMessages = Record<string, unknown>;

export interface RouteOptions {
  /** One line for `/help`. */
  readonly help?: string;
  /** Name of the authentication realm, when the route has one. */
  readonly realm?: string;
  /** Answered also by a node that sheds load: what an operator needs to see why. */
  readonly essential?: boolean;
  /**
   * Whether the process lives, asked by who ends it when no answer comes: goes before all that waits, and is never turned away. The
   * handler is short and has no effects, as its request may overtake others of the same client.
   */
  readonly liveness?: boolean;
  /** The node's delegate answers this very path though its first token is another process': `/metrics` of a framework. */
  readonly overrides?: boolean;
}

export interface Route extends RouteOptions {
  readonly path: string;
  readonly handler: HttpHandler;
}

/** What most processes have none of costs them nothing: one empty map for all, replaced by an own one at the first entry. */
const NONE: ReadonlyMap<string, never> = new Map<string, never>();

const NO_SLOTS: (MessageHandler<unknown> | number)[] = [];

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  if (map === NONE) return new Map([[key, value]]);
  (map as Map<string, V>).set(key, value);
  return map;
}

export interface LinkOptions {
  /**
   * Calls the other node anew and uses that connection from now on; the former one is closed without an exit, and whoever
   * was linked to that node stays so (libprocess' RECONNECT): for whoever knows that the former connection is dead.
   */
  readonly reconnect?: boolean;
}

export abstract class Process<M extends object = AnyMessages> {
  /** The name within the node; generated ones are made by `node.generateId('slave')` → `slave(1)`. */
  readonly id: string;
  private handlerNames = NO_NAMES;
  /** By `handlerNames`: a handler and, behind it, how many messages it has handled. */
  private handlerSlots: (MessageHandler<unknown> | number)[] = NO_SLOTS;
  /** Read by the node; not for anybody else. */
  delegates: ReadonlyMap<string, Pid> = NONE;
  routes: ReadonlyMap<string, Route> = NONE;
  private home: Node | undefined;
  private address: Pid | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Called once by the node at spawn. */
  attach(node: Node, self: Pid): void {
    this.home = node;
    this.address = self;
  }

  /** Runs first, before any event. Install handlers and routes here. */
  initialize(): void {}

  /** Runs last; nothing can be sent to this process any more. */
  finalize(): void {}

  /** A linked process is gone. The link is used up: link again to watch again. */
  exited(_pid: Pid, _reason: ExitReason): void {}

  /** A message nobody installed a handler for. The default counts it as a dead letter. */
  unhandled(name: string, _body: unknown, from: Pid | undefined): void {
    this.node.deadLetters.count('no-handler', { to: this.self, name, from });
  }

  /** What an operator may see of the state of this actor (for introspection). */
  describe(): Readonly<Record<string, unknown>> {
    return {};
  }

  /** @throws before the process was spawned */
  get self(): Pid {
    if (this.address === undefined) throw new Error(`process '${this.id}' is not spawned yet`);
    return this.address;
  }

  get node(): Node {
    if (this.home === undefined) throw new Error(`process '${this.id}' is not spawned yet`);
    return this.home;
  }

  protected get clock(): Clock {
    return this.node.clock;
  }

  protected get random(): Random {
    return this.node.random;
  }

  protected get ids(): Ids {
    return this.node.ids;
  }

  protected get log(): Logger {
    return this.node.loggerFor(this.id);
  }

  /** Handles messages of this name. Installing again replaces. */
  protected install<K extends keyof M & string>(name: K, handler: MessageHandler<M[K]>): void {
    const known = this.handlerNames.slotOf(name);
    const handle = handler as MessageHandler<unknown>;
    if (known !== undefined) this.handlerSlots = this.handlerSlots.with(known, handle).with(known + 1, 0);
    else {
      this.handlerNames = this.handlerNames.with(name);
      // A literal takes no more room than it needs.
      this.handlerSlots = this.handlerSlots.length === 0 ? [handle, 0] : [...this.handlerSlots, handle, 0];
    }
  }

  /** Handles messages of this name, whose bodies are read when the handler asks for them. Installing again replaces. */
  protected installSealed<K extends keyof M & string>(name: K, handler: MessageHandler<Sealed<M[K]>>): void {
    const opened = (body: unknown, from: Pid | undefined) => handler(Sealed.of(body) as Sealed<M[K]>, from);
    this.install(name, opened as MessageHandler<M[K]>);
    this.handlerNames = this.handlerNames.withSealed(name);
  }

  /** Whether the handler of that name wants bodies that nobody has read. */
  wantsSealed(name: string): boolean {
    return this.handlerNames.sealed.has(name);
  }

  handles(name: string): boolean {
    return this.handlerNames.slotOf(name) !== undefined;
  }

  /** Runs the handler of that name. Called by the node. @returns false when there is none */
  handle(name: string, body: unknown, from: Pid | undefined): boolean {
    const slot = this.handlerNames.slotOf(name);
    if (slot === undefined) return false;
    const slots = this.handlerSlots;
    const handler = slots[slot];
    const count = slots[slot + 1];
    if (typeof handler !== 'function' || typeof count !== 'number') return false;
    slots[slot + 1] = count + 1;
    handler(body, from);
    return true;
  }

  /** Messages handled so far, by name. */
  get handled(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Array.from(this.handlerNames.all, ([name, slot]) => [name, Number(this.handlerSlots[slot + 1])]),
    );
  }

  /** Messages of this name are passed on with their original sender. Handlers go before delegates. */
  protected delegate(name: keyof M & string, to: Pid): void {
    this.delegates = withEntry(this.delegates, name, to);
  }

  /** At most once, in order per receiver. An undefined address (libprocess' empty UPID) swallows the message. */
  protected send<K extends keyof M & string>(to: Pid | undefined, name: K, body: M[K]): void {
    if (to !== undefined) this.node.deliver(to, name, body, this.address);
  }

  /**
   * `exited` will be called once when that process or its node is gone. Of a process on a libprocess (another program than
   * ours) only its node's end is noticed, when the connection to it breaks.
   */
  protected link(pid: Pid, options: LinkOptions = {}): void {
    if (this.node.runs(this)) this.node.link(this.self, pid, options);
  }

  protected unlink(pid: Pid): void {
    if (this.node.runs(this)) this.node.unlink(this.self, pid);
  }

  /** Runs `run` as an event of this process. */
  protected dispatch(run: () => void): void {
    this.node.dispatchOwn(this, run);
  }

  /**
   * A callable that runs `handler` as an event of this process: for every continuation that touches its state. Made while
   * a traced message is handled, it goes on with that trace.
   */
  protected defer<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void {
    const span = this.home?.span;
    return (...args) => this.node.dispatchOwn(this, () => handler(...args), span);
  }

  /** Runs `run` as an event of this process, `delayMs` from now. What a timer starts belongs to no trace. */
  protected delay(delayMs: number, run: () => void): Timer {
    return this.clock.setTimer(delayMs, () => this.dispatch(run));
  }

  /**
   * Serves `/<id><path>` and everything below it (the longest route wins). `''` or `/` is the process' own root.
   */
  protected route(path: string, handler: HttpHandler, options: RouteOptions = {}): void {
    const key = path === '/' ? '' : path;
    this.routes = withEntry(this.routes, key, { ...options, path: key, handler });
  }

  /** Ends this process after the present handler. */
  terminate(): void {
    if (this.node.runs(this)) this.node.terminateItself(this.self, this);
  }
}
