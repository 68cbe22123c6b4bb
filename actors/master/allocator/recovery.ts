/** The pause after a failover: with quota but few agents, guarantees would look broken and limits would not be seen. */

export interface RecoveryPauseOptions {
  /** `--allocator_agent_recovery_factor`: share of the former agents that is waited for. Default 0.8. */
  readonly agentRecoveryFactor?: number | undefined;
  /** `--allocator_recovery_timeout`. Default 10 minutes. */
  readonly recoveryTimeoutMs?: number | undefined;
}

export class RecoveryPause {
  private expectedAgents = 0;
  private untilMs = Number.NEGATIVE_INFINITY;
  private readonly agentFactor: number;
  private readonly timeoutMs: number;

  constructor({ agentRecoveryFactor = 0.8, recoveryTimeoutMs = 600_000 }: RecoveryPauseOptions = {}) {
    this.agentFactor = agentRecoveryFactor;
    this.timeoutMs = recoveryTimeoutMs;
  }

  /** @param agents that were there before */
  begin(agents: number, nowMs: number): void {
    this.expectedAgents = Math.trunc(this.agentFactor * agents);
    this.untilMs = nowMs + this.timeoutMs;
  }

  /** Until that share of the agents is there, or the time is over; once over it does not come back. */
  isOn(agents: number, nowMs: number): boolean {
    if (agents < this.expectedAgents && nowMs < this.untilMs) return true;
    this.expectedAgents = 0;
    return false;
  }
}
