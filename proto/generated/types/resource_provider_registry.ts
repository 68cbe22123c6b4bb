// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * A resource provider that the agent has admitted.
 * `mesos.resource_provider.registry.ResourceProvider`.
 */
export interface ResourceProviderRegistryResourceProvider {
  id: v1.ResourceProviderID;
  type?: string | undefined;
  name?: string | undefined;
}

/**
 * Resource providers admitted and removed.
 * `mesos.resource_provider.registry.Registry`.
 */
export interface ResourceProviderRegistryRegistry {
  resource_providers?: ResourceProviderRegistryResourceProvider[] | undefined;
  removed_resource_providers?: ResourceProviderRegistryResourceProvider[] | undefined;
}
