/** What the master counts of each framework: `master/frameworks/<name>/<id>/…` (metrics.md §2.1). All of it is there from the start. */
import {
  enumName,
  type OfferOperation,
  OfferOperationType,
  type SchedulerCall,
  SchedulerCallType,
  type SchedulerEvent,
  SchedulerEventType,
} from '../../proto/index.ts';
import { type Counter, MetricsGroup, type MetricsRegistry } from '../../runtime/metrics/index.ts';
import type { FrameworkRecord } from './frameworks/record.ts';

const ACTIVE = ['staging', 'starting', 'running', 'killing', 'unreachable', 'unknown'];
const TERMINAL = ['finished', 'failed', 'killed', 'lost', 'error', 'dropped', 'gone', 'gone_by_operator'];

/** What the gauges of a framework ask, when someone looks. */
export interface FrameworkGauges {
  isConnected(): boolean;
  /** How many of its tasks are in that state: `TASK_RUNNING`. */
  tasksIn(state: string): number;
  isSuppressed(role: string): boolean;
}

interface Counters {
  readonly group: MetricsGroup;
  /** Those that come and go with its roles. */
  readonly roles: MetricsGroup;
  readonly gauges: FrameworkGauges;
  readonly calls: Counter;
  readonly events: Counter;
  readonly operations: Counter;
  readonly byCall: ReadonlyMap<number, Counter>;
  readonly byEvent: ReadonlyMap<number, Counter>;
  readonly byOperation: ReadonlyMap<number, Counter>;
  readonly sent: Counter;
  readonly accepted: Counter;
  readonly declined: Counter;
  readonly rescinded: Counter;
}

export class FrameworkMetrics {
  private readonly registry: MetricsRegistry;
  private readonly enabled: boolean;
  private readonly byId = new Map<string, Counters>();

  constructor(registry: MetricsRegistry, enabled: boolean) {
    this.registry = registry;
    this.enabled = enabled;
  }

  add(framework: FrameworkRecord, gauges: FrameworkGauges): void {
    if (!this.enabled) return;
    const name = encodeURIComponent(framework.description.info.name);
    const prefix = `master/frameworks/${name}/${framework.id}/`;
    const group = new MetricsGroup(this.registry, prefix);
    const counter = (suffix: string) => group.counter(suffix);
    group.gauge('subscribed', () => (gauges.isConnected() ? 1 : 0));
    for (const state of ACTIVE)
      group.gauge(`tasks/active/task_${state}`, () => gauges.tasksIn(`TASK_${state.toUpperCase()}`));
    for (const state of TERMINAL) counter(`tasks/terminal/task_${state}`);
    this.byId.set(framework.id, {
      group,
      roles: new MetricsGroup(this.registry, `${prefix}roles/`),
      gauges,
      calls: counter('calls'),
      events: counter('events'),
      operations: counter('operations'),
      byCall: countersOf(group, 'calls/', SchedulerCallType),
      byEvent: countersOf(group, 'events/', SchedulerEventType),
      byOperation: countersOf(group, 'operations/', OfferOperationType),
      sent: counter('offers/sent'),
      accepted: counter('offers/accepted'),
      declined: counter('offers/declined'),
      rescinded: counter('offers/rescinded'),
    });
    this.describe(framework);
  }

  /** Its roles may have changed. */
  describe({ id, description }: FrameworkRecord): void {
    const counters = this.byId.get(id);
    if (counters === undefined) return;
    const { roles, gauges } = counters;
    roles.clear();
    for (const role of description.roles)
      roles.gauge(`${role}/suppressed`, () => (gauges.isSuppressed(role) ? 1 : 0));
  }

  remove({ id }: FrameworkRecord): void {
    const counters = this.byId.get(id);
    if (counters === undefined) return;
    this.byId.delete(id);
    counters.group.clear();
    counters.roles.clear();
  }

  callReceived({ id }: FrameworkRecord, { type = SchedulerCallType.UNKNOWN }: SchedulerCall): void {
    const counters = this.byId.get(id);
    if (counters === undefined) return;
    counters.calls.value++;
    count(counters.byCall, type, 1);
  }

  eventSent({ id }: FrameworkRecord, { type = SchedulerEventType.UNKNOWN }: SchedulerEvent): void {
    const counters = this.byId.get(id);
    if (counters === undefined) return;
    counters.events.value++;
    count(counters.byEvent, type, 1);
  }

  /** Operations of an ACCEPT, launches among them. */
  operationsAccepted({ id }: FrameworkRecord, operations: readonly OfferOperation[]): void {
    const counters = this.byId.get(id);
    if (counters === undefined) return;
    counters.operations.value += operations.length;
    for (const { type } of operations) count(counters.byOperation, type ?? 0, 1);
  }

  /** A task of it came into that state: `TASK_FINISHED`. */
  taskChanged(id: string, state: string): void {
    const counters = this.byId.get(id);
    const name = state.toLowerCase();
    if (counters === undefined || !TERMINAL.includes(name.slice('task_'.length))) return;
    counters.group.counter(`tasks/terminal/${name}`).value++;
  }

  offersSent({ id }: FrameworkRecord, many: number): void {
    const counters = this.byId.get(id);
    if (counters !== undefined) counters.sent.value += many;
  }

  offersAccepted({ id }: FrameworkRecord, many: number): void {
    const counters = this.byId.get(id);
    if (counters !== undefined) counters.accepted.value += many;
  }

  offersDeclined({ id }: FrameworkRecord, many: number): void {
    const counters = this.byId.get(id);
    if (counters !== undefined) counters.declined.value += many;
  }

  offersRescinded({ id }: FrameworkRecord, many: number): void {
    const counters = this.byId.get(id);
    if (counters !== undefined) counters.rescinded.value += many;
  }
}

/** A counter for every type but UNKNOWN, by its number. */
function countersOf(
  group: MetricsGroup,
  prefix: string,
  types: Readonly<Record<string, number>>,
): Map<number, Counter> {
  const known = [...new Set(Object.values(types))].filter((type) => enumName(types, type) !== 'UNKNOWN');
  return new Map(known.map((type) => [type, group.counter(prefix + enumName(types, type).toLowerCase())]));
}

function count(counters: ReadonlyMap<number, Counter>, type: number, many: number): void {
  const counter = counters.get(type);
  if (counter !== undefined) counter.value += many;
}
