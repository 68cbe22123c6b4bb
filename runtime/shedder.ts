import type { HttpReply } from './http/reply.ts';
import type { Limits } from './limits.ts';
import type { LoopLag } from './loop/lag.ts';
import type { Mailbox } from './mailbox.ts';
import type { Route } from './process.ts';

/** Turns HTTP requests away while there is too much to do: 503 with `Retry-After`, before anything is spent on them. */
export class Shedder {
  /** Requests turned away since the start. */
  count = 0;
  private readonly limits: Limits;
  private readonly lag: LoopLag;

  constructor(limits: Limits, lag: LoopLag) {
    this.limits = limits;
    this.lag = lag;
  }

  /** @returns whether the request was answered */
  turnsAway(to: Mailbox, route: Route, reply: HttpReply): boolean {
    const why = route.essential === true || route.liveness === true ? undefined : this.overload(to);
    if (why === undefined) return false;
    this.count++;
    reply.text(503, `${why}; try again later`, { 'Retry-After': '1' });
    return true;
  }

  private overload(to: Mailbox): string | undefined {
    if (to.httpWaiting >= this.limits.mailboxHttpMax) {
      return `'${to.pid.id}' has ${to.httpWaiting} requests waiting`;
    }
    const lateMs = this.lag.sustainedMs;
    return lateMs > this.limits.lagMaxMs ? `The node is ${Math.round(lateMs)} ms late` : undefined;
  }
}
