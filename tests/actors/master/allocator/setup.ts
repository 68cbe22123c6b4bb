/** Agents, frameworks and offers, briefly. */
import {
  type AgentDescription,
  type Allocation,
  Allocator,
  type AllocatorOptions,
  type FrameworkOptions,
} from '../../../../actors/master/allocator/index.ts';
import {
  AgentInfoCapabilityType,
  FrameworkInfoCapabilityType,
} from '../../../../proto/generated/types/v1.ts';
import type { Resources } from '../../../../proto/resources/index.ts';
import { IN_ORDER } from './transcript.ts';

export const ALL_AGENT_CAPABILITIES = Object.values(AgentInfoCapabilityType);
export const ALL_FRAMEWORK_CAPABILITIES = Object.values(FrameworkInfoCapabilityType);

/** Visits agents in the order in which they were added. */
export function makeAllocator(options: AllocatorOptions = {}): Allocator {
  return new Allocator({ random: IN_ORDER, options });
}

export function agentCalled(hostname: string, more: Partial<AgentDescription> = {}): AgentDescription {
  return { hostname, capabilities: ALL_AGENT_CAPABILITIES, ...more };
}

/** A framework that understands everything. */
export function inRoles(roles: string, more: Partial<FrameworkOptions> = {}): FrameworkOptions {
  return { roles: roles.split(','), capabilities: ALL_FRAMEWORK_CAPABILITIES, ...more };
}

/** Lines such as `S1 F1 role cpus:1; mem:2`, sorted. */
export function offerLines(allocations: readonly Allocation[]): string[] {
  return listOffers(allocations)
    .map(
      ({ agentId, frameworkId, role, resources }) =>
        `${agentId} ${frameworkId} ${role} ${resources.unallocated()}`,
    )
    .sort();
}

export interface FlatOffer {
  readonly frameworkId: string;
  readonly role: string;
  readonly agentId: string;
  readonly resources: Resources;
}

export function listOffers(allocations: readonly Allocation[]): FlatOffer[] {
  return allocations.flatMap(({ frameworkId, offers }) =>
    [...offers].flatMap(([role, agents]) =>
      [...agents].map(([agentId, resources]) => ({ frameworkId, role, agentId, resources })),
    ),
  );
}
