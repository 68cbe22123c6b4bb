/** Numbers of the master that are asked for, not counted (metrics.md §2). */
import { enumName, OfferOperationType } from '../../proto/index.ts';
import type { Kind } from '../../proto/resources/index.ts';
import { Resources } from '../../proto/resources/index.ts';
import { plainOf } from '../../runtime/mailbox.ts';
import { OPERATION_TYPES } from './operations/metrics.ts';
import type { MasterParts } from './parts.ts';

const LIVE_STATES = ['staging', 'starting', 'running', 'killing', 'unreachable'];
const NAMES = ['cpus', 'gpus', 'mem', 'disk'];
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
  addQueueGauges(parts, gauge);
  addOperationGauges(parts, gauge);
  addResourceGauges(parts, gauge);
  addAllocatorGauges(parts);
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
function addOperationGauges({ operations }: MasterParts, gauge: Gauge): void {
  const typeOf = (type: OfferOperationType | undefined) => enumName(OfferOperationType, type).toLowerCase();
  for (const state of ['pending', 'unreachable']) {
    gauge(`operations/${state}`, () => operations.chart.countIn(state));
    for (const type of OPERATION_TYPES)
      gauge(
        `operations/${type}/${state}`,
        () =>
          [...operations.all()].filter(
            ({ key, info }) => typeOf(info.type) === type && operations.chart.matches(key, state),
          ).length,
      );
  }
  for (const prefix of ['', ...OPERATION_TYPES.map((type) => `${type}/`)])
    gauge(`operations/${prefix}recovering`, () => 0);
}

/** The allocator is a part of the master's actor: nothing waits for it alone. */
function addAllocatorGauges({ actor, agents, offers }: MasterParts): void {
  for (const name of ['allocator/event_queue_dispatches', 'allocator/mesos/event_queue_dispatches'])
    actor.metrics.gauge(name, () => 0);
  const amount = (bags: Iterable<Resources>, name: string) => Resources.sum(bags).scalar(name) ?? 0;
  for (const name of ['cpus', 'mem', 'disk']) {
    const prefix = `allocator/mesos/resources/${name}`;
    const all = () => [...agents.all()];
    actor.metrics.gauge(`${prefix}/total`, () =>
      amount(
        all().map(({ total }) => total),
        name,
      ),
    );
    actor.metrics.gauge(`${prefix}/offered_or_allocated`, () => {
      const used = all().flatMap((agent) => [...agent.used.values()]);
      const offered = all().flatMap((agent) => offers.listed(agent.offers).map(({ resources }) => resources));
      return amount([...used, ...offered], name);
    });
  }
}

function addResourceGauges(parts: MasterParts, gauge: Gauge): void {
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
