/** What the cluster has, what is used of it, what is offered or used: `master/cpus_used`, `allocator/mesos/resources/…` (metrics.md §2). */
import { ValueType } from '../../proto/index.ts';
import { Resources } from '../../proto/resources/index.ts';
import type { AgentRecord } from './agents/record.ts';
import type { MasterParts } from './parts.ts';

const NAMES = ['cpus', 'gpus', 'mem', 'disk'];
const ALLOCATED_NAMES = ['cpus', 'mem', 'disk'];

/** Scalars by name, in thousandths, so that sums are exact. */
interface Amounts {
  readonly regular: ReadonlyMap<string, number>;
  readonly revocable: ReadonlyMap<string, number>;
}

/** Each of the sums is one look at all agents, however many gauges tell of it. */
export function addResourceGauges({ actor, agents, offers }: MasterParts): void {
  const { metrics } = actor;
  const sum = (bagsOf: (agent: AgentRecord) => Iterable<Resources>) =>
    metrics.shared(() => amountsOf(agents.all(), bagsOf));
  const total = sum((agent) => [agent.total]);
  const used = sum((agent) => agent.used.values());
  for (const name of NAMES) {
    for (const [infix, part] of [
      ['', 'regular'],
      ['_revocable', 'revocable'],
    ] as const) {
      const of = (amounts: () => Amounts) => (amounts()[part].get(name) ?? 0) / 1000;
      metrics.gauge(`master/${name}${infix}_total`, () => of(total));
      metrics.gauge(`master/${name}${infix}_used`, () => of(used));
      metrics.gauge(`master/${name}${infix}_percent`, () => (of(total) === 0 ? 0 : of(used) / of(total)));
    }
  }
  const taken = sum((agent) => [
    ...agent.used.values(),
    ...offers.listed(agent.offers).map(({ resources }) => resources),
  ]);
  const whole = ({ regular, revocable }: Amounts, name: string) =>
    ((regular.get(name) ?? 0) + (revocable.get(name) ?? 0)) / 1000;
  for (const name of ALLOCATED_NAMES) {
    const prefix = `allocator/mesos/resources/${name}`;
    metrics.gauge(`${prefix}/total`, () => whole(total(), name));
    metrics.gauge(`${prefix}/offered_or_allocated`, () => whole(taken(), name));
  }
  // The allocator is a part of the master's actor: nothing waits for it alone.
  for (const name of ['allocator/event_queue_dispatches', 'allocator/mesos/event_queue_dispatches'])
    metrics.gauge(name, () => 0);
}

function amountsOf(
  agents: Iterable<AgentRecord>,
  bagsOf: (agent: AgentRecord) => Iterable<Resources>,
): Amounts {
  const regular = new Map<string, number>();
  const revocable = new Map<string, number>();
  for (const agent of agents) {
    for (const bag of countedOnce([...bagsOf(agent)])) {
      for (const { kind, milli } of bag.entries) {
        if (kind.type !== ValueType.SCALAR) continue;
        const amounts = kind.revocable ? revocable : regular;
        amounts.set(kind.name, (amounts.get(kind.name) ?? 0) + milli);
      }
    }
  }
  return { regular, revocable };
}

/** A shared volume of an agent counts once, however many hold it. */
function countedOnce(bags: readonly Resources[]): readonly Resources[] {
  return bags.some(({ traits }) => traits.shared) ? [Resources.sum(bags)] : bags;
}
