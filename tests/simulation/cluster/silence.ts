/** How long agents are silent; numbers as in failover.md §5. */
import type { Master } from '../../../actors/master/master.ts';
import type { Delivery, Simulation } from '../../../runtime/simulation/index.ts';

/** Pings that went unanswered, and one store that takes its time. */
const SILENT_MOST_MS = 90_000 + 25_000;

export class SilenceWatch {
  readonly problems: string[] = [];
  private readonly simulation: Simulation;
  /** PID of an agent → when a word of it last reached a master, in simulated milliseconds. */
  private readonly heardMs = new Map<string, number>();
  private leader: Master | undefined;
  /** The leader is the same, and runs, since then. */
  private steadyMs = 0;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  see({ from, to }: Delivery): void {
    if (to.id === 'master' && from?.id.startsWith('slave') === true)
      this.heardMs.set(from.text, this.simulation.elapsedMs);
  }

  /** 41 */
  look(leader: Master, nowMs: number): string | undefined {
    if (leader !== this.leader || this.isPaused(leader)) this.steadyMs = nowMs;
    this.leader = leader;
    for (const { id, pid } of leader.parts.agents.all()) {
      const sinceMs = Math.max(this.steadyMs, this.heardMs.get(pid.text) ?? 0);
      if (nowMs - sinceMs > SILENT_MOST_MS)
        return `41: agent ${id} is a member, silent for ${Math.round((nowMs - sinceMs) / 1000)} s`;
    }
    return undefined;
  }

  private isPaused({ self }: Master): boolean {
    const machine = this.simulation.all.find(({ address }) => address.host === self.host);
    return machine?.running?.gate.paused === true;
  }
}
