/** Numbers of the master that are asked for, not counted (metrics.md §2). */
import type { Kind } from '../../proto/resources/index.ts';
import { Resources } from '../../proto/resources/index.ts';
import type { MasterParts } from './parts.ts';

const LIVE_STATES = ['staging', 'starting', 'running', 'killing', 'unreachable'];
const NAMES = ['cpus', 'gpus', 'mem', 'disk'];

/** Adds the gauges of a master to its node's metrics. */
export function addGauges(parts: MasterParts): void {
  const { actor, agents, frameworks, offers, leadership, tasks } = parts;
  const gauge = (name: string, pull: () => number) => actor.metrics.gauge(`master/${name}`, pull);
  gauge('uptime_secs', () => (parts.nowMs - actor.node.startedAtMs) / 1000);
  gauge('elected', () => (leadership.leading ? 1 : 0));
  gauge('outstanding_offers', () => offers.count);
  gauge('operator_event_stream_subscribers', () => parts.eventStreams.count);

  const all = () => [...agents.all()];
  gauge('slaves_connected', () => all().filter(({ id }) => agents.isConnected(id)).length);
  gauge('slaves_disconnected', () => all().filter(({ id }) => !agents.isConnected(id)).length);
  gauge('slaves_active', () => all().filter(({ id }) => agents.isActive(id)).length);
  gauge('slaves_inactive', () => all().filter(({ id }) => !agents.isActive(id)).length);
  // Ours: how a failover goes on. `recovery_slaves` were in the registry, `…_settled` are back or given up.
  gauge('recovery_slaves', () => leadership.recovery.agents);
  gauge('recovery_slaves_settled', () => leadership.recovery.settled);
  gauge('slaves_unreachable', () => parts.registrar.registry.unreachable.size);

  const { chart } = frameworks;
  const live = () => [...frameworks.all()];
  gauge('frameworks_connected', () => chart.countTag('connected'));
  gauge('frameworks_disconnected', () => live().filter(({ id }) => !chart.hasTag(id, 'connected')).length);
  gauge('frameworks_active', () => chart.countTag('active'));
  gauge('frameworks_inactive', () => live().filter(({ id }) => !chart.hasTag(id, 'active')).length);

  for (const state of LIVE_STATES) gauge(`tasks_${state}`, () => tasks.chart.counts()[state] ?? 0);
  for (const state of ['pending', 'unreachable'])
    gauge(`operations/${state}`, () => parts.operations.chart.countIn(state));
  addResourceGauges(parts, gauge);
}

function addResourceGauges(parts: MasterParts, gauge: (name: string, pull: () => number) => void): void {
  const amount = (of: () => Resources, name: string, keep: (kind: Kind) => boolean) =>
    of().filter(keep).scalar(name) ?? 0;
  const total = () => Resources.sum([...parts.agents.all()].map((agent) => agent.total));
  const used = () => Resources.sum([...parts.agents.all()].flatMap((agent) => [...agent.used.values()]));
  for (const name of NAMES) {
    for (const [infix, keep] of [
      ['', (kind: Kind) => !kind.revocable],
      ['_revocable', (kind: Kind) => kind.revocable],
    ] as const) {
      gauge(`${name}${infix}_total`, () => amount(total, name, keep));
      gauge(`${name}${infix}_used`, () => amount(used, name, keep));
      gauge(`${name}${infix}_percent`, () => {
        const whole = amount(total, name, keep);
        return whole === 0 ? 0 : amount(used, name, keep) / whole;
      });
    }
  }
}
