/** What must hold after every step of a simulation. */

/** Thrown out of the call that let time pass. */
export class InvariantBroken extends Error {
  readonly invariant: string;
  readonly problem: string;
  /** Simulated milliseconds since the beginning. */
  readonly atMs: number;

  constructor(invariant: string, problem: string, atMs: number) {
    super(`${invariant}: ${problem} (at ${(atMs / 1000).toFixed(3)} s)`);
    this.name = 'InvariantBroken';
    this.invariant = invariant;
    this.problem = problem;
    this.atMs = atMs;
  }
}

export class Invariants {
  private readonly checks: { readonly name: string; readonly check: () => string | undefined }[] = [];

  add(name: string, check: () => string | undefined): void {
    this.checks.push({ name, check });
  }

  /** The first that does not hold. */
  check(): { readonly name: string; readonly problem: string } | undefined {
    for (const { name, check } of this.checks) {
      const problem = check();
      if (problem !== undefined) return { name, problem };
    }
    return undefined;
  }
}
