import type { HttpReply } from './http/reply.ts';
import type { HttpHandler, HttpRequest } from './http/request.ts';
import type { Pid } from './pid.ts';
import type { ExitReason, Process } from './process.ts';
import { QueueTimes } from './queueTimes.ts';
import type { Supervised } from './supervision.ts';
import type { Span } from './tracing/span.ts';

/** What can wait in a mailbox. One FIFO for all kinds, as in libprocess; an injected terminate and the question
 * whether the process lives go to the front. */
export type ProcessEvent = PlainEvent | TracedEvent;

export type PlainEvent =
  | {
      readonly kind: 'message';
      readonly name: string;
      readonly body: unknown;
      readonly from: Pid | undefined;
    }
  | { readonly kind: 'dispatch'; readonly run: () => void }
  | {
      readonly kind: 'http';
      readonly handler: HttpHandler;
      readonly request: HttpRequest;
      readonly reply: HttpReply;
    }
  | { readonly kind: 'exited'; readonly pid: Pid; readonly reason: ExitReason }
  | { readonly kind: 'terminate' };

/** An event that belongs to a trace: around it instead of in it, so that those that belong to none are no larger. */
export interface TracedEvent {
  readonly kind: 'traced';
  readonly span: Span;
  readonly event: PlainEvent;
}

export function plainOf(event: ProcessEvent): PlainEvent {
  return event.kind === 'traced' ? event.event : event;
}

export type MailboxState =
  /** spawned, `initialize()` not yet run */
  | 'bottom'
  /** nothing to do */
  | 'blocked'
  /** in the run queue or running */
  | 'ready'
  /** `finalize()` ran or runs; nothing more is handled */
  | 'terminated';

const NOTHING: readonly ProcessEvent[] = [];

/** Stands where an event was that was taken: a large message goes when it was handled, not when its burst is over. */
const TAKEN: ProcessEvent = { kind: 'terminate' };

/** A process' queue of events and its place in the run queue. */
export class Mailbox {
  readonly pid: Pid;
  /** The instance that handles the events; a supervised one is replaced when it fails. */
  process: Process;
  supervised: Supervised | undefined;
  state: MailboxState = 'bottom';
  /** Whether it stands in the run queue. */
  queued = false;
  /** HTTP requests among the waiting events. */
  httpWaiting = 0;
  /** Time in queue of sampled events; undefined before the first sample. */
  waits: QueueTimes | undefined;
  private events: ProcessEvent[] = [];
  private head = 0;

  constructor(pid: Pid, process: Process) {
    this.pid = pid;
    this.process = process;
  }

  get length(): number {
    return this.events.length - this.head;
  }

  push(event: ProcessEvent): void {
    this.events.push(event);
  }

  /** @param first before all that waits */
  put(event: ProcessEvent, first: boolean): void {
    if (first) this.pushFront(event);
    else this.events.push(event);
  }

  pushFront(event: ProcessEvent): void {
    if (this.head > 0) this.events[--this.head] = event;
    else this.events.unshift(event);
  }

  shift(): ProcessEvent | undefined {
    const event = this.events[this.head];
    if (event === undefined) return undefined;
    this.events[this.head] = TAKEN;
    this.head++;
    if (this.head === this.events.length) {
      // A burst should not pin its peak memory: a long array is let go, a short one is used again.
      if (this.head > 1024) this.events = [];
      else this.events.length = 0;
      this.head = 0;
    } else if (this.head >= 65_536 && 2 * this.head > this.events.length) {
      this.events = this.events.slice(this.head);
      this.head = 0;
    }
    return event;
  }

  /** Begins to measure how long the newest waiting event waits, unless one is measured. */
  sample(nowMs: number): void {
    this.waits ??= new QueueTimes();
    this.waits.begin(nowMs, this.length);
  }

  /** The waiting events, oldest first (for `/__processes__`). */
  waiting(limit: number): ProcessEvent[] {
    return this.events.slice(this.head, this.head + limit);
  }

  clear(): readonly ProcessEvent[] {
    if (this.head === this.events.length) return NOTHING;
    const left = this.events.slice(this.head);
    this.events = [];
    this.head = 0;
    this.httpWaiting = 0;
    this.waits?.forget();
    return left;
  }
}
