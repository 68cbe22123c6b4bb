/** Quota: guarantees and limits of roles, what they consume, and the cutting of resources to a size. */

import { ValueType } from '../../../proto/generated/types/v1.ts';
import { type Entry, scalarEntry } from '../../../proto/resources/entry.ts';
import {
  ancestorsOf,
  type Kind,
  type Limits,
  Quantities,
  Resources,
} from '../../../proto/resources/index.ts';
import type { Random } from '../../../runtime/ports.ts';

export interface Quota {
  readonly guarantees: Quantities;
  readonly limits: Limits;
}

/** Revocable, shared and non-scalar resources never count. */
function countsAsQuota(kind: Kind): boolean {
  return kind.type === ValueType.SCALAR && !kind.revocable && !kind.shared;
}

/** The part that quota cuts: unreserved, non-revocable scalars. */
export function isQuotaKind(kind: Kind): boolean {
  return countsAsQuota(kind) && kind.reservations.length === 0;
}

/**
 * What roles consume: their reservations, allocated or not, and what is allocated or offered to them unreserved; each
 * with everything below it.
 */
export class ConsumptionLedger {
  /** Thousandths by role and resource name. */
  private readonly byRole = new Map<string, Map<string, number>>();

  /** @param sign 1 for an agent that comes, -1 for one that goes */
  changeTotal(total: Resources, sign: 1 | -1): void {
    for (const entry of total.entries) {
      if (entry.kind.reservations.length > 0 && countsAsQuota(entry.kind))
        this.change(entry.kind.role, entry, sign);
    }
  }

  /** @param allocated with allocation roles */
  changeAllocated(allocated: Resources, sign: 1 | -1): void {
    for (const entry of allocated.entries) {
      const role = entry.kind.allocationRole;
      if (role !== undefined && isQuotaKind(entry.kind)) this.change(role, entry, sign);
    }
  }

  consumed(role: string): Quantities {
    return Quantities.ofMilli(this.byRole.get(role) ?? []);
  }

  private change(role: string, entry: Entry, sign: 1 | -1): void {
    this.changeOne(role, entry, sign);
    for (const ancestor of ancestorsOf(role)) this.changeOne(ancestor, entry, sign);
  }

  private changeOne(role: string, entry: Entry, sign: 1 | -1): void {
    let amounts = this.byRole.get(role);
    if (amounts === undefined) {
      amounts = new Map();
      this.byRole.set(role, amounts);
    }
    const { name } = entry.kind;
    const sum = (amounts.get(name) ?? 0) + sign * entry.milli;
    if (sum === 0) amounts.delete(name);
    else amounts.set(name, sum);
    if (amounts.size === 0) this.byRole.delete(role);
  }
}

/** Cuts to quantities: a name without one is dropped. Which resources are kept first is left to chance. */
export function shrinkToQuantities(resources: Resources, target: Quantities, random: Random): Resources {
  if (target.isEmpty) return Resources.EMPTY;
  if (target.contains(resources.scalarQuantities())) return resources;
  return shrink(resources, random, (name) => target.getMilli(name));
}

/** Cuts to limits: a name without one is kept. */
export function shrinkToLimits(resources: Resources, target: Limits, random: Random): Resources {
  if (target.contains(resources.scalarQuantities())) return resources;
  return shrink(resources, random, (name) => target.milli.get(name) ?? Number.POSITIVE_INFINITY);
}

function shrink(resources: Resources, random: Random, allowed: (name: string) => number): Resources {
  const left = new Map<string, number>();
  const kept: Entry[] = [];
  for (const entry of shuffled(resources.entries, random)) {
    const { name } = entry.kind;
    const room = left.get(name) ?? allowed(name);
    const part = cut(entry, room);
    if (part === undefined) continue;
    left.set(name, room - part.milli);
    kept.push(part);
  }
  return Resources.ofEntries(kept);
}

/** The indivisible is taken whole or dropped. */
function cut(entry: Entry, room: number): Entry | undefined {
  if (entry.milli <= room) return entry;
  if (entry.kind.indivisible || room <= 0) return undefined;
  return scalarEntry(entry.kind, room);
}

/** A shuffled copy (Fisher and Yates, from the end). */
export function shuffled<T>(list: readonly T[], random: Random): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const [a, b] = [copy[i], copy[j]];
    if (a === undefined || b === undefined) continue;
    copy[i] = b;
    copy[j] = a;
  }
  return copy;
}
