/** Whose resources are: the agent's own, or those of a resource provider that has subscribed with it (agent.md §15). */
import type { OfferOperation, Resource } from '../generated/types/v1.ts';
import { resourcesOfOperation } from './conversions.ts';
import type { Resources } from './resources.ts';

/** What the agent has by itself. */
export function ownResources(bag: Resources): Resources {
  return bag.filter(({ template }) => template.provider_id === undefined);
}

/** What any provider brings. */
export function providedResources(bag: Resources): Resources {
  return bag.filter(({ template }) => template.provider_id !== undefined);
}

/** What one provider brings. */
export function resourcesOfProvider(bag: Resources, providerId: string): Resources {
  return bag.filter(({ template }) => template.provider_id?.value === providerId);
}

/** Ids of the providers of these, each once. */
export function providersOf(resources: Iterable<Resource>): Set<string> {
  const ids = new Set<string>();
  for (const { provider_id } of resources) if (provider_id !== undefined) ids.add(provider_id.value);
  return ids;
}

/** The provider whose resources an operation other than a launch is on: a valid one is on those of one, or of none. */
export function providerOf(operation: OfferOperation): string | undefined {
  const [id] = providersOf(resourcesOfOperation(operation));
  return id;
}
