/** Agents that are unreachable or gone for long are forgotten, so that the registry does not grow for ever (master.md §1). */
import type { MasterParts } from '../parts.ts';
import { pruneSlaves } from '../registrar/operations.ts';

interface Marked {
  readonly timestamp: { readonly nanoseconds: number };
}

export interface Remembered {
  /** `--registry_max_agent_count`, of each list. */
  readonly countMax: number;
  /** `--registry_max_agent_age` */
  readonly ageMaxMs: number;
}

/** The ids of a list that are to be forgotten: the oldest beyond the count, then what is too old. */
export function staleIn(
  list: ReadonlyMap<string, Marked>,
  { countMax, ageMaxMs }: Remembered,
  nowMs: number,
): string[] {
  const oldestFirst = [...list].sort(([, a], [, b]) => a.timestamp.nanoseconds - b.timestamp.nanoseconds);
  const beyond = oldestFirst.length - countMax;
  return oldestFirst
    .filter(([, { timestamp }], n) => n < beyond || nowMs - timestamp.nanoseconds / 1e6 > ageMaxMs)
    .map(([id]) => id);
}

/** Entries of one operation, so that no single write grows large. */
const SLICE = 100;

export class RegistryGarbage {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** The master leads. */
  start(): void {
    const { actor, flags } = this.parts;
    actor.delay(flags.registry_gc_interval, () => {
      this.collect();
      this.start();
    });
  }

  private collect(): void {
    const { registrar, flags, nowMs, actor } = this.parts;
    const { unreachable, gone } = registrar.registry;
    const kept = { countMax: flags.registry_max_agent_count, ageMaxMs: flags.registry_max_agent_age };
    const stale = [...staleIn(unreachable, kept, nowMs), ...staleIn(gone, kept, nowMs)];
    if (stale.length === 0) return;
    actor.log.info('forgetting agents that are unreachable or gone for long', { agents: stale.length });
    for (let from = 0; from < stale.length; from += SLICE) {
      const ids = stale.slice(from, from + SLICE);
      registrar.apply(pruneSlaves(ids), () => {
        for (const id of ids) this.forget(id);
      });
    }
  }

  /** One whose return was asked for meanwhile is on its way in. */
  private forget(id: string): void {
    const { chart } = this.parts.agents;
    if (chart.matches(id, 'membership.unreachable')) chart.step(id, { type: 'FORGOTTEN' });
    else if (!chart.matches(id, 'membership.gone')) return;
    chart.stop(id);
  }
}
