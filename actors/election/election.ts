/** The seam between those who take turns, masters or Marathons, and who decides which of them leads. */
import type { MasterInfo } from '../../proto/index.ts';
import type { Inspectable, Timer } from '../../runtime/index.ts';
import type { Logger } from '../../runtime/logging/index.ts';

/** What an election uses of the candidate's actor. */
export interface ElectionHost {
  readonly log: Logger;
  delay(delayMs: number, run: () => void): Timer;
  defer<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void;
}

/** What an election tells, always as an event of the candidate's actor. */
export interface ElectionEvents {
  /** The candidacy won. Told once. */
  elected(): void;
  /** Leadership is over: the candidate must not act as a leader any more. */
  lost(reason: string): void;
  /** Who leads now, as far as is known: maybe this candidate itself; undefined when nobody does. */
  leader(info: MasterInfo | undefined): void;
}

export interface Election {
  /** Takes part from now on. @param info of the candidate; of one that is no master too: id and address count */
  contend(info: MasterInfo, host: ElectionHost, events: ElectionEvents): void;
  /**
   * Whether this candidate leads at this very moment. It is asked before anything is done as a leader: a program that stood still
   * for a while is not the leader any more, though nobody could tell it yet.
   */
  readonly holds: boolean;
  /** Charts to be shown, once it takes part. */
  readonly charts: readonly Inspectable[];
  /** Lets another candidate lead, at once where that can be. `done` is called soon in any case. */
  withdraw(done: () => void): void;
}

/** The election of one that is alone: it wins at once, for good. */
export function soleElection(): Election {
  return {
    contend: (info, _host, events) => {
      events.leader(info);
      events.elected();
    },
    holds: true,
    charts: [],
    withdraw: (done) => done(),
  };
}
