/**
 * Whether this master leads. Election comes in through `elected`; without an election service the master is alone and
 * elected at once. Whoever cannot keep the registry any more ends: a supervisor starts it anew.
 */
import { LiveChart } from '../../statecharts/engine.ts';
import { masterMachine } from '../../statecharts/master.ts';
import type { MasterParts } from './parts.ts';
import { missingCapabilities } from './registrar/capabilities.ts';
import { recoverRegistry } from './registrar/operations.ts';

export class Leadership {
  readonly chart: LiveChart<typeof masterMachine>;
  private readonly parts: MasterParts;
  /** Milliseconds since 1970; undefined before. */
  electedAtMs: number | undefined;

  constructor(parts: MasterParts) {
    this.parts = parts;
    const { clock, onUnhandled, onError } = parts.chartReports;
    this.chart = new LiveChart(masterMachine, {
      clock,
      onUnhandled,
      onError,
      actions: {
        recoverRegistry: () => this.recover(),
        serve: () => parts.allocation.start(),
        giveUpMissingAgents: () => parts.agentRecovery.giveUpMissing(),
        shutDown: ({ context }) => this.shutDown(context.reason),
      },
      delays: { REREGISTER_TIMEOUT: parts.flags.agent_reregister_timeout },
    });
  }

  /** Messages and calls are taken only while the master leads (master.md §2.3). */
  get leading(): boolean {
    return this.chart.hasTag('leading');
  }

  /** Takes part in the election; alone, wins it. */
  contend(): void {
    this.chart.send({ type: 'CONTENDING' });
    this.electedAtMs = this.parts.nowMs;
    this.chart.send({ type: 'ELECTED' });
  }

  fail(reason: string): void {
    this.chart.send({ type: 'FATAL', reason });
  }

  /** A recovered agent is back, or given up. */
  agentSettled(): void {
    this.chart.send({ type: 'RECOVERED_AGENT_SETTLED' });
  }

  stop(): void {
    this.chart.stop();
  }

  private recover(): void {
    const { registrar, info, agentRecovery, allocation, quotas, weights, actor } = this.parts;
    registrar.fetch(() => {
      const missing = missingCapabilities(registrar.registry);
      if (missing.length > 0) {
        this.fail(`the registry needs capabilities that this master does not have: ${missing.join(', ')}`);
        return;
      }
      actor.log.info('recovering from the registry', { agents: registrar.registry.slaves.size });
      registrar.apply(recoverRegistry(info), () => {
        const agents = agentRecovery.recover();
        quotas.recover();
        weights.recover();
        allocation.recoverAgents(agents);
        this.chart.send({ type: 'REGISTRY_RECOVERED', agents });
        actor.log.info('leading', { id: info.id, agents_to_come: agents });
      });
    });
  }

  /** After a failed store nothing may happen any more (failover.md, invariant 5): no timer, and `leading` is over. */
  private shutDown(reason: string): void {
    this.parts.actor.cancelTimers();
    this.parts.actor.log.error('the master ends', { reason });
    this.parts.settings.onFatal(reason);
  }
}
