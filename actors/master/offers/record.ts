import type { Offer } from '../../../proto/index.ts';
import type { Resources } from '../../../proto/resources/index.ts';
import type { Timer } from '../../../runtime/index.ts';

/** An offer that waits for its answer. Its state is its chart's (`offers.chart`, by id) alone. */
export interface OfferRecord {
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly role: string;
  /** With allocation role. */
  readonly resources: Resources;
  /** As its framework was told of it. */
  readonly shown: Offer;
  /** Runs out by `--offer_timeout`. */
  readonly timeout: Timer | undefined;
}
