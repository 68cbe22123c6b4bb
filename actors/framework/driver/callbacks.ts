import type { SchedulerEvent } from '../../../proto/index.ts';
import type { Scheduler, SchedulerDriver } from './scheduler.ts';

/** Calls what a scheduler has for an event of the master; updates, which are acknowledged, are the driver's own business. */
export function callBack(scheduler: Scheduler, driver: SchedulerDriver, event: SchedulerEvent): void {
  if (event.offers !== undefined) scheduler.offers(driver, event.offers.offers ?? []);
  else if (event.rescind !== undefined) scheduler.rescind?.(driver, event.rescind.offer_id);
  else if (event.inverse_offers !== undefined)
    scheduler.inverseOffers?.(driver, event.inverse_offers.inverse_offers ?? []);
  else if (event.rescind_inverse_offer !== undefined)
    scheduler.rescindInverseOffer?.(driver, event.rescind_inverse_offer.inverse_offer_id);
  else if (event.message !== undefined) scheduler.frameworkMessage?.(driver, event.message);
  else if (event.failure !== undefined) scheduler.failure?.(driver, event.failure);
}
