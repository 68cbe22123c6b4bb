import type { Round } from './loop/round.ts';
import type { Mailbox, ProcessEvent } from './mailbox.ts';
import type { Clock } from './ports.ts';

/** How the run queue asks the outside world for its next turn. */
export interface Turns {
  /** As soon as the caller returns, before any I/O. */
  soon(run: () => void): void;
  /** After I/O had its chance. */
  later(run: () => void): void;
  /** A say in who runs when; without it processes run in the order they became ready. */
  readonly order?: RunOrder;
}

/** Another order of ready processes than first come, first served: each is one that a machine might have taken, too. */
export interface RunOrder {
  /** Which of `ready` waiting processes goes next: 0 … ready − 1. */
  pick(ready: number): number;
  /** Events it may handle before another one has its turn, 1 or more. */
  events(): number;
}

export const realTurns: Turns = {
  soon: (run) => queueMicrotask(run),
  later: (run) => {
    setImmediate(run);
  },
};

/** Events one process may handle before the next one has its turn. */
const EVENTS_A_VISIT = 32;
/** A turn gives way to I/O after so many events … */
const EVENTS_A_TURN = 8192;
/**
 * … or so much time. A look at the clock costs as much as a message: it is looked at every so many events (or visits), within a visit
 * after four messages, eight and so on, and after each event of another kind, of which any may be long.
 */
const TURN_MS = 5;
const EVENTS_A_LOOK = 32;
const MESSAGES_UNSEEN = 4;
/** Of so many additions (a power of two, less one) to the queue, one begins a sample of the time in queue. */
const SAMPLE_MASK = 63;

/**
 * The processes that have something to do, in the order they became ready. A process runs on nobody's stack but this
 * queue's: sending never runs the receiver, so chains of sends of any length need no stack.
 */
export class RunQueue {
  private readonly turns: Turns;
  private readonly clock: Clock;
  private readonly round: Round;
  private readonly visit: (mailbox: Mailbox, eventsMax: number) => number;
  private readonly afterTurn: () => void;
  private ready: Mailbox[] = [];
  private head = 0;
  private adds = 0;
  private awaited = false;
  private running = false;
  /** When the clock was looked at last, and until when the present turn may go on. */
  private lookedMs = 0;
  private untilMs = 0;
  private isOver = false;
  private unseen = 0;
  private readonly turn = (): void => this.drain();
  private readonly order: RunOrder | undefined;

  /**
   * @param visit handles up to `eventsMax` events of a mailbox and returns how many it did
   * @param afterTurn runs when a turn ends: the moment to flush what was written meanwhile
   */
  constructor(
    turns: Turns,
    clock: Clock,
    round: Round,
    visit: (mailbox: Mailbox, eventsMax: number) => number,
    afterTurn: () => void,
  ) {
    this.turns = turns;
    this.order = turns.order;
    this.clock = clock;
    this.round = round;
    this.visit = visit;
    this.afterTurn = afterTurn;
  }

  get idle(): boolean {
    return this.head === this.ready.length && !this.running;
  }

  add(mailbox: Mailbox): void {
    if (mailbox.queued) return;
    mailbox.queued = true;
    this.ready.push(mailbox);
    // Time in queue is sampled: asking the clock for each event would cost as much as handling it.
    if ((++this.adds & SAMPLE_MASK) === 0) mailbox.sample(this.clock.monotonic());
    this.await();
  }

  /** Asks for a turn even when no process is ready, so that `afterTurn` runs. */
  await(): void {
    if (this.awaited || this.running) return;
    this.awaited = true;
    if (this.round.isSpent) this.turns.later(this.turn);
    else this.turns.soon(this.turn);
  }

  private drain(): void {
    this.awaited = false;
    this.running = true;
    const beganMs = this.clock.monotonic();
    this.lookedMs = beganMs;
    this.untilMs = beganMs + TURN_MS;
    this.isOver = false;
    this.unseen = 0;
    let left = EVENTS_A_TURN;
    for (let mailbox = this.next(); mailbox !== undefined; mailbox = this.next()) {
      mailbox.queued = false;
      const done = this.visit(mailbox, this.order?.events() ?? EVENTS_A_VISIT);
      left -= done;
      if (mailbox.waits?.measuring === true) mailbox.waits.handled(done, this.clock);
      if (mailbox.length > 0 && mailbox.state !== 'terminated') this.add(mailbox);
      if (left <= 0 || this.isOver) break;
      this.unseen += done + 1;
      if (this.unseen >= EVENTS_A_LOOK && this.look(mailbox, undefined)) break;
    }
    this.running = false;
    this.afterTurn();
    const endedMs = this.clock.monotonic();
    this.round.pauses.known(endedMs - this.lookedMs, 'sending what was said in a turn');
    this.round.spend(endedMs - beganMs);
    if (this.head < this.ready.length && !this.awaited) {
      this.awaited = true;
      this.turns.later(this.turn);
    }
  }

  /**
   * A mailbox has handled an event, the so-many-th of a visit.
   * @returns whether the turn has had its time
   */
  handled(mailbox: Mailbox, event: ProcessEvent, count: number): boolean {
    if (event.kind === 'message' && (count < MESSAGES_UNSEEN || (count & (count - 1)) !== 0)) return false;
    return this.look(mailbox, event);
  }

  /** Looks at the clock, the event being the last that was handled. @returns whether the turn has had its time */
  private look(mailbox: Mailbox, event: ProcessEvent | undefined): boolean {
    const nowMs = this.clock.monotonic();
    this.round.pauses.piece(nowMs - this.lookedMs, mailbox, event);
    this.lookedMs = nowMs;
    this.unseen = 0;
    this.isOver = nowMs >= this.untilMs;
    return this.isOver;
  }

  private next(): Mailbox | undefined {
    if (this.order !== undefined) this.draw(this.order);
    const mailbox = this.ready[this.head];
    if (mailbox === undefined) return undefined;
    this.head++;
    if (this.head === this.ready.length) {
      this.ready.length = 0;
      this.head = 0;
    } else if (this.head > 4096 && 2 * this.head > this.ready.length) {
      this.ready = this.ready.slice(this.head);
      this.head = 0;
    }
    return mailbox;
  }

  /** Puts the process that is to be next in front. */
  private draw(order: RunOrder): void {
    const { ready, head } = this;
    const first = ready[head];
    const at = head + (ready.length - head > 1 ? order.pick(ready.length - head) : 0);
    const drawn = ready[at];
    if (first === undefined || drawn === undefined) return;
    ready[head] = drawn;
    ready[at] = first;
  }
}
