/**
 * Agents that are to be given up: their master asks by an inverse offer, before a drain or a maintenance. Instances of apps with a
 * `disruptionBudget` are replaced elsewhere first, within that budget; when none is left there the inverse offer is accepted.
 */
import type { InverseOffer, OfferID } from '../../../proto/index.ts';
import { ChartTable, marathonEvacuationMachine } from '../../../statecharts/index.ts';
import type { Instance } from './instances/instance.ts';
import type { Marathon } from './marathon.ts';
import { keepsReservations } from './model/spec.ts';

/** For so long an agent of which nothing is left is not asked about again. */
const DONE_SECONDS = 60;

/** How far each of them is says its chart, `statecharts/marathonEvacuation.ts`. */
export class Evacuations {
  readonly #marathon: Marathon;
  /** The agent of each inverse offer. */
  readonly #agents = new Map<string, string>();
  readonly charts: ChartTable<typeof marathonEvacuationMachine>;

  constructor(marathon: Marathon, failed: (where: string, error: unknown) => void) {
    this.#marathon = marathon;
    const { context } = marathon;
    this.charts = new ChartTable(marathonEvacuationMachine, {
      clock: { setTimer: (delayMs, run) => context.delay(delayMs, run) },
      actions: {
        moveInstances: ({ id }) => this.#move(id),
        acceptInverseOffer: ({ id }) =>
          marathon.driver?.acceptInverseOffers([{ value: id }], { refuse_seconds: DONE_SECONDS }),
      },
      onTransition: ({ id, value }) => {
        if (value !== 'moving') this.#over(id);
      },
      onError: ({ where, error }) => failed(where, error),
    });
  }

  asked(inverseOffers: readonly InverseOffer[]): void {
    for (const { id, agent_id } of inverseOffers) {
      if (agent_id === undefined || this.#agents.has(id.value)) continue;
      this.#agents.set(id.value, agent_id.value);
      this.charts.start(id.value);
    }
  }

  rescinded({ value }: OfferID): void {
    if (this.#agents.has(value)) this.charts.step(value, { type: 'RESCINDED' });
  }

  disconnected(): void {
    for (const id of [...this.#agents.keys()]) this.charts.step(id, { type: 'DISCONNECTED' });
  }

  #over(id: string): void {
    this.#agents.delete(id);
    this.charts.stop(id);
  }

  #move(id: string): void {
    const { context, instances } = this.#marathon;
    const agentId = this.#agents.get(id) ?? '';
    const left = [...instances.all()].filter((each) => this.#moves(each, agentId));
    // Neither is for the step of its own chart.
    context.defer(() => {
      if (!this.#agents.has(id)) return;
      if (left.length === 0) this.charts.step(id, { type: 'AGENT_EMPTY' });
      const waiting = left.filter((each) => this.#canBegin(each));
      for (const service of new Set(waiting.map((each) => each.service)))
        this.#replace(waiting.filter((each) => each.service === service));
    })();
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
