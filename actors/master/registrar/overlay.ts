/**
 * A map with pending changes on top: what a registry operation sees and changes before the store has it. The map below
 * stays as it is until `commit`.
 */
export class Overlay<T> {
  private readonly below: Map<string, T>;
  /** undefined: deleted */
  private readonly changes = new Map<string, T | undefined>();

  constructor(below: Map<string, T>) {
    this.below = below;
  }

  get(key: string): T | undefined {
    return this.changes.has(key) ? this.changes.get(key) : this.below.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: T): void {
    this.changes.set(key, value);
  }

  delete(key: string): void {
    this.changes.set(key, undefined);
  }

  /** Everything there is, the pending changes included: entries of below first, in their order. */
  *entries(): Generator<[key: string, value: T]> {
    for (const [key, value] of this.below) if (!this.changes.has(key)) yield [key, value];
    for (const [key, value] of this.changes) if (value !== undefined) yield [key, value];
  }

  *keys(): Generator<string> {
    for (const [key] of this.entries()) yield key;
  }

  /** What differs from below, by key; undefined for what is gone. */
  get pending(): ReadonlyMap<string, T | undefined> {
    return this.changes;
  }

  /** Moves the changes into the map below. */
  commit(): void {
    for (const [key, value] of this.changes) {
      if (value === undefined) this.below.delete(key);
      else this.below.set(key, value);
    }
    this.changes.clear();
  }
}
