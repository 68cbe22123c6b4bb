/** Counts, over one allocation cycle, on how many agents a framework was passed over in a role, and why. */
import { type ExplainSink, type SkipCode, SkipReason } from '../allocator/index.ts';

/** Skips that are counted of one cycle; what comes on further agents is left out, so that telling costs little. */
const SKIPS_MAX = 50_000;

export type Counts = Map<SkipCode, number>;

const codes = new Map(Object.entries(SkipReason).map(([code, text]) => [text, code as SkipCode]));

export class SkipTally {
  /** framework id → role ('' for all of its roles) → reasons */
  private readonly ofFrameworks = new Map<string, Map<string, Counts>>();
  private readonly ofRoles = new Map<string, Counts>();
  private readonly ofAll: Counts = new Map();
  private skips = 0;
  private agentId: string | undefined;
  private counting = true;

  /** Hears the cycle. */
  readonly sink: ExplainSink = (frameworkId, role, agentId, reason) => {
    if (this.skips++ > SKIPS_MAX && agentId !== this.agentId) this.counting = false;
    this.agentId = agentId;
    if (!this.counting) return;
    const code = codes.get(reason);
    if (code === undefined) return;
    if (frameworkId !== undefined) count(countsOf(this.rolesOf(frameworkId), role ?? ''), code);
    else if (role !== undefined) count(countsOf(this.ofRoles, role), code);
    else count(this.ofAll, code);
  };

  /** Whether all agents were counted. */
  get isWhole(): boolean {
    return this.counting;
  }

  /** Why the framework was passed over in the role, by the number of agents. */
  reasons(frameworkId: string, role: string): Counts {
    const sum: Counts = new Map(this.ofAll);
    const own = this.ofFrameworks.get(frameworkId);
    for (const counts of [this.ofRoles.get(role), own?.get(''), own?.get(role)]) {
      for (const [code, agents] of counts ?? []) sum.set(code, (sum.get(code) ?? 0) + agents);
    }
    return sum;
  }

  private rolesOf(frameworkId: string): Map<string, Counts> {
    let roles = this.ofFrameworks.get(frameworkId);
    if (roles === undefined) {
      roles = new Map();
      this.ofFrameworks.set(frameworkId, roles);
    }
    return roles;
  }
}

function countsOf(byRole: Map<string, Counts>, role: string): Counts {
  let counts = byRole.get(role);
  if (counts === undefined) {
    counts = new Map();
    byRole.set(role, counts);
  }
  return counts;
}

function count(counts: Counts, code: SkipCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}
