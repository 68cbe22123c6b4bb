/** A cycle in slices, with anything between them: what holds of whole cycles holds of it. */
import test from 'ava';
import fc from 'fast-check';
import { Allocator, type FrameworkOffers } from '../../../../actors/master/allocator/index.ts';
import { Limits, parseResources, Quantities, Resources } from '../../../../proto/resources/index.ts';
import { seeded } from './transcript.ts';

const AGENT = 'cpus:4;mem:4096';

/** Agents a0…, frameworks f0… in the roles r0 and r1 by turns. */
function cluster(agents: number, frameworks: number, seed = 1): Allocator {
  const allocator = new Allocator({ random: seeded(seed) });
  for (let at = 0; at < agents; at++) {
    allocator.addAgent(`a${at}`, { hostname: `h${at}`, capabilities: [2] }, parseResources(AGENT));
  }
  for (let at = 0; at < frameworks; at++) {
    allocator.addFramework(`f${at}`, { roles: [`r${at % 2}`], capabilities: [5] });
  }
  return allocator;
}

function flat(allocations: Iterable<{ frameworkId: string; offers: FrameworkOffers }>): string[] {
  const lines: string[] = [];
  for (const { frameworkId, offers } of allocations) {
    for (const [role, byAgent] of offers) {
      for (const [agentId, resources] of byAgent)
        lines.push(`${frameworkId} ${role} ${agentId} ${resources}`);
    }
  }
  return lines;
}

test('without anything between, slices come to what a whole cycle comes to', (t) => {
  const whole = flat(cluster(20, 3).allocate(0));
  const sliced = cluster(20, 3).beginSliced(0, 3);
  const lines: string[] = [];
  let slices = 1;
  for (; sliced.step(false); slices++) lines.push(...flat(sliced.take()));
  lines.push(...flat(sliced.take()));
  t.deepEqual(lines.sort(), whole.sort());
  t.is(slices, 7);
});

test('a cycle that is paused for recovery allocates nothing', (t) => {
  const allocator = cluster(2, 1);
  allocator.setQuota('r0', { guarantees: Quantities.of({ cpus: 1 }), limits: Limits.NONE });
  allocator.recover(10, 0);
  const sliced = allocator.beginSliced(0, 1);
  t.false(sliced.step(false));
  t.deepEqual(sliced.take(), []);
});

test('a limit that is set between two slices holds for those that follow', (t) => {
  const allocator = cluster(8, 1);
  const sliced = allocator.beginSliced(0, 2);
  sliced.step(false);
  allocator.setQuota('r0', { guarantees: Quantities.NONE, limits: Limits.of({ cpus: 10 }) });
  while (sliced.step(true));
  t.is(allocator.consumed('r0').get('cpus'), 10);
});

/** Something that may happen between two slices. */
const happening = fc.record({
  what: fc.constantFrom(
    'removeAgent',
    'deactivateAgent',
    'removeFramework',
    'recover',
    'limit',
    'guarantee',
    'total',
  ),
  which: fc.nat(9),
});

test('no resource is allocated twice or beyond what there is, no limit is exceeded, whatever happens between', (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 12 }), fc.nat(1000), (happenings, seed) => {
      const allocator = cluster(10, 4, seed);
      const sliced = allocator.beginSliced(0, 2);
      const gone = new Set<string>();
      const limits = new Map<string, number>();
      const rest = [...happenings];
      while (sliced.step(true)) {
        const next = rest.shift();
        if (next !== undefined) happen(allocator, next.what, next.which, gone, limits);
      }
      for (let at = 0; at < 10; at++) {
        const id = `a${at}`;
        if (gone.has(id)) continue;
        const held = Resources.sum(allocator.held(id).values()).unallocated();
        t.true(allocator.total(id).contains(held));
        t.true(held.plus(allocator.available(id)).equals(allocator.total(id)));
      }
      for (const [role, limit] of limits) t.true(allocator.consumed(role).get('cpus') <= limit);
      for (const { offers } of sliced.take()) {
        for (const byAgent of offers.values()) for (const id of byAgent.keys()) t.true(id.startsWith('a'));
      }
    }),
    { numRuns: 200 },
  );
});

function happen(
  allocator: Allocator,
  what: string,
  which: number,
  gone: Set<string>,
  limits: Map<string, number>,
): void {
  const agentId = `a${which}`;
  const role = `r${which % 2}`;
  if (what === 'removeAgent' && !gone.has(agentId)) {
    allocator.removeAgent(agentId);
    gone.add(agentId);
  } else if (what === 'deactivateAgent' && !gone.has(agentId)) allocator.deactivateAgent(agentId);
  else if (what === 'removeFramework') allocator.removeFramework(`f${which % 4}`);
  else if (what === 'recover' && !gone.has(agentId)) {
    for (const [frameworkId, resources] of [...allocator.held(agentId)]) {
      allocator.recoverResources(frameworkId, agentId, resources, undefined, 0);
    }
  } else if (what === 'limit' && !limits.has(role)) {
    // What is allocated already may be more: that stays.
    const limit = Math.max(which, allocator.consumed(role).get('cpus'));
    limits.set(role, limit);
    allocator.setQuota(role, { guarantees: Quantities.NONE, limits: Limits.of({ cpus: limit }) });
  } else if (what === 'guarantee' && !limits.has(role)) {
    allocator.setQuota(role, { guarantees: Quantities.of({ cpus: which }), limits: Limits.NONE });
  } else if (what === 'total' && !gone.has(agentId)) {
    allocator.updateAgent(agentId, { total: parseResources('cpus:8;mem:4096') });
  }
}
