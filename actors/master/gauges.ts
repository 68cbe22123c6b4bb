/** Numbers of the master that are asked for, not counted (metrics.md §2). */
import { enumName, OfferOperationType } from '../../proto/index.ts';
import { plainOf } from '../../runtime/mailbox.ts';
import { OPERATION_TYPES } from './operations/metrics.ts';
import type { MasterParts } from './parts.ts';
import { addResourceGauges } from './resourceGauges.ts';

const LIVE_STATES = ['staging', 'starting', 'running', 'killing', 'unreachable'];
/** Waiting events that are counted by kind. */
const WAITING_MAX = 10_000;

/** Adds the gauges of a master to its node's metrics. */
export function addGauges(parts: MasterParts): void {
  const { actor, agents, frameworks, offers, leadership, tasks } = parts;
  const gauge = (name: string, pull: () => number) => actor.metrics.gauge(`master/${name}`, pull);
  gauge('uptime_secs', () => (parts.nowMs - actor.node.startedAtMs) / 1000);
  gauge('elected', () => (leadership.leading ? 1 : 0));
  gauge('outstanding_offers', () => offers.count);
  gauge('operator_event_stream_subscribers', () => parts.eventStreams.count);

  const present = actor.metrics.shared(() => presenceOf(agents));
  gauge('slaves_connected', () => present().connected);
  gauge('slaves_disconnected', () => agents.count - present().connected);
  gauge('slaves_active', () => present().active);
  gauge('slaves_inactive', () => agents.count - present().active);
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
  addQueueGauges(parts, gauge);
  addOperationGauges(parts, gauge);
  addResourceGauges(parts);
}

/** How many members are connected, and how many of them are active. */
function presenceOf(agents: MasterParts['agents']): { readonly connected: number; readonly active: number } {
  let connected = 0;
  let active = 0;
  for (const { id } of agents.all()) {
    if (agents.isConnected(id)) connected++;
    if (agents.isActive(id)) active++;
  }
  return { connected, active };
}

type Gauge = (name: string, pull: () => number) => void;

/** What waits for the master's actor. */
function addQueueGauges({ actor }: MasterParts, gauge: Gauge): void {
  const waiting = (kind: 'message' | 'dispatch' | 'http') => () =>
    (actor.node.find(actor.self.id)?.waiting(WAITING_MAX) ?? []).filter(
      (event) => plainOf(event).kind === kind,
    ).length;
  gauge('event_queue_messages', waiting('message'));
  gauge('event_queue_dispatches', waiting('dispatch'));
  gauge('event_queue_http_requests', waiting('http'));
}

/** Operations now in a state, in all and by type. Which are to come back with their agents is not known: none is recovering. */
function addOperationGauges({ actor, operations }: MasterParts, gauge: Gauge): void {
  const typeOf = (type: OfferOperationType | undefined) => enumName(OfferOperationType, type).toLowerCase();
  const keysByType = actor.metrics.shared(() => {
    const keys = new Map<string, string[]>();
    for (const { key, info } of operations.all()) {
      const type = typeOf(info.type);
      const same = keys.get(type);
      if (same === undefined) keys.set(type, [key]);
      else same.push(key);
    }
    return keys;
  });
  for (const state of ['pending', 'unreachable']) {
    gauge(`operations/${state}`, () => operations.chart.countIn(state));
    for (const type of OPERATION_TYPES)
      gauge(
        `operations/${type}/${state}`,
        () => (keysByType().get(type) ?? []).filter((key) => operations.chart.matches(key, state)).length,
      );
  }
  for (const prefix of ['', ...OPERATION_TYPES.map((type) => `${type}/`)])
    gauge(`operations/${prefix}recovering`, () => 0);
}
