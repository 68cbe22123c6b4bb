/** Operations of an ACCEPT on what was offered: reservations and volumes (v1-scheduler-api.md §9, §10.1, §10.7; master.md §7). */
import { type OfferOperation, OfferOperationType, type Resource } from '../../../proto/index.ts';
import {
  conversionProblem,
  conversionsOf,
  convert,
  isSpeculative,
  mapOperationResources,
  type ResourceConversion,
  Resources,
  resourcesOfOperation,
  toNewFormat,
  validateResources,
} from '../../../proto/resources/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import type { AcceptedOffers } from '../offers/accepted.ts';
import type { MasterParts } from '../parts.ts';
import { feedbackProblem, validateOperation } from '../validation/operation.ts';
import { denialOf } from './authorization.ts';

/** What a resized volume gives can be used from the next offer on: its agent has to be sure of it first. */
const RESIZES: ReadonlySet<OfferOperationType | undefined> = new Set([
  OfferOperationType.GROW_VOLUME,
  OfferOperationType.SHRINK_VOLUME,
]);

export class OfferedOperations {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** Performs one operation on what is left of the offers; a bad one is answered, and changes nothing. */
  perform(accepted: AcceptedOffers, given: OfferOperation): void {
    const { framework } = accepted;
    const problem = this.tryPerform(accepted, given);
    if (problem === undefined) return;
    this.parts.actor.log.warn('refused an operation', {
      framework_id: framework.id,
      agent_id: accepted.agent.id,
      operation_id: given.id?.value,
      reason: problem,
    });
    this.parts.operationFeedback.refuse(framework, [given], problem);
  }

  private tryPerform(accepted: AcceptedOffers, given: OfferOperation): string | undefined {
    const { agent, framework } = accepted;
    const malformed = validateResources(resourcesOfOperation(given));
    if (malformed !== undefined) return malformed;
    const operation = mapOperationResources(given, (resource) => completed(resource, accepted.role));
    const { principal } = framework.description.info;
    const denial = denialOf(
      this.parts.authorizer,
      principal === undefined ? undefined : { value: principal },
      operation,
    );
    if (denial !== undefined) return `Not authorized: ${denial}`;
    const surroundings = { agent, framework, principal };
    const problem = feedbackProblem(operation, surroundings) ?? validateOperation(operation, surroundings);
    if (problem !== undefined) return `${problem}; on agent ${agent.id}`;
    if (!isSpeculative(operation)) return this.order(accepted, operation);
    this.rescindDestroyed(operation, agent);
    return this.convert(accepted, operation);
  }

  /** What its resource provider alone can tell the outcome of: until it has, what it is done to is in use. */
  private order(accepted: AcceptedOffers, operation: OfferOperation): string | undefined {
    const { agent, framework, remaining } = accepted;
    const consumed = Resources.of(resourcesOfOperation(operation));
    if (!remaining.contains(consumed)) return `${remaining} does not contain ${consumed}`;
    const problem = this.parts.operations.order(agent, framework, operation, consumed);
    if (problem === undefined) accepted.remaining = remaining.minus(consumed);
    return problem;
  }

  private convert(accepted: AcceptedOffers, operation: OfferOperation): string | undefined {
    const { agent, framework } = accepted;
    const { allocation, operations } = this.parts;
    const conversions = conversionsOrProblem(operation);
    if (typeof conversions === 'string') return conversions;
    const remaining = convert(accepted.remaining, conversions);
    if (typeof remaining === 'string') return remaining;
    const problem = operations.apply(agent, framework, operation, conversions);
    if (problem !== undefined) return problem;
    allocation.convert(framework.id, agent, conversions);
    this.keep(accepted, operation, conversions, remaining);
    return undefined;
  }

  /** What the next operation may use. */
  private keep(
    accepted: AcceptedOffers,
    { type }: OfferOperation,
    conversions: readonly ResourceConversion[],
    remaining: Resources,
  ): void {
    for (const { converted, gone } of conversions) {
      accepted.shared = accepted.shared.minus(gone ?? Resources.EMPTY).plus(converted.shared());
      if (RESIZES.has(type)) accepted.resized = accepted.resized.plus(converted);
    }
    accepted.remaining = RESIZES.has(type)
      ? remaining.minus(Resources.sum(conversions.map(({ converted }) => converted)))
      : remaining;
  }

  /** A shared volume may be offered to others at the same time; it goes away under them. */
  private rescindDestroyed({ destroy }: OfferOperation, agent: AgentRecord): void {
    const { offers } = this.parts;
    for (const volume of destroy?.volumes ?? []) {
      if (volume.shared === undefined) continue;
      const bare = Resources.of([volume]).unallocated();
      for (const offer of offers.listed(agent.offers)) {
        if (offer.resources.unallocated().contains(bare)) offers.rescind(offer);
      }
    }
  }
}

/** In the new format, and allocated to the role of the offer where the framework does not say. */
function completed(resource: Resource, role: string): Resource {
  const message = toNewFormat(resource);
  return message.allocation_info === undefined ? { ...message, allocation_info: { role } } : message;
}

/** The conversions of a speculative operation; or why its resources cannot be converted. */
export function conversionsOrProblem(operation: OfferOperation): readonly ResourceConversion[] | string {
  try {
    return conversionsOf(operation);
  } catch (error) {
    return conversionProblem(error);
  }
}
