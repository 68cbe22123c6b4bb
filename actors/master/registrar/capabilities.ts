/** What a master must be able to do to lead with this registry: an older one ends rather than misread it (master.md §3). */
import { enumName, MasterInfoCapabilityType } from '../../../proto/index.ts';
import type { Registry, RegistryDraft } from './registry.ts';

/** Names of `MasterInfo.Capability.Type` that a registry may ask for. */
export type MinimumCapability = 'AGENT_DRAINING' | 'QUOTA_V2';

/** What this master says of itself. */
export const MASTER_CAPABILITIES = [
  { type: MasterInfoCapabilityType.AGENT_UPDATE },
  { type: MasterInfoCapabilityType.AGENT_DRAINING },
  { type: MasterInfoCapabilityType.QUOTA_V2 },
];

export function toggleCapability(draft: RegistryDraft, capability: MinimumCapability, needed: boolean): void {
  if (needed === draft.minimum_capabilities.has(capability)) return;
  if (needed) draft.minimum_capabilities.set(capability, { capability });
  else draft.minimum_capabilities.delete(capability);
}

/** Names the registry asks for and this master does not know. */
export function missingCapabilities({ minimum_capabilities }: Registry): string[] {
  const known = new Set(MASTER_CAPABILITIES.map(({ type }) => enumName(MasterInfoCapabilityType, type)));
  return [...minimum_capabilities.keys()].filter((name) => !known.has(name));
}
