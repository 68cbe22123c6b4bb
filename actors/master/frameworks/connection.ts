/**
 * The way to a scheduler. The master speaks in events of the v1 scheduler API; a connection says them in the language of
 * its scheduler: v1 events over an HTTP stream, or Mesos' internal messages to the PID of a driver.
 */
import {
  type MessageTypes,
  type SchedulerEvent,
  type SchedulerEventFailure,
  type SchedulerEventSubscribed,
  SchedulerEventType,
  type TaskStatus,
} from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';

/** What a driver's callback shall be: a new scheduler is registered, a known one re-registered. */
export type Welcome = 'registered' | 'reregistered';

export interface FrameworkConnection {
  /** Address of the scheduler's driver; undefined for one over HTTP. */
  readonly pid: Pid | undefined;
  welcome(subscribed: SchedulerEventSubscribed, how: Welcome): void;
  send(event: SchedulerEvent): void;
  /** The framework was removed, or is at another connection now: nothing more is sent. */
  close(): void;
}

export interface PidConnectionPorts {
  send<K extends keyof MessageTypes & string>(to: Pid, name: K, body: MessageTypes[K]): void;
  /** Where acknowledgements of an agent's update would go: libprocess' `slave(1)@ip:port`. */
  agentUpid(agentId: string): string | undefined;
}

/** A scheduler driver at a PID. */
export class PidConnection implements FrameworkConnection {
  readonly pid: Pid;
  private readonly frameworkId: string;
  private readonly ports: PidConnectionPorts;

  constructor(pid: Pid, frameworkId: string, ports: PidConnectionPorts) {
    this.pid = pid;
    this.frameworkId = frameworkId;
    this.ports = ports;
  }

  welcome({ framework_id, master_info }: SchedulerEventSubscribed, how: Welcome): void {
    if (master_info === undefined) return;
    const name =
      how === 'registered'
        ? 'mesos.internal.FrameworkRegisteredMessage'
        : 'mesos.internal.FrameworkReregisteredMessage';
    this.ports.send(this.pid, name, { framework_id, master_info });
  }

  /** SUBSCRIBED is `welcome`'s; operation updates and heartbeats are not for drivers. */
  send(event: SchedulerEvent): void {
    const { offers, rescind, update, message, failure, error, inverse_offers, rescind_inverse_offer } = event;
    if (event.type === SchedulerEventType.UPDATE && update !== undefined) this.sendUpdate(update.status);
    else if (offers !== undefined) this.sendOffers(offers.offers ?? []);
    else if (rescind !== undefined) {
      this.ports.send(this.pid, 'mesos.internal.RescindResourceOfferMessage', rescind);
    } else if (message !== undefined) {
      const { agent_id, executor_id, data } = message;
      this.ports.send(this.pid, 'mesos.internal.ExecutorToFrameworkMessage', {
        slave_id: agent_id,
        framework_id: { value: this.frameworkId },
        executor_id,
        data,
      });
    } else if (inverse_offers !== undefined) {
      const named = inverse_offers.inverse_offers ?? [];
      this.ports.send(this.pid, 'mesos.internal.InverseOffersMessage', {
        inverse_offers: named,
        pids: named.map((offer) => this.ports.agentUpid(offer.agent_id?.value ?? '') ?? ''),
      });
    } else if (rescind_inverse_offer !== undefined) {
      this.ports.send(this.pid, 'mesos.internal.RescindInverseOfferMessage', rescind_inverse_offer);
    } else if (failure !== undefined) this.sendFailure(failure);
    else if (error !== undefined) this.ports.send(this.pid, 'mesos.internal.FrameworkErrorMessage', error);
  }

  /** There is nothing to close: PIDs are only addresses. */
  close(): void {}

  private sendUpdate(status: TaskStatus): void {
    const pid = status.uuid === undefined ? undefined : this.ports.agentUpid(status.agent_id?.value ?? '');
    this.ports.send(this.pid, 'mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: { value: this.frameworkId },
        executor_id: status.executor_id,
        slave_id: status.agent_id,
        status,
        timestamp: status.timestamp ?? 0,
        uuid: status.uuid,
      },
      pid,
    });
  }

  private sendOffers(offers: NonNullable<NonNullable<SchedulerEvent['offers']>['offers']>): void {
    this.ports.send(this.pid, 'mesos.internal.ResourceOffersMessage', {
      offers,
      pids: offers.map((offer) => this.ports.agentUpid(offer.agent_id.value) ?? ''),
    });
  }

  private sendFailure({ agent_id, executor_id, status }: SchedulerEventFailure): void {
    if (agent_id === undefined) return;
    if (executor_id === undefined) {
      this.ports.send(this.pid, 'mesos.internal.LostSlaveMessage', { slave_id: agent_id });
      return;
    }
    this.ports.send(this.pid, 'mesos.internal.ExitedExecutorMessage', {
      slave_id: agent_id,
      framework_id: { value: this.frameworkId },
      executor_id,
      status: status ?? -1,
    });
  }
}
