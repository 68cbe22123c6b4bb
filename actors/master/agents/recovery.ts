/** After a failover of the master: the agents of the registry are awaited, and given up after a while (master.md §3). */
import type { MasterParts } from '../parts.ts';

export class AgentRecovery {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /**
   * Takes the registry's agents in. Offers are made as agents come back: without quota there is no headroom that missing
   * ones could hide (allocator.md §1.1).
   * @returns how many are awaited
   */
  recover(): number {
    const { agents, drains, registrar } = this.parts;
    const { slaves, unreachable, gone } = registrar.registry;
    const take = (id: string, type: 'FOUND_IN_REGISTRY' | 'FOUND_UNREACHABLE' | 'FOUND_GONE') => {
      agents.chart.start(id);
      agents.chart.step(id, { type });
      drains.recover(id);
    };
    for (const id of slaves.keys()) take(id, 'FOUND_IN_REGISTRY');
    for (const id of unreachable.keys()) take(id, 'FOUND_UNREACHABLE');
    for (const id of gone.keys()) take(id, 'FOUND_GONE');
    return slaves.size;
  }

  /**
   * Agents that did not come back in time are marked unreachable, as fast as the rate limit allows. If they are more than
   * `--recovery_agent_removal_limit` of all, more is wrong than they are: the master ends and removes nobody.
   */
  giveUpMissing(): void {
    const { agents, registrar, flags, leadership, pings, actor } = this.parts;
    const known = registrar.registry.slaves.size;
    const missing = [...registrar.registry.slaves.keys()].filter((id) => agents.isAwaited(id));
    const percent = known === 0 ? 0 : (missing.length / known) * 100;
    if (percent > flags.recovery_agent_removal_limit) {
      leadership.fail(
        `${missing.length} of ${known} agents did not come back, more than --recovery_agent_removal_limit`,
      );
      return;
    }
    if (missing.length > 0)
      actor.log.warn('agents did not come back', { missing: missing.length, of: known });
    for (const id of missing) {
      pings.limiter.acquire(() => {
        if (agents.chart.matches(id, 'membership.recovered')) {
          agents.chart.step(id, { type: 'NOT_BACK_AFTER_FAILOVER' });
        }
      });
    }
  }
}
