/**
 * Inverse offers: before a machine's maintenance, frameworks are asked to give back what they have on its agents
 * (v1-scheduler-api.md §7). One at a time for each framework and agent; what they answer is shown in the maintenance status
 * and forgotten with the window.
 */
import {
  type AllocatorInverseOfferStatus,
  AllocatorInverseOfferStatusStatus,
  type InverseOffer,
  type OfferID,
  type SchedulerCallAcceptInverseOffers,
  SchedulerEventType,
} from '../../../proto/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { type InverseOfferEvent, inverseOfferMachine } from '../../../statecharts/inverseOffer.ts';
import { DEFAULT_REFUSE_SECONDS, type InverseOffer as Wanted } from '../allocator/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import { agentUrl } from '../offers/agentUrl.ts';
import type { MasterParts } from '../parts.ts';

interface InverseOfferRecord {
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly sentAtMs: number;
  readonly message: InverseOffer;
}

const { UNKNOWN, ACCEPT, DECLINE } = AllocatorInverseOfferStatusStatus;

export class InverseOffers {
  readonly chart: ChartTable<typeof inverseOfferMachine>;
  private readonly parts: MasterParts;
  private readonly outstanding = new Map<string, InverseOfferRecord>();
  /** agent id → framework id → the last answer */
  private readonly answers = new Map<string, Map<string, AllocatorInverseOfferStatus>>();

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(inverseOfferMachine, {
      ...parts.chartReports,
      actions: {
        recordAccept: ({ id }) => this.record(id, ACCEPT),
        recordDecline: ({ id }) => this.record(id, DECLINE),
        sendRescind: ({ id }) => this.sendRescind(id),
      },
    });
  }

  get count(): number {
    return this.outstanding.size;
  }

  /** Those a framework has not answered. */
  of(frameworkId: string): InverseOffer[] {
    return this.where((each) => each.frameworkId === frameworkId).map(({ message }) => message);
  }

  /** How frameworks stand to the maintenance of the agent's machine. */
  statuses(agentId: string): AllocatorInverseOfferStatus[] {
    const statuses = new Map(this.answers.get(agentId));
    for (const { frameworkId, sentAtMs } of this.where((each) => each.agentId === agentId)) {
      if (!statuses.has(frameworkId)) statuses.set(frameworkId, statusOf(UNKNOWN, frameworkId, sentAtMs));
    }
    return [...statuses.values()];
  }

  /** Sends what the allocator wants asked, all of a framework in one event. */
  make(wanted: readonly Wanted[]): void {
    const { frameworks } = this.parts;
    const made = new Map<FrameworkRecord, InverseOffer[]>();
    for (const each of wanted) {
      const framework = frameworks.find(each.frameworkId);
      const message = framework === undefined ? undefined : this.makeOne(framework, each);
      if (framework === undefined || message === undefined) this.forget(each, undefined);
      else made.set(framework, [...(made.get(framework) ?? []), message]);
    }
    for (const [framework, inverse_offers] of made) {
      frameworks.tell(framework, {
        type: SchedulerEventType.INVERSE_OFFERS,
        inverse_offers: { inverse_offers },
      });
    }
  }

  accept(framework: FrameworkRecord, call: SchedulerCallAcceptInverseOffers): void {
    this.answer(framework, call, { type: 'ACCEPTED' });
  }

  decline(framework: FrameworkRecord, call: SchedulerCallAcceptInverseOffers): void {
    this.answer(framework, call, { type: 'DECLINED' });
  }

  /** The window of the agent changed or ended, or the agent went away: questions are void, answers to them forgotten. */
  rescindOn(agentId: string): void {
    this.answers.delete(agentId);
    for (const each of this.where(({ agentId: id }) => id === agentId)) this.end(each, { type: 'RESCINDED' });
  }

  /** Nobody is left to answer at the connection they were sent to. */
  loseFramework(frameworkId: string): void {
    for (const each of this.where(({ frameworkId: id }) => id === frameworkId)) {
      this.end(each, { type: 'FRAMEWORK_LOST' });
    }
  }

  /** The framework has ended: its answers count no more. */
  removeFramework(frameworkId: string): void {
    this.loseFramework(frameworkId);
    for (const answers of this.answers.values()) answers.delete(frameworkId);
  }

  private makeOne(framework: FrameworkRecord, { agentId, unavailability }: Wanted): InverseOffer | undefined {
    const { agents, frameworks, offers, nowMs } = this.parts;
    const agent = agents.connected(agentId);
    if (agent === undefined || !frameworks.isConnected(framework.id)) return undefined;
    const id = offers.newId();
    const message: InverseOffer = {
      id: { value: id },
      url: agentUrl(agent, this.parts.scheme),
      framework_id: { value: framework.id },
      agent_id: { value: agentId },
      unavailability,
    };
    this.outstanding.set(id, { id, frameworkId: framework.id, agentId, sentAtMs: nowMs, message });
    this.chart.start(id);
    return message;
  }

  /** Ids that are unknown or somebody else's are passed over. */
  private answer(
    framework: FrameworkRecord,
    { inverse_offer_ids, filters }: SchedulerCallAcceptInverseOffers,
    event: InverseOfferEvent,
  ): void {
    for (const { value } of inverse_offer_ids ?? []) {
      const asked = this.outstanding.get(value);
      if (asked?.frameworkId !== framework.id) continue;
      this.end(asked, event, filters?.refuse_seconds ?? DEFAULT_REFUSE_SECONDS);
    }
  }

  private end(asked: InverseOfferRecord, event: InverseOfferEvent, filterSeconds?: number): void {
    this.chart.step(asked.id, event);
    this.chart.stop(asked.id);
    this.outstanding.delete(asked.id);
    this.forget(asked, filterSeconds);
  }

  /** The allocator may ask again, after the filter. */
  private forget(
    { frameworkId, agentId }: { frameworkId: string; agentId: string },
    filterSeconds?: number,
  ): void {
    this.parts.allocation.allocator.updateInverseOffer(
      frameworkId,
      agentId,
      filterSeconds,
      this.parts.steadyMs,
    );
  }

  private record(id: string, status: AllocatorInverseOfferStatusStatus): void {
    const asked = this.outstanding.get(id);
    if (asked === undefined) return;
    const { frameworkId, agentId } = asked;
    const answers = this.answers.get(agentId) ?? new Map<string, AllocatorInverseOfferStatus>();
    answers.set(frameworkId, statusOf(status, frameworkId, this.parts.nowMs));
    this.answers.set(agentId, answers);
  }

  private sendRescind(id: string): void {
    const { frameworks } = this.parts;
    const framework = frameworks.find(this.outstanding.get(id)?.frameworkId ?? '');
    const inverse_offer_id: OfferID = { value: id };
    if (framework === undefined) return;
    frameworks.tell(framework, {
      type: SchedulerEventType.RESCIND_INVERSE_OFFER,
      rescind_inverse_offer: { inverse_offer_id },
    });
  }

  private where(which: (each: InverseOfferRecord) => boolean): InverseOfferRecord[] {
    return this.outstanding.size === 0 ? [] : [...this.outstanding.values()].filter(which);
  }
}

function statusOf(
  status: AllocatorInverseOfferStatusStatus,
  frameworkId: string,
  atMs: number,
): AllocatorInverseOfferStatus {
  return { status, framework_id: { value: frameworkId }, timestamp: { nanoseconds: Math.round(atMs * 1e6) } };
}
