/** Offers: made of what the allocator gives, out until they are answered once (v1-scheduler-api.md §8). */
import {
  type Offer,
  type OfferID,
  type Resource,
  type SchedulerCallDecline,
  SchedulerEventType,
} from '../../../proto/index.ts';
import { type Resources, toOldFormat } from '../../../proto/resources/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { type OfferEvent, offerMachine } from '../../../statecharts/offer.ts';
import type { AgentRecord } from '../agents/record.ts';
import { DEFAULT_REFUSE_SECONDS, type FrameworkOffers } from '../allocator/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { agentUrl } from './agentUrl.ts';
import type { OfferRecord } from './record.ts';

/** Not for frameworks: the agent's own network isolation hands these out. */
const HIDDEN_RESOURCE = 'ephemeral_ports';

export class Offers {
  readonly chart: ChartTable<typeof offerMachine>;
  private readonly parts: MasterParts;
  private readonly outstanding = new Map<string, OfferRecord>();
  private created = 0;
  /** `refuse_seconds` of the DECLINE that is being worked on; what comes back otherwise was not refused. */
  private refusal: number | undefined;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(offerMachine, {
      ...parts.chartReports,
      actions: {
        recoverResources: ({ id }) => this.recover(id),
        sendRescind: ({ id }) => this.sendRescind(id),
      },
    });
  }

  get count(): number {
    return this.outstanding.size;
  }

  find(id: string): OfferRecord | undefined {
    return this.outstanding.get(id);
  }

  all(): IterableIterator<OfferRecord> {
    return this.outstanding.values();
  }

  /** Offers a framework what the allocator gives it: one offer a role and agent, all in one event. */
  make(frameworkId: string, offers: FrameworkOffers): void {
    const { frameworks, allocation, agents, actor, metrics } = this.parts;
    const framework = frameworks.find(frameworkId);
    const made: Offer[] = [];
    for (const [role, byAgent] of offers) {
      for (const [agentId, resources] of byAgent) {
        const agent = agents.connected(agentId);
        if (framework === undefined || agent === undefined || !frameworks.isConnected(frameworkId)) {
          allocation.recover(frameworkId, agentId, resources);
        } else made.push(this.makeOne(framework, agent, role, resources));
      }
    }
    if (framework === undefined || made.length === 0) return;
    actor.log.debug('sending offers', { framework_id: frameworkId, offers: made.length });
    metrics.frameworks.offersSent(framework, made.length);
    frameworks.tell(framework, { type: SchedulerEventType.OFFERS, offers: { offers: made } });
  }

  decline(framework: FrameworkRecord, { offer_ids, filters }: SchedulerCallDecline): void {
    this.parts.metrics.messages.decline_offers.value++;
    this.refusal = filters?.refuse_seconds ?? DEFAULT_REFUSE_SECONDS;
    for (const { value } of offer_ids ?? []) {
      const offer = this.outstanding.get(value);
      if (offer?.frameworkId !== framework.id) continue;
      this.parts.metrics.frameworks.offersDeclined(framework, 1);
      this.end(offer, { type: 'DECLINED' });
    }
    this.refusal = undefined;
  }

  /** The offer was used: what is not needed is the caller's to give back. */
  accept(offer: OfferRecord): void {
    this.end(offer, { type: 'ACCEPTED' });
  }

  /** An offer that was named together with something impossible. */
  invalidate(offer: OfferRecord): void {
    this.end(offer, { type: 'INVALIDATED' });
  }

  /** Takes back what the framework has, or what of it `which` says. */
  rescindOf(framework: FrameworkRecord, which: (offer: OfferRecord) => boolean = () => true): void {
    for (const offer of this.listed(framework.offers)) {
      if (which(offer)) this.end(offer, { type: 'RESCINDED' });
    }
  }

  /** Takes one back. @param refuseSeconds for how long the framework is not offered the same again */
  rescind(offer: OfferRecord, refuseSeconds?: number): void {
    this.refusal = refuseSeconds;
    this.end(offer, { type: 'RESCINDED' });
    this.refusal = undefined;
  }

  /** Takes back those of all that are out. */
  rescindWhere(which: (offer: OfferRecord) => boolean): void {
    for (const offer of [...this.outstanding.values()]) if (which(offer)) this.rescind(offer);
  }

  /** Takes back what is offered of an agent. */
  rescindOn(agent: AgentRecord): void {
    for (const offer of this.listed(agent.offers)) this.end(offer, { type: 'RESCINDED' });
  }

  loseAgent(agent: AgentRecord): void {
    for (const offer of this.listed(agent.offers)) this.end(offer, { type: 'AGENT_LOST' });
  }

  loseFramework(frameworkId: string): void {
    const framework = this.parts.frameworks.find(frameworkId);
    for (const offer of this.listed(framework?.offers)) this.end(offer, { type: 'FRAMEWORK_LOST' });
  }

  /** The offers of that framework, or of that agent. */
  listed(ids: ReadonlySet<string> | undefined): OfferRecord[] {
    return [...(ids ?? [])].flatMap((id) => this.outstanding.get(id) ?? []);
  }

  /** `<master id>-O<n>`; inverse offers count on. */
  newId(): string {
    return `${this.parts.info.id}-O${this.created++}`;
  }

  private makeOne(framework: FrameworkRecord, agent: AgentRecord, role: string, resources: Resources): Offer {
    const id = this.newId();
    const { offer_timeout } = this.parts.flags;
    const shown = this.describe(id, { role, resources }, framework, agent);
    const record: OfferRecord = {
      id,
      frameworkId: framework.id,
      agentId: agent.id,
      role,
      resources,
      shown,
      timeout:
        offer_timeout === undefined
          ? undefined
          : this.parts.actor.delay(offer_timeout, () => this.expire(id)),
    };
    this.outstanding.set(id, record);
    this.parts.agents.moments.changing(agent);
    framework.offers.add(id);
    agent.offers.add(id);
    this.chart.start(id);
    return shown;
  }

  private describe(
    id: string,
    { role, resources }: Pick<OfferRecord, 'role' | 'resources'>,
    framework: FrameworkRecord,
    agent: AgentRecord,
  ): Offer {
    const { info } = agent.description;
    const { multiRole } = framework.description.traits;
    return {
      id: { value: id },
      framework_id: { value: framework.id },
      agent_id: { value: agent.id },
      hostname: info.hostname,
      url: agentUrl(agent, this.parts.scheme),
      domain: info.domain,
      resources: this.shown(resources, framework),
      attributes: info.attributes,
      executor_ids: [...(agent.executors.get(framework.id)?.keys() ?? [])].map((value) => ({ value })),
      unavailability: this.parts.maintenance.unavailabilityOf(agent),
      allocation_info: multiRole ? { role } : undefined,
    };
  }

  /** The resources in the form that the framework understands. */
  private shown(resources: Resources, framework: FrameworkRecord): Resource[] {
    const { multiRole, reservationRefinement } = framework.description.traits;
    const visible = resources.filter((kind) => kind.name !== HIDDEN_RESOURCE);
    const messages = (multiRole ? visible : visible.unallocated()).toMessages();
    return reservationRefinement ? messages : messages.flatMap((message) => toOldFormat(message) ?? []);
  }

  private expire(id: string): void {
    const offer = this.outstanding.get(id);
    if (offer !== undefined) this.end(offer, { type: 'TIMED_OUT' });
  }

  private end(offer: OfferRecord, event: OfferEvent): void {
    this.chart.step(offer.id, event);
    offer.timeout?.cancel();
    this.chart.stop(offer.id);
    this.parts.agents.changing(offer.agentId);
    this.outstanding.delete(offer.id);
    this.parts.frameworks.find(offer.frameworkId)?.offers.delete(offer.id);
    this.parts.agents.find(offer.agentId)?.offers.delete(offer.id);
  }

  private recover(id: string): void {
    const offer = this.outstanding.get(id);
    if (offer === undefined) return;
    const { frameworkId, agentId, resources } = offer;
    this.parts.allocation.recover(frameworkId, agentId, resources, this.refusal);
  }

  private sendRescind(id: string): void {
    const { frameworks, metrics } = this.parts;
    const framework = frameworks.find(this.outstanding.get(id)?.frameworkId ?? '');
    if (framework === undefined) return;
    const offer_id: OfferID = { value: id };
    metrics.frameworks.offersRescinded(framework, 1);
    frameworks.tell(framework, { type: SchedulerEventType.RESCIND, rescind: { offer_id } });
  }
}
