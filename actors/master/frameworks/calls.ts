/** The calls of schedulers: who may make them, and which part answers (v1-scheduler-api.md §6). */

import { isUuid } from '../../../proto/ids.ts';
import {
  type DeactivateFrameworkMessage,
  enumName,
  type SchedulerCall,
  SchedulerCallType,
} from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { FrameworkRecord } from './record.ts';

export class SchedulerCalls {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** A call of a driver at a PID. */
  receive(call: SchedulerCall, from: Pid | undefined): void {
    const { authentication, frameworks, actor, subscriptions } = this.parts;
    if (from === undefined) {
      this.drop(call, from, 'it has no sender');
      return;
    }
    if (call.type === SchedulerCallType.SUBSCRIBE) {
      const { subscribe } = call;
      if (subscribe === undefined) this.drop(call, from, "it has no 'subscribe'");
      else authentication.after(from, () => subscriptions.subscribe(subscribe, from));
      return;
    }
    if (call.framework_id === undefined) {
      this.drop(call, from, "it has no 'framework_id'");
      return;
    }
    const framework = frameworks.find(call.framework_id.value);
    if (framework === undefined) {
      this.drop(call, from, 'there is no such framework');
      return;
    }
    if (!from.equals(framework.connection?.pid)) {
      this.drop(call, from, 'it is not from the framework’s scheduler');
      return;
    }
    if (!frameworks.isConnected(framework.id)) {
      actor.send(from, 'mesos.internal.FrameworkErrorMessage', { message: 'Framework disconnected' });
      return;
    }
    const problem = this.perform(framework, call);
    if (problem !== undefined) this.drop(call, from, problem);
  }

  /** A driver that aborts wants no more offers; its tasks go on, and so does the connection. */
  deactivate({ framework_id }: DeactivateFrameworkMessage, from: Pid | undefined): void {
    const { frameworks, metrics } = this.parts;
    metrics.messages.deactivate_framework.value++;
    const framework = frameworks.find(framework_id.value);
    if (from?.equals(framework?.connection?.pid) !== true) return;
    frameworks.chart.step(framework_id.value, { type: 'DEACTIVATED' });
  }

  /**
   * Performs a call of a framework that is connected.
   * @returns what is wrong with the call's form; undefined when it was taken
   */
  perform(framework: FrameworkRecord, call: SchedulerCall): string | undefined {
    this.parts.metrics.frameworks.callReceived(framework, call);
    switch (call.type) {
      case SchedulerCallType.ACCEPT:
      case SchedulerCallType.DECLINE:
      case SchedulerCallType.REVIVE:
      case SchedulerCallType.SUPPRESS:
      case SchedulerCallType.REQUEST:
        return this.performOffer(framework, call);
      case SchedulerCallType.KILL:
      case SchedulerCallType.ACKNOWLEDGE:
      case SchedulerCallType.RECONCILE:
        return this.performTask(framework, call);
      case SchedulerCallType.SHUTDOWN:
      case SchedulerCallType.MESSAGE:
        return this.performExecutor(framework, call);
      case SchedulerCallType.RECONCILE_OPERATIONS:
      case SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS:
      case SchedulerCallType.ACCEPT_INVERSE_OFFERS:
      case SchedulerCallType.DECLINE_INVERSE_OFFERS:
        return this.performOperation(framework, call);
      case SchedulerCallType.TEARDOWN:
        this.parts.metrics.messages.unregister_framework.value++;
        this.parts.removal.tearDown(framework);
        return undefined;
      case SchedulerCallType.UPDATE_FRAMEWORK:
        if (call.update_framework === undefined) return "it has no 'update_framework'";
        return this.parts.subscriptions.update(framework, call.update_framework)?.text;
      default:
        return 'calls of this type are not served';
    }
  }

  private performOffer(framework: FrameworkRecord, call: SchedulerCall): string | undefined {
    const { accepts, offers, metrics } = this.parts;
    const { accept, decline } = call;
    switch (call.type) {
      case SchedulerCallType.ACCEPT:
        if (accept === undefined) return "it has no 'accept'";
        accepts.accept(framework, accept);
        return undefined;
      case SchedulerCallType.DECLINE:
        if (decline === undefined) return "it has no 'decline'";
        offers.decline(framework, decline);
        return undefined;
      case SchedulerCallType.REVIVE:
        return this.revive(framework, call.revive?.roles ?? []);
      case SchedulerCallType.SUPPRESS:
        return this.suppress(framework, call.suppress?.roles ?? []);
      default:
        // REQUEST: the allocator offers what there is, whatever is asked for, as Mesos' own does.
        metrics.messages.resource_request.value++;
        return undefined;
    }
  }

