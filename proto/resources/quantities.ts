/**
 * Amounts by resource name, as quota, shares and minimums are counted: three-decimal scalars, nothing else.
 *
 * In `Quantities` an absent name is 0. In `Limits` an absent name is infinite.
 */

import { fromMilli, toMilli } from './values.ts';

/** How quantities look in messages: `{cpus: {value: 4}}`. */
export type QuantityMap = Readonly<Record<string, { readonly value: number }>>;

/** An immutable map of names to amounts above 0. */
export class Quantities {
  static readonly NONE = new Quantities(new Map());
  /** Thousandths by name; no zero and no negative amounts. */
  readonly milli: ReadonlyMap<string, number>;

  private constructor(milli: ReadonlyMap<string, number>) {
    this.milli = milli;
  }

  /** From thousandths; amounts of 0 or below are dropped. */
  static ofMilli(entries: Iterable<readonly [string, number]>): Quantities {
    const milli = new Map<string, number>();
    for (const [name, amount] of entries) if (amount > 0) milli.set(name, amount);
    return milli.size === 0 ? Quantities.NONE : new Quantities(milli);
  }

  /** From scalars by name, as `{cpus: 1.5}`. */
  static of(scalars: Readonly<Record<string, number>>): Quantities {
    return Quantities.ofMilli(Object.entries(scalars).map(([name, value]) => [name, toMilli(value)]));
  }

  /** From the map of a message, as `{cpus: {value: 1.5}}`. */
  static ofMessage(map: QuantityMap | undefined): Quantities {
    const entries = Object.entries(map ?? {});
    return Quantities.ofMilli(entries.map(([name, scalar]) => [name, toMilli(scalar.value)]));
  }

  get isEmpty(): boolean {
    return this.milli.size === 0;
  }

  /** The scalar of that name, 0 when absent. */
  get(name: string): number {
    return fromMilli(this.getMilli(name));
  }

  /** Thousandths of that name, 0 when absent. */
  getMilli(name: string): number {
    return this.milli.get(name) ?? 0;
  }

  plus(that: Quantities): Quantities {
    if (that.isEmpty) return this;
    if (this.isEmpty) return that;
    const sum = new Map(this.milli);
    for (const [name, amount] of that.milli) sum.set(name, (sum.get(name) ?? 0) + amount);
    return new Quantities(sum);
  }

  /** Subtraction ends at 0. */
  minus(that: Quantities): Quantities {
    if (that.isEmpty || this.isEmpty) return this;
    const rest = new Map(this.milli);
    for (const [name, amount] of that.milli) {
      const left = (rest.get(name) ?? 0) - amount;
      if (left > 0) rest.set(name, left);
      else rest.delete(name);
    }
    return rest.size === 0 ? Quantities.NONE : new Quantities(rest);
  }

  /** Whether there is at least as much of everything in `that`. */
  contains(that: Quantities): boolean {
    for (const [name, amount] of that.milli) if (this.getMilli(name) < amount) return false;
    return true;
  }

  equals(that: Quantities): boolean {
    return this.milli.size === that.milli.size && this.contains(that);
  }

  /** `{cpus: 1.5}`: plain numbers, in the order of the names. */
  toObject(): Record<string, number> {
    const names = [...this.milli.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.get(name)]));
  }

  /** `cpus:1.5; mem:32`, or `{}`. */
  toString(): string {
    return formatAmounts(this.milli);
  }
}

/** Immutable upper bounds by name; a name without one is not bounded. 0 is a bound. */
export class Limits {
  static readonly NONE = new Limits(new Map());
  readonly milli: ReadonlyMap<string, number>;

  private constructor(milli: ReadonlyMap<string, number>) {
    this.milli = milli;
  }

  /** From scalars by name, as `{cpus: 4}`; a negative limit is 0. */
  static of(scalars: Readonly<Record<string, number>>): Limits {
    const entries = Object.entries(scalars);
    return new Limits(new Map(entries.map(([name, value]) => [name, Math.max(0, toMilli(value))])));
  }

  /** From the map of a message, as `{cpus: {value: 4}}`. */
  static ofMessage(map: QuantityMap | undefined): Limits {
    const entries = Object.entries(map ?? {});
    return new Limits(new Map(entries.map(([name, scalar]) => [name, Math.max(0, toMilli(scalar.value))])));
  }

  get isEmpty(): boolean {
    return this.milli.size === 0;
  }

  /** The scalar limit of that name; undefined when unlimited. */
  get(name: string): number | undefined {
    const milli = this.milli.get(name);
    return milli === undefined ? undefined : fromMilli(milli);
  }

  /** Lowers each limit by the amount, to 0 at the least. */
  minus(that: Quantities): Limits {
    if (that.isEmpty || this.isEmpty) return this;
    const rest = new Map(this.milli);
    for (const [name, limit] of this.milli) rest.set(name, Math.max(0, limit - that.getMilli(name)));
    return new Limits(rest);
  }

  /** Whether none of the amounts is above its limit. */
  contains(that: Quantities): boolean {
    for (const [name, limit] of this.milli) if (that.getMilli(name) > limit) return false;
    return true;
  }

  toObject(): Record<string, number> {
    const names = [...this.milli.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, fromMilli(this.milli.get(name) ?? 0)]));
  }

  toString(): string {
    return formatAmounts(this.milli);
  }
}

function formatAmounts(milli: ReadonlyMap<string, number>): string {
  if (milli.size === 0) return '{}';
  const names = [...milli.keys()].sort();
  return names.map((name) => `${name}:${fromMilli(milli.get(name) ?? 0)}`).join('; ');
}
