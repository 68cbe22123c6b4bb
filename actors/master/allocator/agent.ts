/** An agent as the allocator sees it: what it has, who holds what of it, and what is left. */

import type { Attribute, DomainInfo } from '../../../proto/generated/types/v1.ts';
import { AgentInfoCapabilityType } from '../../../proto/generated/types/v1.ts';
import { type Quantities, Resources } from '../../../proto/resources/index.ts';
import { isQuotaKind } from './quota.ts';

export interface AgentDescription {
  readonly hostname: string;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly domain?: DomainInfo | undefined;
  /** `AgentInfo.Capability.Type` numbers. */
  readonly capabilities: Iterable<number>;
}

export class AllocatorAgent {
  readonly id: string;
  description: AgentDescription;
  multiRole = false;
  hierarchicalRole = false;
  isActive: boolean;
  total: Resources;
  /** What each framework holds or is offered, with allocation roles; also frameworks that are not known (yet). */
  readonly used = new Map<string, Resources>();
  /** The sum of `used`, without allocation roles. */
  private allocated = Resources.EMPTY;
  private knownAvailable: Resources | undefined = undefined;
  private knownQuota: Quantities | undefined = undefined;

  constructor(id: string, description: AgentDescription, total: Resources, active: boolean) {
    this.id = id;
    this.description = description;
    this.total = total.unallocated();
    this.isActive = active;
    this.describe(description);
  }

  describe(description: AgentDescription): void {
    const capabilities = new Set(description.capabilities);
    this.description = description;
    this.multiRole = capabilities.has(AgentInfoCapabilityType.MULTI_ROLE);
    this.hierarchicalRole = capabilities.has(AgentInfoCapabilityType.HIERARCHICAL_ROLE);
  }

  get hasGpus(): boolean {
    return this.total.scalarQuantities().milli.has('gpus');
  }

  /** What nobody holds. A shared resource is always there. Less than nothing (an agent that shrank) is nothing. */
  get available(): Resources {
    this.knownAvailable ??= this.total
      .nonShared()
      .minus(this.allocated.nonShared())
      .plus(this.total.shared());
    return this.knownAvailable;
  }

  /** The part of `available` that quota counts. */
  get availableQuota(): Quantities {
    this.knownQuota ??= this.available.filter(isQuotaKind).scalarQuantities();
    return this.knownQuota;
  }

  setTotal(total: Resources): void {
    this.total = total.unallocated();
    this.forget();
  }

  /** @param resources with allocation roles */
  allocate(frameworkId: string, resources: Resources): void {
    this.used.set(frameworkId, (this.used.get(frameworkId) ?? Resources.EMPTY).plus(resources));
    this.allocated = this.allocated.plus(resources.unallocated());
    this.forget();
  }

  /** @param resources held by the framework, with allocation roles */
  release(frameworkId: string, resources: Resources): void {
    const rest = (this.used.get(frameworkId) ?? Resources.EMPTY).minus(resources);
    if (rest.isEmpty) this.used.delete(frameworkId);
    else this.used.set(frameworkId, rest);
    this.allocated = this.allocated.minus(resources.unallocated());
    this.forget();
  }

  private forget(): void {
    this.knownAvailable = undefined;
    this.knownQuota = undefined;
  }
}

/** Whether nothing that matters to offers differs. */
export function sameDescription(a: AgentDescription, b: AgentDescription): boolean {
  return sameAttributes(a, b) && describeRest(a) === describeRest(b);
}

export function sameAttributes(a: AgentDescription, b: AgentDescription): boolean {
  return JSON.stringify(a.attributes ?? []) === JSON.stringify(b.attributes ?? []);
}

function describeRest({ hostname, domain, capabilities }: AgentDescription): string {
  return JSON.stringify([hostname, domain ?? null, [...capabilities].sort()]);
}