  private performTask(framework: FrameworkRecord, call: SchedulerCall): string | undefined {
    const { kills, statusUpdates, reconciliation } = this.parts;
    const { kill, acknowledge, reconcile } = call;
    switch (call.type) {
      case SchedulerCallType.KILL:
        if (kill === undefined) return "it has no 'kill'";
        kills.kill(framework, kill);
        return undefined;
      case SchedulerCallType.ACKNOWLEDGE:
        if (acknowledge === undefined) return "it has no 'acknowledge'";
        if (!isUuid(acknowledge.uuid)) return "'acknowledge.uuid' is no UUID";
        statusUpdates.acknowledge(framework, acknowledge);
        return undefined;
      default:
        if (reconcile === undefined) return "it has no 'reconcile'";
        reconciliation.reconcile(framework, reconcile);
        return undefined;
    }
  }

  private performOperation(framework: FrameworkRecord, call: SchedulerCall): string | undefined {
    const { operationFeedback } = this.parts;
    const { reconcile_operations, acknowledge_operation_status: acknowledge } = call;
    switch (call.type) {
      case SchedulerCallType.RECONCILE_OPERATIONS:
        if (reconcile_operations === undefined) return "it has no 'reconcile_operations'";
        operationFeedback.reconcile(framework, reconcile_operations);
        return undefined;
      case SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS:
        if (acknowledge === undefined) return "it has no 'acknowledge_operation_status'";
        if (!isUuid(acknowledge.uuid)) return "'acknowledge_operation_status.uuid' is no UUID";
        return operationFeedback.acknowledge(framework, acknowledge);
      default:
        return this.performInverse(framework, call);
    }
  }

  private performInverse(framework: FrameworkRecord, call: SchedulerCall): string | undefined {
    const { inverseOffers } = this.parts;
    const { accept_inverse_offers, decline_inverse_offers } = call;
    if (call.type === SchedulerCallType.ACCEPT_INVERSE_OFFERS) {
      if (accept_inverse_offers === undefined) return "it has no 'accept_inverse_offers'";
      inverseOffers.accept(framework, accept_inverse_offers);
      return undefined;
    }
    if (decline_inverse_offers === undefined) return "it has no 'decline_inverse_offers'";
    inverseOffers.decline(framework, decline_inverse_offers);
    return undefined;
  }

  private performExecutor(framework: FrameworkRecord, call: SchedulerCall): string | undefined {
    const { shutdown, message } = call;
    const { agents, actor, metrics } = this.parts;
    if (call.type === SchedulerCallType.SHUTDOWN) {
      if (shutdown === undefined) return "it has no 'shutdown'";
      const agent = agents.find(shutdown.agent_id.value);
      if (agent === undefined) return `there is no agent ${shutdown.agent_id.value}`;
      actor.send(agent.pid, 'mesos.internal.ShutdownExecutorMessage', {
        executor_id: shutdown.executor_id,
        framework_id: { value: framework.id },
      });
      return undefined;
    }
    if (message === undefined) return "it has no 'message'";
    metrics.messages.framework_to_executor.value++;
    const agent = agents.connected(message.agent_id.value);
    if (agent === undefined) {
      metrics.invalidFrameworkMessages.value++;
      return `agent ${message.agent_id.value} is not connected`;
    }
    metrics.validFrameworkMessages.value++;
    actor.send(agent.pid, 'mesos.internal.FrameworkToExecutorMessage', {
      slave_id: message.agent_id,
      framework_id: { value: framework.id },
      executor_id: message.executor_id,
      data: message.data,
    });
    return undefined;
  }

  /** One role that is not the framework's spoils the whole call. */
  private revive(framework: FrameworkRecord, roles: readonly string[]): string | undefined {
    const { metrics, allocation } = this.parts;
    metrics.messages.revive_offers.value++;
    const problem = foreignRole(framework, roles);
    if (problem === undefined) allocation.revive(framework.id, roles);
    return problem;
  }

  private suppress(framework: FrameworkRecord, roles: readonly string[]): string | undefined {
    const { metrics, allocation } = this.parts;
    metrics.messages.suppress_offers.value++;
    const problem = foreignRole(framework, roles);
    if (problem === undefined) allocation.suppress(framework.id, roles);
    return problem;
  }

  private drop(call: SchedulerCall, from: Pid | undefined, reason: string): void {
    this.parts.actor.log.warn('dropped a call', {
      call: enumName(SchedulerCallType, call.type),
      framework_id: call.framework_id?.value,
      pid: from?.text,
      reason,
    });
  }
}

function foreignRole({ description }: FrameworkRecord, roles: readonly string[]): string | undefined {
  const foreign = roles.find((role) => !description.roles.includes(role));
  return foreign === undefined ? undefined : `'${foreign}' is not a role of the framework`;
}
