/**
 * Agents that want to come back, in the order they first asked. One that asks again while it waits, because the answer takes its
 * time, keeps its place, and what it said last counts, and is all that is read: otherwise a master that is busy would have the more to
 * do the later it answers.
 */
import type { ReregisterSlaveMessage } from '../../../proto/index.ts';
import type { Pid, Sealed } from '../../../runtime/index.ts';

/** Agents that are taken up together: what follows for all of them (a run of the allocator) is done once. */
const AGENTS_AN_EVENT = 16;

interface Turns {
  readonly node: { readonly pauses: { during(what: string): void } };
  defer(run: () => void): () => void;
}

interface Waiting {
  readonly message: Sealed<ReregisterSlaveMessage>;
  readonly from: Pid;
}

export class ReturnQueue {
  private readonly turns: Turns;
  private readonly take: (message: ReregisterSlaveMessage, from: Pid) => void;
  /** By PID. */
  private readonly waiting = new Map<string, Waiting>();
  private awaited = false;

  /**
   * @param turns makes an event of the master's own: messages that came before it are handled first
   * @param take takes up one agent's message
   */
  constructor(turns: Turns, take: (message: ReregisterSlaveMessage, from: Pid) => void) {
    this.turns = turns;
    this.take = take;
  }

  add(message: Sealed<ReregisterSlaveMessage>, from: Pid): void {
    this.waiting.set(from.text, { message, from });
    this.await();
  }

  /** The agent does not want to come back any more. */
  forget(from: Pid): void {
    this.waiting.delete(from.text);
  }

  private await(): void {
    if (this.awaited || this.waiting.size === 0) return;
    this.awaited = true;
    this.turns.defer(() => this.next())();
  }

  /** A few agents an event: other messages, and I/O, come in between. */
  private next(): void {
    this.awaited = false;
    this.turns.node.pauses.during('agents that come back');
    let left = AGENTS_AN_EVENT;
    for (const { message, from } of this.waiting.values()) {
      if (left-- === 0) break;
      this.waiting.delete(from.text);
      this.takeUp(message, from);
    }
    this.await();
  }

  private takeUp(message: Sealed<ReregisterSlaveMessage>, from: Pid): void {
    const opened = message.open();
    if (opened !== undefined) this.take(opened, from);
  }
}
