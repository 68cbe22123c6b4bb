/**
 * The connection of a driver that speaks Mesos' own wire: calls go as `mesos.scheduler.Call` to the process `master`, events
 * come as the messages that a master sends to a scheduler's PID. A link to the master tells when it is gone.
 */

import type { MessageTypes, SchedulerCall, SchedulerEvent, TaskStatus } from '../../../proto/index.ts';
import { SchedulerCallType, SchedulerEventType } from '../../../proto/index.ts';
import type { Address, ExitReason } from '../../../runtime/index.ts';
import { Pid } from '../../../runtime/index.ts';
import type { ConnectionEvents, ConnectionHost, SchedulerConnection } from './connection.ts';

/** The master's process on every node that has one. */
export const MASTER_ID = 'master';

const WHY: Readonly<Record<ExitReason, string>> = {
  ended: 'it ended',
  failed: 'it failed too often',
  'never-existed': 'there is no master at this address',
  'node-gone': 'the connection broke',
  unreachable: 'nothing answers at this address',
};

type Incoming = {
  [K in keyof MessageTypes & string]?: (body: MessageTypes[K]) => SchedulerEvent;
};

/** What each message of the master says, as an event of the v1 API. */
const EVENTS = {
  'mesos.internal.FrameworkRegisteredMessage': ({ framework_id, master_info }) => ({
    type: SchedulerEventType.SUBSCRIBED,
    subscribed: { framework_id, master_info },
  }),
  'mesos.internal.FrameworkReregisteredMessage': ({ framework_id, master_info }) => ({
    type: SchedulerEventType.SUBSCRIBED,
    subscribed: { framework_id, master_info },
  }),
  'mesos.internal.ResourceOffersMessage': ({ offers }) => ({
    type: SchedulerEventType.OFFERS,
    offers: { offers },
  }),
  'mesos.internal.RescindResourceOfferMessage': ({ offer_id }) => ({
    type: SchedulerEventType.RESCIND,
    rescind: { offer_id },
  }),
  'mesos.internal.InverseOffersMessage': ({ inverse_offers }) => ({
    type: SchedulerEventType.INVERSE_OFFERS,
    inverse_offers: { inverse_offers },
  }),
  'mesos.internal.RescindInverseOfferMessage': ({ inverse_offer_id }) => ({
    type: SchedulerEventType.RESCIND_INVERSE_OFFER,
    rescind_inverse_offer: { inverse_offer_id },
  }),
  'mesos.internal.StatusUpdateMessage': (message) => ({
    type: SchedulerEventType.UPDATE,
    update: { status: statusOf(message) },
  }),
  'mesos.internal.ExecutorToFrameworkMessage': ({ slave_id, executor_id, data }) => ({
    type: SchedulerEventType.MESSAGE,
    message: { agent_id: slave_id, executor_id, data },
  }),
  'mesos.internal.ExitedExecutorMessage': ({ slave_id, executor_id, status }) => ({
    type: SchedulerEventType.FAILURE,
    failure: { agent_id: slave_id, executor_id, status },
  }),
  'mesos.internal.LostSlaveMessage': ({ slave_id }) => ({
    type: SchedulerEventType.FAILURE,
    failure: { agent_id: slave_id },
  }),
  'mesos.internal.FrameworkErrorMessage': ({ message }) => ({
    type: SchedulerEventType.ERROR,
    error: { message },
  }),
} satisfies Incoming;

/** Makes the connection of the process behind `host`. */
export function pidConnection(host: ConnectionHost, events: ConnectionEvents): SchedulerConnection {
  return new PidConnection(host, events);
}

class PidConnection implements SchedulerConnection {
  readonly #host: ConnectionHost;
  readonly #events: ConnectionEvents;
  #master: Pid | undefined;
  #subscribedOnce = false;

  constructor(host: ConnectionHost, events: ConnectionEvents) {
    this.#host = host;
    this.#events = events;
    for (const name of Object.keys(EVENTS) as (keyof typeof EVENTS)[]) this.#install(name);
    host.onExited((pid, reason) => this.#exited(pid, reason));
  }

  open(master: Address): void {
    this.close();
    this.#master = new Pid(MASTER_ID, master.host, master.port);
    this.#host.link(this.#master);
    this.#events.connected();
  }

  call(call: SchedulerCall): void {
    if (this.#master === undefined) return;
    this.#host.send(this.#master, 'mesos.scheduler.Call', this.#forced(call));
  }

  close(): void {
    if (this.#master !== undefined) this.#host.unlink(this.#master);
    this.#master = undefined;
  }

  /**
   * A driver that begins with an id takes the framework over from another PID, which only this wire has a word for; one that
   * merely comes back must not take it from a younger instance.
   */
  #forced(call: SchedulerCall): SchedulerCall {
    const { subscribe } = call;
    if (call.type !== SchedulerCallType.SUBSCRIBE || subscribe === undefined) return call;
    const force = !this.#subscribedOnce && subscribe.framework_info.id !== undefined;
    const forced: typeof subscribe & { readonly force: boolean } = { ...subscribe, force };
    return { ...call, subscribe: forced };
  }

  #install<K extends keyof typeof EVENTS>(name: K): void {
    const toEvent: (body: MessageTypes[K]) => SchedulerEvent = EVENTS[name] as (
      body: MessageTypes[K],
    ) => SchedulerEvent;
    this.#host.install(name, (body, from) => {
      if (!this.#trusts(name, from)) return;
      const event = toEvent(body);
      if (event.type === SchedulerEventType.SUBSCRIBED) this.#subscribedOnce = true;
      this.#events.event(event);
    });
  }

  /** Framework messages may come from anybody, as agents send them too; all else is the present master's to say. */
  #trusts(name: string, from: Pid | undefined): boolean {
    return name === 'mesos.internal.ExecutorToFrameworkMessage' || from?.equals(this.#master) === true;
  }

  #exited(pid: Pid, reason: ExitReason): void {
    if (!pid.equals(this.#master)) return;
    this.#master = undefined;
    this.#events.disconnected(WHY[reason]);
  }
}

/**
 * The status in an update. Its uuid is the update's; updates without one, and those made by the master (which have no
 * `pid`), are not to be acknowledged.
 */
function statusOf({ update, pid }: MessageTypes['mesos.internal.StatusUpdateMessage']): TaskStatus {
  const { status, slave_id, executor_id } = update;
  const uuid = pid === undefined || pid === '' || update.uuid?.length === 0 ? undefined : update.uuid;
  if (status.agent_id !== undefined && status.timestamp !== undefined && status.uuid === uuid) return status;
  const { uuid: _none, ...rest } = status;
  return {
    ...rest,
    ...(status.agent_id === undefined && slave_id !== undefined ? { agent_id: slave_id } : {}),
    ...(status.executor_id === undefined && executor_id !== undefined ? { executor_id } : {}),
    timestamp: status.timestamp ?? update.timestamp,
    ...(uuid === undefined ? {} : { uuid }),
  };
}
