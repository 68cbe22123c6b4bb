/** ACCEPT: operations on what was offered (master.md §7, v1-scheduler-api.md §8–§10). */
import {
  type OfferID,
  type OfferOperation,
  OfferOperationType,
  type SchedulerCallAccept,
  type TaskInfo,
  TaskStatusReason,
} from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { DEFAULT_REFUSE_SECONDS } from '../allocator/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { updateEvent } from '../tasks/tasks.ts';
import { type AcceptedOffers, acceptedOffers } from './accepted.ts';
import type { OfferRecord } from './record.ts';

export class Accepts {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  accept(framework: FrameworkRecord, call: SchedulerCallAccept): void {
    const operations = call.operations ?? [];
    this.count(framework, call);
    const offers = this.offersOf(framework, call.offer_ids ?? []);
    if (typeof offers === 'string') {
      this.refuseOffers(framework, call, offers);
      return;
    }
    const [first] = offers;
    const resources = Resources.sum(offers.map((offer) => offer.resources));
    for (const offer of offers) this.parts.offers.accept(offer);
    const refuseSeconds = call.filters?.refuse_seconds ?? DEFAULT_REFUSE_SECONDS;
    const agent = this.parts.agents.connected(first.agentId);
    if (agent === undefined) {
      this.refuseAgent(framework, first.agentId, operations);
      this.parts.allocation.recover(framework.id, first.agentId, resources);
      return;
    }
    const accepted = acceptedOffers({ framework, agent, role: first.role }, resources);
    for (const operation of operations) this.perform(accepted, operation);
    this.recover(accepted, refuseSeconds);
  }

  /** What was offered and not used is refused; what operations have made of it was not, and comes back soon. */
  private recover(accepted: AcceptedOffers, refuseSeconds: number): void {
    const { framework, agent, remaining, offered, resized } = accepted;
    const converted = remaining.minus(offered);
    const { allocation } = this.parts;
    allocation.recover(framework.id, agent.id, converted.plus(resized));
    allocation.recover(framework.id, agent.id, remaining.minus(converted), refuseSeconds);
  }

  private perform(accepted: AcceptedOffers, operation: OfferOperation): void {
    const { launches, offeredOperations } = this.parts;
    switch (operation.type) {
      case OfferOperationType.LAUNCH:
        launches.launch(accepted, operation);
        return;
      case OfferOperationType.LAUNCH_GROUP:
        launches.launchGroup(accepted, operation);
        return;
      default:
        offeredOperations.perform(accepted, operation);
    }
  }

  /** The offers, or what is wrong with the list. */
  private offersOf(
    framework: FrameworkRecord,
    ids: readonly OfferID[],
  ): [OfferRecord, ...OfferRecord[]] | string {
    const offers: OfferRecord[] = [];
    const seen = new Set<string>();
    for (const { value } of ids) {
      if (seen.has(value)) return `Duplicate offer ${value} in offer list`;
      seen.add(value);
    }
    for (const { value } of ids) {
      const offer = this.parts.offers.find(value);
      if (offer === undefined) return `Offer ${value} is no longer valid`;
      if (offer.frameworkId !== framework.id) return `Offer ${value} is not of framework ${framework.id}`;
      offers.push(offer);
    }
    const [first, ...others] = offers;
    if (first === undefined) return 'No offers specified';
    for (const { id, role, agentId } of others) {
      if (role !== first.role)
        return `Offer ${id} is for role '${role}', offer ${first.id} for '${first.role}'`;
      if (agentId !== first.agentId)
        return `Offer ${id} is of agent ${agentId}, offer ${first.id} of ${first.agentId}`;
    }
    return [first, ...others];
  }

  /** Offers that cannot be used go back, those of others stay; the tasks never were. */
  private refuseOffers(framework: FrameworkRecord, call: SchedulerCallAccept, problem: string): void {
    const { offers, operationFeedback, actor } = this.parts;
    actor.log.warn('refused to use offers', { framework_id: framework.id, reason: problem });
    for (const { value } of call.offer_ids ?? []) {
      const offer = offers.find(value);
      if (offer?.frameworkId === framework.id) offers.invalidate(offer);
    }
    operationFeedback.refuse(
      framework,
      call.operations ?? [],
      `Operation attempted with invalid offers: ${problem}`,
    );
    this.dropTasks(framework, call.operations ?? [], {
      reason: TaskStatusReason.REASON_INVALID_OFFERS,
      message: `Task launched with invalid offers: ${problem}`,
    });
  }

  /** The agent went away since it was offered. */
  private refuseAgent(
    framework: FrameworkRecord,
    agentId: string,
    operations: readonly OfferOperation[],
  ): void {
    const member = this.parts.agents.find(agentId) !== undefined;
    this.dropTasks(framework, operations, {
      reason: member ? TaskStatusReason.REASON_AGENT_DISCONNECTED : TaskStatusReason.REASON_AGENT_REMOVED,
      message: member ? 'Agent disconnected' : 'Agent removed',
    });
  }

  private dropTasks(
    framework: FrameworkRecord,
    operations: readonly OfferOperation[],
    word: { reason: TaskStatusReason; message: string },
  ): void {
    for (const task of operations.flatMap(tasksOf)) this.refuseTask(framework, task, 'TASK_DROPPED', word);
  }

  /** Tells a framework of a task that never was. */
  refuseTask(
    framework: FrameworkRecord,
    task: TaskInfo,
    state: 'TASK_DROPPED' | 'TASK_ERROR',
    word: { reason: TaskStatusReason; message: string },
  ): void {
    const { tasks, frameworks, actor, metrics } = this.parts;
    const status = tasks.masterStatus(framework.description.traits, {
      ...word,
      taskId: task.task_id.value,
      agentId: task.agent_id.value,
      state,
    });
    actor.log.warn('refused a task', {
      task_id: task.task_id.value,
      framework_id: framework.id,
      reason: word.message,
    });
    metrics.taskChanged(state, status);
    metrics.frameworks.taskChanged(framework.id, state);
    frameworks.tell(framework, updateEvent(status));
  }

  /** A LAUNCH of nothing declines. */
  private count(framework: FrameworkRecord, { offer_ids, operations }: SchedulerCallAccept): void {
    const { metrics } = this.parts;
    const launches = (operations ?? []).filter(({ type }) => type === OfferOperationType.LAUNCH);
    const empty = launches.filter((operation) => tasksOf(operation).length === 0).length;
    metrics.messages.launch_tasks.value += launches.length - empty;
    metrics.messages.decline_offers.value += empty;
    metrics.frameworks.offersAccepted(framework, offer_ids?.length ?? 0);
    metrics.frameworks.operationsAccepted(framework, operations ?? []);
  }
}

/** The tasks an operation would launch. */
function tasksOf({ launch, launch_group }: OfferOperation): readonly TaskInfo[] {
  return launch?.task_infos ?? launch_group?.task_group?.tasks ?? [];
}
