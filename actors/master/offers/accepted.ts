import { Resources } from '../../../proto/resources/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';

/** What an ACCEPT works on: the offers of one agent and role, put together. */
export interface AcceptedOffers {
  readonly framework: FrameworkRecord;
  readonly agent: AgentRecord;
  readonly role: string;
  /** With allocation role, as it was offered. */
  readonly offered: Resources;
  /** What no operation has taken yet, as operations have converted it; with allocation role. */
  remaining: Resources;
  /** Shared volumes of the offers and of operations: any number of tasks may use each, whatever is left of it. */
  shared: Resources;
  /** What resized volumes have given: no operation of the same ACCEPT may use it. */
  resized: Resources;
}

export function acceptedOffers(
  place: Pick<AcceptedOffers, 'framework' | 'agent' | 'role'>,
  offered: Resources,
): AcceptedOffers {
  return {
    ...place,
    offered,
    remaining: offered,
    shared: offered.shared().withSingleHolders(),
    resized: Resources.EMPTY,
  };
}
