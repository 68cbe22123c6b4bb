/** What shares are made of: the totals of the cluster, and what one node of a sorter's tree holds of them. */

import type { Resources } from '../../../proto/resources/index.ts';

/**
 * The scalars of all agents together, reserved and revocable ones included. One object for all sorters of an
 * allocator; `version` grows with every change, so that each of them sees when its shares are stale.
 */
export class Totals {
  /** Thousandths by resource name. */
  readonly milli = new Map<string, number>();
  version = 0;

  add(total: Resources): void {
    this.change(total, 1);
  }

  subtract(total: Resources): void {
    this.change(total, -1);
  }

  private change(total: Resources, sign: 1 | -1): void {
    for (const [name, amount] of total.scalarQuantities().milli) addMilli(this.milli, name, sign * amount);
    this.version++;
  }
}

interface SharedHolding {
  readonly name: string;
  readonly milli: number;
  holders: number;
}

/** What a node holds, and how often something was allocated to it. */
export class Holding {
  /** Allocations made so far; never goes down. */
  count = 0;
  private readonly plain = new Map<string, number>();
  /** Shared resources weigh once, however many hold them. */
  private readonly shared = new Map<string, SharedHolding>();

  add(agentId: string, resources: Resources): void {
    for (const { kind, milli, holders } of resources.entries) {
      if (!kind.shared) addMilli(this.plain, kind.name, milli);
      else this.hold(`${agentId} ${kind.base}`, { name: kind.name, milli, holders });
    }
  }

  subtract(agentId: string, resources: Resources): void {
    for (const { kind, milli, holders } of resources.entries) {
      if (!kind.shared) addMilli(this.plain, kind.name, -milli);
      else this.release(`${agentId} ${kind.base}`, holders);
    }
  }

  /** Takes away everything that a child holds. */
  subtractAll(child: Holding): void {
    for (const [name, milli] of child.plain) addMilli(this.plain, name, -milli);
    for (const [key, { holders }] of child.shared) this.release(key, holders);
  }

  /** A copy, count included. */
  clone(): Holding {
    const copy = new Holding();
    copy.count = this.count;
    for (const [name, milli] of this.plain) copy.plain.set(name, milli);
    for (const [key, holding] of this.shared) copy.shared.set(key, { ...holding });
    return copy;
  }

  get isEmpty(): boolean {
    return this.plain.size === 0 && this.shared.size === 0;
  }

  /** Thousandths held of that name. */
  milli(name: string): number {
    let milli = this.plain.get(name) ?? 0;
    if (this.shared.size > 0) {
      for (const holding of this.shared.values()) if (holding.name === name) milli += holding.milli;
    }
    return milli;
  }

  private hold(key: string, holding: SharedHolding): void {
    const held = this.shared.get(key);
    if (held === undefined) this.shared.set(key, holding);
    else held.holders += holding.holders;
  }

  private release(key: string, holders: number): void {
    const held = this.shared.get(key);
    if (held === undefined) return;
    held.holders -= holders;
    if (held.holders <= 0) this.shared.delete(key);
  }
}

/**
 * The dominant share: the greatest of held / total over the scalars, in IEEE doubles of scalars, as Mesos computes it
 * (shares that are equal on paper may differ by rounding, and then decide).
 */
export function dominantShare(holding: Holding, totals: Totals, excluded: ReadonlySet<string>): number {
  let share = 0;
  for (const [name, total] of totals.milli) {
    if (total <= 0 || excluded.has(name)) continue;
    const part = holding.milli(name) / 1000 / (total / 1000);
    if (part > share) share = part;
  }
  return share;
}

function addMilli(amounts: Map<string, number>, name: string, milli: number): void {
  const sum = (amounts.get(name) ?? 0) + milli;
  if (sum === 0) amounts.delete(name);
  else amounts.set(name, sum);
}
