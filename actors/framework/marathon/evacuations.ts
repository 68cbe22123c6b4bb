/**
 * Agents that are to be given up: their master asks by an inverse offer, before a drain or a maintenance. Instances of apps with a
 * `disruptionBudget` are replaced elsewhere first, within that budget; when none is left there the inverse offer is accepted.
 */
import type { InverseOffer, OfferID } from '../../../proto/index.ts';
import type { SchedulerDriver } from '../driver/scheduler.ts';
import type { Instance } from './instances/instance.ts';
import type { Marathon } from './marathon.ts';
import { keepsReservations } from './model/spec.ts';

/** How often agents are looked at that are being given up. */
const LOOK_MS = 1_000;
/** For so long an agent of which nothing is left is not asked about again. */
const DONE_SECONDS = 60;

interface Asked {
  readonly id: OfferID;
  readonly agentId: string;
}

export class Evacuations {
  readonly #marathon: Marathon;
  readonly #asked = new Map<string, Asked>();
  #looking = false;

  constructor(marathon: Marathon) {
    this.#marathon = marathon;
  }

  get size(): number {
    return this.#asked.size;
  }

  asked(inverseOffers: readonly InverseOffer[]): void {
    for (const { id, agent_id } of inverseOffers) {
      if (agent_id === undefined) continue;
      this.#asked.set(id.value, { id, agentId: agent_id.value });
    }
    this.#look();
  }

  rescinded({ value }: OfferID): void {
    this.#asked.delete(value);
  }

  /** The connection to the master is gone, and what it asked with it. */
  disconnected(): void {
    this.#asked.clear();
  }

  #look(): void {
    const { driver, context } = this.#marathon;
    if (this.#looking) return;
    for (const asked of this.#asked.values()) this.#evacuate(asked, driver);
    if (this.#asked.size === 0) return;
    this.#looking = true;
    context.delay(LOOK_MS, () => {
      this.#looking = false;
      this.#look();
    });
  }

  #evacuate({ id, agentId }: Asked, driver: SchedulerDriver | undefined): void {
    const { instances } = this.#marathon;
    const left = [...instances.all()].filter((each) => this.#moves(each, agentId));
    if (left.length === 0) {
      this.#asked.delete(id.value);
      driver?.acceptInverseOffers([id], { refuse_seconds: DONE_SECONDS });
      return;
    }
    const waiting = left.filter((each) => this.#canBegin(each));
    for (const service of new Set(waiting.map((each) => each.service)))
      this.#replace(waiting.filter((each) => each.service === service));
  }

  /** Whether it is there, and is to be somewhere else first. */
  #moves(instance: Instance, agentId: string): boolean {
    const { instances } = this.#marathon;
    const spec = this.#marathon.specNow(instance.service);
    if (instance.place?.agentId !== agentId || !instances.alive(instance) || spec === undefined) return false;
    return spec.disruptionBudget !== undefined && !keepsReservations(spec);
  }

  /** Outdated ones too: a deployment may have left them, or the move of before may have been cancelled. */
  #canBegin(instance: Instance): boolean {
    const { deployments, instances } = this.#marathon;
    return deployments.of(instance.service) === undefined && instances.state(instance) !== 'killing';
  }

  #replace(chosen: readonly Instance[]): void {
    const { writes, context } = this.#marathon;
    try {
      writes.replace(chosen);
    } catch (error) {
      // As many deployments as may be are under way: the next look tries again.
      context.log.warn('instances cannot be moved yet', { error: (error as Error).message });
    }
  }
}
