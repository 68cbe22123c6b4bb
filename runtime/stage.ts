/** Where processes run: their events one after the other, what they throw contained, failed ones replaced or ended. */
import { runEvent } from './events.ts';
import { type Mailbox, type ProcessEvent, plainOf } from './mailbox.ts';
import type { Node } from './node.ts';
import type { ExitReason, Process } from './process.ts';

export class Stage {
  private readonly node: Node;
  private readonly onHandled: (mailbox: Mailbox, event: ProcessEvent, count: number) => boolean;

  /** @param onHandled told of each event, the so-many-th of its visit; true ends the visit */
  constructor(node: Node, onHandled: (mailbox: Mailbox, event: ProcessEvent, count: number) => boolean) {
    this.node = node;
    this.onHandled = onHandled;
  }

  /** Handles up to `eventsMax` events. @returns how many it did */
  visit(mailbox: Mailbox, eventsMax: number): number {
    if (mailbox.state === 'bottom') {
      mailbox.state = 'ready';
      if (!this.contain(mailbox, 'initialize') && this.replaced(mailbox)) return 1;
    }
    let done = 0;
    while (done < eventsMax) {
      const event = mailbox.shift();
      if (event === undefined) break;
      done++;
      if (event.kind === 'terminate') {
        if (mailbox.supervised?.endsItself !== true || !this.replaced(mailbox)) this.end(mailbox, 'ended');
        return done;
      }
      try {
        runEvent(this.node, mailbox, event);
      } catch (error) {
        this.handlerThrew(mailbox, event, error);
        this.node.span = undefined;
        if (this.replaced(mailbox)) return done;
      }
      if (this.onHandled(mailbox, event, done)) return done;
    }
    return done;
  }

  /** A throwing handler costs its event, never the node. */
  private handlerThrew(mailbox: Mailbox, thrower: ProcessEvent, error: unknown): void {
    const event = plainOf(thrower);
    this.node.handlerErrors++;
    const what = event.kind === 'message' ? event.name : event.kind;
    this.node.loggerFor(mailbox.pid.id).error('a handler threw', { event: what, error: stackOf(error) });
    if (event.kind === 'http' && !event.reply.closed) event.reply.text(500, 'Internal error; see the log');
  }

  /** @returns whether nothing was thrown */
  private contain(mailbox: Mailbox, what: 'initialize' | 'finalize'): boolean {
    try {
      mailbox.process[what]();
      return true;
    } catch (error) {
      this.node.handlerErrors++;
      this.node.loggerFor(mailbox.pid.id).error(`${what} threw`, { error: stackOf(error) });
      return false;
    }
  }

  /** A process failed: another instance takes its place, or it is gone for good. @returns false when it is not supervised */
  private replaced(mailbox: Mailbox): boolean {
    const { supervised, process } = mailbox;
    if (supervised === undefined) return false;
    let next: Process | undefined;
    if (supervised.mayRestart(this.node.clock.monotonic())) {
      try {
        next = supervised.next(process);
      } catch (error) {
        this.node.loggerFor(mailbox.pid.id).error('no new instance', { error: stackOf(error) });
      }
    }
    if (next === undefined) this.end(mailbox, 'failed');
    else this.replace(mailbox, next);
    return true;
  }

  private replace(mailbox: Mailbox, next: Process): void {
    this.contain(mailbox, 'finalize');
    this.node.release(mailbox.pid);
    for (const event of mailbox.clear()) {
      const { kind } = plainOf(event);
      if (kind === 'message' || kind === 'terminate') mailbox.push(event);
      else this.abandon(mailbox, event);
    }
    next.attach(this.node, mailbox.pid);
    mailbox.process = next;
    mailbox.state = 'bottom';
    if (mailbox.supervised !== undefined) mailbox.supervised.endsItself = false;
    const restarts = mailbox.supervised?.restarts ?? 0;
    this.node.loggerFor(mailbox.pid.id).warn('restarted', { restarts });
    this.node.ready(mailbox);
  }

  private end(mailbox: Mailbox, reason: ExitReason): void {
    this.contain(mailbox, 'finalize');
    mailbox.state = 'terminated';
    for (const event of mailbox.clear()) this.abandon(mailbox, event);
    this.node.ended(mailbox, reason);
  }

  private abandon(mailbox: Mailbox, abandoned: ProcessEvent): void {
    const event = plainOf(abandoned);
    if (event.kind === 'message') {
      const letter = { to: mailbox.pid, name: event.name, from: event.from };
      this.node.deadLetters.count('terminated', letter);
    } else if (event.kind === 'http' && !event.reply.closed) {
      event.reply.text(500, `The process '${mailbox.pid.id}' ended before it answered`);
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
