/** A framework as the allocator sees it. */

import type { OfferFilters } from '../../../proto/generated/types/v1.ts';
import { FrameworkInfoCapabilityType } from '../../../proto/generated/types/v1.ts';
import type { Resources } from '../../../proto/resources/index.ts';
import type { OfferConstraintFilter } from './constraints.ts';
import { type Minimum, minimumsOf } from './minimum.ts';

export interface FrameworkOptions {
  readonly roles: Iterable<string>;
  /** Roles in which it wants no offers now. */
  readonly suppressedRoles?: Iterable<string> | undefined;
  /** `FrameworkInfo.Capability.Type` numbers. */
  readonly capabilities: Iterable<number>;
  /** `FrameworkInfo.offer_filters`. */
  readonly offerFilters?: Readonly<Record<string, OfferFilters>> | undefined;
  /** Compiled `OfferConstraints`. */
  readonly constraints?: OfferConstraintFilter | undefined;
}

export class AllocatorFramework {
  readonly id: string;
  isActive: boolean;
  roles: ReadonlySet<string> = new Set();
  suppressed: Set<string> = new Set();
  /** Roles whose sorter knows it: those it subscribes to, and those it has left but still holds something in. */
  readonly tracked = new Set<string>();
  constraints: OfferConstraintFilter | undefined = undefined;
  minimums: ReadonlyMap<string, Minimum> = new Map();
  multiRole = false;
  gpu = false;
  regionAware = false;
  private sharedResources = false;
  private revocableResources = false;
  private refinement = false;

  constructor(id: string, options: FrameworkOptions, active: boolean) {
    this.id = id;
    this.isActive = active;
    this.describe(options);
  }

  describe(options: FrameworkOptions): void {
    const capabilities = new Set(options.capabilities);
    this.roles = new Set(options.roles);
    this.suppressed = new Set(options.suppressedRoles ?? []);
    this.constraints = options.constraints;
    this.minimums = minimumsOf(options.offerFilters);
    this.multiRole = capabilities.has(FrameworkInfoCapabilityType.MULTI_ROLE);
    this.gpu = capabilities.has(FrameworkInfoCapabilityType.GPU_RESOURCES);
    this.regionAware = capabilities.has(FrameworkInfoCapabilityType.REGION_AWARE);
    this.sharedResources = capabilities.has(FrameworkInfoCapabilityType.SHARED_RESOURCES);
    this.revocableResources = capabilities.has(FrameworkInfoCapabilityType.REVOCABLE_RESOURCES);
    this.refinement = capabilities.has(FrameworkInfoCapabilityType.RESERVATION_REFINEMENT);
  }

  /** Whether it may be served in the role now. */
  wantsOffers(role: string): boolean {
    return this.isActive && this.roles.has(role) && !this.suppressed.has(role);
  }

  /** Without the kinds of resources that it does not understand. */
  understood(resources: Resources): Resources {
    const { shared, revocable, refined } = resources.traits;
    const all =
      (this.sharedResources || !shared) &&
      (this.revocableResources || !revocable) &&
      (this.refinement || !refined);
    if (all) return resources;
    return resources.filter(
      (kind) =>
        (this.sharedResources || !kind.shared) &&
        (this.revocableResources || !kind.revocable) &&
        (this.refinement || kind.reservations.length < 2),
    );
  }
}
