/**
 * Whether this master leads, and who does. The election decides; whoever loses it, or cannot keep the registry any more, ends: a
 * supervisor starts it anew, with nothing in its memory.
 */
import type { MasterInfo } from '../../proto/index.ts';
import { LiveChart } from '../../statecharts/engine.ts';
import { masterMachine } from '../../statecharts/master.ts';
import type { ElectionHost } from '../election/election.ts';
import type { MasterParts } from './parts.ts';
import { missingCapabilities } from './registrar/capabilities.ts';
import { recoverRegistry } from './registrar/operations.ts';

export class Leadership {
  readonly chart: LiveChart<typeof masterMachine>;
  private readonly parts: MasterParts;
  /** Recovered agents that the chart has not been told of yet. */
  private newlySettled = 0;
  /** Milliseconds since 1970; undefined before. */
  electedAtMs: number | undefined;
  /** Who leads, as far as is known: maybe this master. */
  leader: MasterInfo | undefined;

  constructor(parts: MasterParts) {
    this.parts = parts;
    const { clock, onUnhandled, onError } = parts.chartReports;
    this.chart = new LiveChart(masterMachine, {
      clock,
      onUnhandled,
      onError,
      actions: {
        recoverRegistry: () => this.recover(),
        serve: () => {
          parts.whitelist.start();
          parts.allocation.start();
          parts.registryGarbage.start();
          parts.hosts.start();
        },
        giveUpMissingAgents: () => parts.agentRecovery.giveUpMissing(),
        shutDown: ({ context }) => this.shutDown(context.reason),
      },
      delays: { REREGISTER_TIMEOUT: parts.flags.agent_reregister_timeout },
    });
  }

  /** Messages and calls are taken only while the master leads (master.md §2.3). */
  get leading(): boolean {
    return this.chart.hasTag('leading') && this.parts.settings.election.holds;
  }

  /** Elected by the last word of the election, maybe not serving yet. */
  get elected(): boolean {
    return this.chart.matches('recovering') || this.chart.hasTag('leading');
  }

  /** Elected, but the registry is not read yet. */
  get recovering(): boolean {
    return this.chart.matches('recovering') && this.parts.settings.election.holds;
  }

  /** The leading master, where it is another one. */
  get otherLeader(): MasterInfo | undefined {
    return this.leader?.id === this.parts.info.id ? undefined : this.leader;
  }

  /** It was elected, but its time is over, though nobody may have said so yet: it must not act any more. */
  get lapsed(): boolean {
    return this.elected && !this.parts.settings.election.holds;
  }

  /** Takes part in the election; alone, wins it. */
  contend(host: ElectionHost): void {
    const { info, settings, actor } = this.parts;
    this.chart.send({ type: 'CONTENDING' });
    settings.election.contend(info, host, {
      elected: () => this.begin(),
      lost: (reason) => this.lost(reason),
      leader: (leader) => {
        this.leader = leader;
        if (leader?.id === info.id) return;
        actor.log.info('leading master', { id: leader?.id, pid: leader?.pid });
        if (leader !== undefined) this.chart.send({ type: 'OTHER_ELECTED' });
      },
    });
  }

  private begin(): void {
    this.electedAtMs = this.parts.nowMs;
    this.leader = this.parts.info;
    this.chart.send({ type: 'ELECTED' });
  }

  private lost(reason: string): void {
    this.leader = undefined;
    this.parts.actor.log.error('lost leadership', { reason });
    if (this.elected) this.chart.send({ type: 'DEPOSED' });
    else this.fail(reason);
  }

  fail(reason: string): void {
    this.chart.send({ type: 'FATAL', reason });
  }

  /** How the failover goes on: agents that the registry listed, and how many of them are back or given up. */
  get recovery(): { readonly agents: number; readonly settled: number } {
    const { agents, settled } = this.chart.context;
    return { agents, settled };
  }

  /** A recovered agent is back, or given up. Thousands come at once: the chart is told of all of an event together. */
  agentSettled(): void {
    if (this.newlySettled++ > 0) return;
    this.parts.actor.defer(() => {
      const count = this.newlySettled;
      this.newlySettled = 0;
      this.chart.send({ type: 'RECOVERED_AGENTS_SETTLED', count });
    })();
  }

  stop(): void {
    this.chart.stop();
  }

  private recover(): void {
    const { registrar, info, agentRecovery, allocation, maintenance, quotas, weights, useHistory, actor } =
      this.parts;
    registrar.fetch(() => {
      const missing = missingCapabilities(registrar.registry);
      if (missing.length > 0) {
        this.fail(`the registry needs capabilities that this master does not have: ${missing.join(', ')}`);
        return;
      }
      actor.log.info('recovering from the registry', { agents: registrar.registry.slaves.size });
      registrar.apply(recoverRegistry(info), () => {
        const agents = agentRecovery.recover();
        maintenance.recover();
        quotas.recover();
        weights.recover();
        this.parts.hosts.recover();
        allocation.recoverAgents(agents);
        this.chart.send({ type: 'REGISTRY_RECOVERED', agents });
        useHistory.begin();
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
