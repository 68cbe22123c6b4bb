/** One watcher of messages: those of the processes and names it asked for, as JSON texts, so many a second. */
import type { MessageCodec } from '../codec.ts';
import type { Pid } from '../pid.ts';
import type { Clock } from '../ports.ts';
import { Budget, type WatchSink } from './budget.ts';
import { excerpt } from './excerpt.ts';
import type { MessageTap, TappedMessage } from './messageTap.ts';
import { namesLike } from './pattern.ts';

/** Messages told to one watcher a second, and at once. */
export const MESSAGES_A_SECOND_MAX = 200;
export const MESSAGES_AT_ONCE_MAX = 400;

export interface MessagePatterns {
  /** Of either end: the name of a process (`master`) or its PID. */
  readonly process: string;
  readonly name: string;
}

/** The node, as far as it is listened to. */
export interface MessageHost {
  readonly tap: MessageTap;
  readonly clock: Clock;
  readonly codec: MessageCodec;
}

export class MessageWatch {
  private readonly clock: Clock;
  private readonly codec: MessageCodec;
  private readonly sink: WatchSink;
  private readonly budget: Budget;
  private readonly isProcess: (name: string) => boolean;
  private readonly isName: (name: string) => boolean;
  private readonly unfollow: () => void;

  constructor({ tap, clock, codec }: MessageHost, { process, name }: MessagePatterns, sink: WatchSink) {
    this.clock = clock;
    this.codec = codec;
    this.sink = sink;
    this.budget = new Budget(clock, sink, {
      perSecond: MESSAGES_A_SECOND_MAX,
      atOnce: MESSAGES_AT_ONCE_MAX,
    });
    this.isProcess = namesLike(process);
    this.isName = namesLike(name);
    this.unfollow = tap.follow((message) => this.tell(message));
  }

  stop(): void {
    this.budget.stop();
    this.unfollow();
  }

  private tell({ from, to, name, body, traceId }: TappedMessage): void {
    if (!this.isName(name) || !(this.isAsked(to) || (from !== undefined && this.isAsked(from)))) return;
    if (!this.budget.take()) return;
    this.sink.send(
      JSON.stringify({
        type: '@mesostate.message',
        createdAt: String(Math.floor(this.clock.now())),
        from: from?.text,
        to: to.text,
        name,
        trace: traceId,
        body: this.shown(name, excerpt(body)),
      }),
    );
  }

  private shown(name: string, body: unknown): unknown {
    return this.codec.shown !== undefined && this.codec.knows(name) ? this.codec.shown(name, body) : body;
  }

  private isAsked({ id, text }: Pid): boolean {
    return this.isProcess(id) || this.isProcess(text);
  }
}
