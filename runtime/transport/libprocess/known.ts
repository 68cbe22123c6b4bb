/** Addresses that speak libprocess' wire as far as known: told by a message of theirs, or by their answer to our upgrade. */
export class KnownLibprocesses {
  private readonly addresses = new Set<string>();
  private readonly max: number;

  /** @param max how many are remembered; the oldest are forgotten, and found out again when they are called */
  constructor(max = 10_000) {
    this.max = max;
  }

  has(address: string): boolean {
    return this.addresses.has(address);
  }

  add(address: string): void {
    this.addresses.delete(address);
    this.addresses.add(address);
    for (const oldest of this.addresses) {
      if (this.addresses.size <= this.max) break;
      this.addresses.delete(oldest);
    }
  }

  forget(address: string): void {
    this.addresses.delete(address);
  }
}
