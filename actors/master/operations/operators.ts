/**
 * Operations of operators on what nobody uses (v1-operator-api.md §2.4): the older endpoints `/reserve`, `/unreserve`,
 * `/create-volumes`, `/destroy-volumes` and the v1 calls RESERVE_RESOURCES to SHRINK_VOLUME both end here.
 *
 * What became of an operation at its agent is not reported: they have no id and no framework.
 */
import { enumName, type OfferOperation, OfferOperationType } from '../../../proto/index.ts';
import {
  mapOperationResources,
  type ResourceConversion,
  Resources,
  resourcesOfOperation,
  toNewFormat,
  validateResources,
} from '../../../proto/resources/index.ts';
import type { Principal } from '../../../runtime/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import { DEFAULT_REFUSE_SECONDS } from '../allocator/index.ts';
import type { OfferRecord } from '../offers/record.ts';
import type { MasterParts } from '../parts.ts';
import { validateOperation } from '../validation/operation.ts';
import { denialOf } from './authorization.ts';
import { conversionsOrProblem } from './offered.ts';

/** What an operator is answered: 202, it was passed on; 400, it cannot be; 403, not by you; 409, there is not enough. */
export interface OperatorAnswer {
  readonly status: 202 | 400 | 403 | 409;
  /** Empty for 202. */
  readonly text: string;
}

export class OperatorOperations {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /**
   * @param given without `id`; its resources in the old or the new reservation format
   * @param principal of the operator, where one is asked for
   */
  perform(
    agentId: string | undefined,
    given: OfferOperation,
    principal: Principal | undefined,
  ): OperatorAnswer {
    const agent = this.parts.agents.find(agentId ?? '');
    if (agentId === undefined) return { status: 400, text: "Expecting 'agent_id' to be present" };
    if (agent === undefined) return { status: 400, text: `No agent found with specified ID ${agentId}` };
    const name = enumName(OfferOperationType, given.type);
    const malformed = validateResources(resourcesOfOperation(given));
    const operation = mapOperationResources(given, toNewFormat);
    const problem = malformed ?? validateOperation(operation, { agent, principal: principal?.value });
    if (problem !== undefined)
      return { status: 400, text: `Invalid ${name} operation on agent ${agent.id}: ${problem}` };
    const conversions = conversionsOrProblem(operation);
    if (typeof conversions === 'string') return { status: 400, text: conversions };
    const denial = denialOf(this.parts.authorizer, principal, operation);
    if (denial !== undefined) return { status: 403, text: denial };
    const missing = this.apply(agent, operation, conversions);
    return missing === undefined ? { status: 202, text: '' } : { status: 409, text: missing };
  }

  /** @returns what is not there for the operation, in words, even with every offer taken back that could help */
  private apply(
    agent: AgentRecord,
    operation: OfferOperation,
    conversions: readonly ResourceConversion[],
  ): string | undefined {
    const { allocation, operations } = this.parts;
    this.rescindShared(agent, operation);
    let missing = allocation.convertAvailable(agent, conversions);
    const required = Resources.sum(conversions.map(({ consumed }) => consumed));
    for (const offer of this.helpful(agent, required)) {
      if (missing === undefined) break;
      this.parts.offers.rescind(offer, DEFAULT_REFUSE_SECONDS);
      missing = allocation.convertAvailable(agent, conversions);
    }
    return missing ?? operations.apply(agent, undefined, operation, conversions);
  }

  /** A shared volume is there whoever is offered it: nobody may be when it goes. */
  private rescindShared(agent: AgentRecord, { destroy }: OfferOperation): void {
    const shared = Resources.of(destroy?.volumes).shared();
    for (const offer of this.helpful(agent, shared)) this.parts.offers.rescind(offer, DEFAULT_REFUSE_SECONDS);
  }

  /** Offers that hold something of it. */
  private helpful(agent: AgentRecord, required: Resources): OfferRecord[] {
    return this.parts.offers
      .listed(agent.offers)
      .filter(({ resources }) => !required.minus(resources.unallocated()).equals(required));
  }
}
