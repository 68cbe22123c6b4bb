import type { FrameworkInfo, SchedulerCall, SchedulerEvent } from '../../../proto/index.ts';
import type { Address, Credential } from '../../../runtime/index.ts';
import {
  type AuthenticateeFlags,
  type AuthenticationHost,
  ClientAuthentication,
} from '../../authentication/index.ts';
import type { MasterDetector } from '../../detector/index.ts';
import type { Connect } from './connection.ts';
import type { Scheduler } from './scheduler.ts';

export interface DriverOptions {
  /** Name of the process: `scheduler-<uuid>`. */
  readonly id: string;
  /** Where the master is, or who finds it. */
  readonly master: Address | MasterDetector;
  /** With `id` set, the framework of that id is taken over. */
  readonly framework: FrameworkInfo;
  /** Makes the scheduler, when the process is initialized: it can use the process' timers at once. */
  readonly scheduler: () => Scheduler;
  /** Leave acknowledgements to the scheduler (`acknowledge`). */
  readonly explicitAcknowledgements?: boolean;
  /** The wire; default: Mesos' own, between PIDs. */
  readonly connect?: Connect;
  /** Whom to prove to be to the master, by CRAM-MD5; undefined: nobody. */
  readonly authentication?: DriverAuthentication | undefined;
  /** Sees what passes between scheduler and master. */
  readonly observer?: DriverObserver;
}

/** Told before the scheduler, or the master, is; must not throw. */
export interface DriverObserver {
  event(event: SchedulerEvent): void;
  call(call: SchedulerCall): void;
}

export interface DriverAuthentication extends AuthenticateeFlags {
  readonly credential: Credential;
}

/** Undefined for a driver that proves nothing. */
export function clientAuthentication(
  { authentication }: DriverOptions,
  host: AuthenticationHost,
): ClientAuthentication | undefined {
  if (authentication === undefined) return undefined;
  return new ClientAuthentication(host, authentication.credential, authentication);
}
