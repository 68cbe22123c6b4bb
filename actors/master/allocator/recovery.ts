/** The pause after a failover: with quota but few agents, guarantees would look broken and limits would not be seen. */

/** `--allocator_agent_recovery_factor` */
const AGENT_FACTOR = 0.8;
/** `--allocator_recovery_timeout` */
const TIMEOUT_MS = 600_000;

export class RecoveryPause {
  private expectedAgents = 0;
  private untilMs = Number.NEGATIVE_INFINITY;

  /** @param agents that were there before */
  begin(agents: number, nowMs: number): void {
    this.expectedAgents = Math.trunc(AGENT_FACTOR * agents);
    this.untilMs = nowMs + TIMEOUT_MS;
  }

  /** Until 80 % of the agents are there, for 10 minutes at the most; once over it does not come back. */
  isOn(agents: number, nowMs: number): boolean {
    if (agents < this.expectedAgents && nowMs < this.untilMs) return true;
    this.expectedAgents = 0;
    return false;
  }
}
