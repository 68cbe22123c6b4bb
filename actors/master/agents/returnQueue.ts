/**
 * Agents that want to come back, in the order they first asked. One that asks again while it waits, because the answer takes its
 * time, keeps its place, and what it said last counts, and is all that is read: otherwise a master that is busy would have the more to
 * do the later it answers.
 */
import type { ReregisterSlaveMessage } from '../../../proto/index.ts';
import type { Pid, Sealed } from '../../../runtime/index.ts';

interface Waiting {
  readonly message: Sealed<ReregisterSlaveMessage>;
  readonly from: Pid;
}

export class ReturnQueue {
  private readonly turns: { defer(run: () => void): () => void };
  private readonly take: (message: ReregisterSlaveMessage, from: Pid) => void;
  /** By PID. */
  private readonly waiting = new Map<string, Waiting>();
  private awaited = false;

  /**
   * @param turns makes an event of the master's own: messages that came before it are handled first
   * @param take takes up one agent's message
   */
  constructor(
    turns: { defer(run: () => void): () => void },
    take: (message: ReregisterSlaveMessage, from: Pid) => void,
  ) {
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

  /** One agent an event: other messages, and I/O, come in between. */
  private next(): void {
    this.awaited = false;
    const [first] = this.waiting.values();
    if (first === undefined) return;
    this.waiting.delete(first.from.text);
    this.await();
    const message = first.message.open();
    if (message !== undefined) this.take(message, first.from);
  }
}
