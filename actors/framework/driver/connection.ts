/** The seam between the scheduler driver and the wire it speaks to the master over. */

import type { MessageTypes, SchedulerCall, SchedulerEvent } from '../../../proto/index.ts';
import type { Address, Pid, Process, Timer } from '../../../runtime/index.ts';

/** A way to the master. Its answers come as `ConnectionEvents`. */
export interface SchedulerConnection {
  /** Begins to reach the master at that address; an earlier attempt is given up. */
  open(master: Address): void;
  /** Sends a call. Lost without a word when there is no connection. */
  call(call: SchedulerCall): void;
  /** Lets go of the master. No event follows. */
  close(): void;
}

/** What a connection tells, always as an event of the driver's process. */
export interface ConnectionEvents {
  /** The master can be sent calls; the first is to be SUBSCRIBE. */
  connected(): void;
  /** The connection, or the attempt, failed; `why` is a few words for the log. */
  disconnected(why: string): void;
  event(event: SchedulerEvent): void;
}

/** What a connection may use of the process that it serves. */
export interface ConnectionHost {
  readonly self: Pid;
  install<K extends keyof MessageTypes & string>(
    name: K,
    handler: (body: MessageTypes[K], from: Pid | undefined) => void,
  ): void;
  send<K extends keyof MessageTypes & string>(to: Pid, name: K, body: MessageTypes[K]): void;
  link(pid: Pid): void;
  unlink(pid: Pid): void;
  /** Hands on the `exited` of the process. */
  onExited(listener: (...args: Parameters<Process['exited']>) => void): void;
  delay(delayMs: number, run: () => void): Timer;
}

/** Makes a connection for a process that is being initialized. */
export type Connect = (host: ConnectionHost, events: ConnectionEvents) => SchedulerConnection;
