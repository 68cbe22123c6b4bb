/** What becomes of offers, as it passes over the wire; numbers as in failover.md §5. */
import {
  type MessageTypes,
  type OfferID,
  type SchedulerCall,
  SchedulerCallType,
} from '../../../proto/index.ts';
import type { Delivery } from '../../../runtime/simulation/index.ts';

/** An ACCEPT that reached a master. */
interface Use {
  /** Why nothing may come of it; undefined: it may launch. */
  readonly stale: string | undefined;
}

export class OfferWatch {
  readonly problems: string[] = [];
  /** Framework id → offers that it was made since it subscribed last. */
  private readonly fresh = new Map<string, Set<string>>();
  /** Offer id → how it was answered. */
  private readonly answered = new Map<string, string>();
  private readonly uses = new Map<string, Use>();
  /** Schedulers that were told to end, by who told them. */
  private readonly ended = new Set<string>();

  see({ name, from, to, body }: Delivery): void {
    const pair = `${from?.text} → ${to.text}`;
    if (from?.id === 'master' && this.ended.has(pair) && name !== 'mesos.internal.FrameworkErrorMessage')
      this.problems.push(`36: ${to.id} was told to end, then ${name}`);
    if (name === 'mesos.internal.FrameworkErrorMessage')
      if ((body as MessageTypes[typeof name]).message === 'Framework failed over') this.ended.add(pair);
    if (
      name === 'mesos.internal.FrameworkRegisteredMessage' ||
      name === 'mesos.internal.FrameworkReregisteredMessage'
    )
      this.fresh.set((body as MessageTypes[typeof name]).framework_id.value, new Set());
    if (name === 'mesos.internal.ResourceOffersMessage') this.made(body as MessageTypes[typeof name]);
    if (name === 'mesos.internal.RescindResourceOfferMessage')
      this.answered.set((body as MessageTypes[typeof name]).offer_id.value, 'rescinded');
    if (name === 'mesos.scheduler.Call' && to.id === 'master') this.called(body as SchedulerCall);
    if (name === 'mesos.internal.RunTaskMessage' && to.id.startsWith('slave'))
      this.ran((body as MessageTypes[typeof name]).task.task_id.value);
  }

  private made({ offers }: MessageTypes['mesos.internal.ResourceOffersMessage']): void {
    for (const { id, framework_id } of offers ?? []) this.fresh.get(framework_id.value)?.add(id.value);
  }

  private called({ type, framework_id, accept, decline }: SchedulerCall): void {
    if (type === SchedulerCallType.DECLINE) this.answer(decline?.offer_ids, 'declined');
    if (type !== SchedulerCallType.ACCEPT) return;
    const stale = this.staleOf(framework_id?.value ?? '', accept?.offer_ids ?? []);
    for (const { launch } of accept?.operations ?? [])
      for (const { task_id } of launch?.task_infos ?? [])
        if (!this.uses.has(task_id.value)) this.uses.set(task_id.value, { stale });
    this.answer(accept?.offer_ids, 'accepted');
  }

  private answer(ids: readonly OfferID[] | undefined, how: string): void {
    for (const { value } of ids ?? []) if (!this.answered.has(value)) this.answered.set(value, how);
  }

  private staleOf(framework: string, ids: readonly OfferID[]): string | undefined {
    for (const { value } of ids) {
      const how = this.answered.get(value);
      if (how !== undefined) return `40: with offer ${value}, which was ${how} before`;
      if (this.fresh.get(framework)?.has(value) !== true)
        return `39: with offer ${value} of before the framework subscribed`;
    }
    return undefined;
  }

  private ran(task: string): void {
    const stale = this.uses.get(task)?.stale;
    if (stale !== undefined) this.problems.push(`${stale}: ${task} was launched`);
  }
}
