/** Resource providers of agents, in words. */

import { enumName } from '../../proto/enums.ts';
import {
  type MasterResponseGetAgentsAgentResourceProvider as Provider,
  type Resource,
  ResourceDiskInfoSourceType,
} from '../../proto/index.ts';
import { numberText } from './text.ts';

/** `one (org.example.disks)`, several with commas; `-` for none. */
export function providersText(providers: readonly Provider[] = []): string {
  return providers.map(nameText).join(', ') || '-';
}

/** A line each: name, type, id, and what it brings: `disk 50 (RAW), gpus 2`. */
export function providerLines(providers: readonly Provider[] = []): string[] {
  return providers.map((provider) => {
    const { resource_provider_info: info, total_resources = [] } = provider;
    const brings = total_resources.map(resourceText).join(', ') || 'nothing now';
    return `provider ${nameText(provider)} ${info.id?.value ?? '-'}: ${brings}`;
  });
}

function nameText({ resource_provider_info: { name, type } }: Provider): string {
  return `${name} (${type})`;
}

function resourceText({ name, scalar, disk }: Resource): string {
  const amount = scalar === undefined ? '' : ` ${numberText(scalar.value)}`;
  const type = disk?.source?.type;
  return `${name}${amount}${type === undefined ? '' : ` (${enumName(ResourceDiskInfoSourceType, type)})`}`;
}
