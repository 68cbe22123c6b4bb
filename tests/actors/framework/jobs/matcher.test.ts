/** First fit: the rows of the specification, and what must hold for every round of offers. */
import test from 'ava';
import fc from 'fast-check';
import { type Candidate, matchOffers, type Placement } from '../../../../actors/framework/jobs/index.ts';
import { demandText } from '../../../../actors/framework/jobs/jobSpec.ts';
import type { Offer } from '../../../../proto/index.ts';
import { parseResources, Resources } from '../../../../proto/resources/index.ts';

let offers = 0;

function offer(resources: string, agent = 'S0', role = '*'): Offer {
  return {
    id: { value: `O${offers++}` },
    framework_id: { value: 'F' },
    agent_id: { value: agent },
    hostname: `host-${agent}`,
    resources: parseResources(resources).allocatedTo(role).toMessages(),
    allocation_info: { role },
  };
}

function job(id: string, demand: Partial<Candidate['demand']>, avoided: readonly string[] = []): Candidate {
  const whole = { cpus: 0.1, mem: 1, disk: 0, ports: 0, ...demand };
  return { id, demand: whole, shape: demandText(whole), avoids: (hostname) => avoided.includes(hostname) };
}

const jobs = (...cpus: number[]) => cpus.map((each, n) => job(`j${n}`, { cpus: each }));
const ids = (placements: readonly Placement<Candidate>[]) => placements.map((placement) => placement.job.id);

test('jobs of 3, 1, 2 cpus on an offer of 3.5: the first, then none', (t) => {
  const [plan] = matchOffers([offer('cpus:3.5;mem:100')], jobs(3, 1, 2));
  t.deepEqual(ids(plan?.placements ?? []), ['j0']);
});

test('jobs of 2, 2, 1 on an offer of 3: one that does not fit is skipped', (t) => {
  const [plan] = matchOffers([offer('cpus:3;mem:100')], jobs(2, 2, 1));
  t.deepEqual(ids(plan?.placements ?? []), ['j0', 'j2']);
});

test('offers of one agent are used together, those of others are not', (t) => {
  const round = [offer('cpus:1;mem:10'), offer('cpus:1;mem:10', 'S1'), offer('cpus:1;mem:10')];
  const plans = matchOffers(round, jobs(2));
  t.deepEqual(
    plans.map((plan) => [plan.offers.length, ids(plan.placements)]),
    [
      [2, ['j0']],
      [1, []],
    ],
  );
});

test('offers of different roles are never used together', (t) => {
  const plans = matchOffers([offer('cpus:1;mem:10'), offer('cpus:1;mem:10', 'S0', 'web')], jobs(2));
  t.deepEqual(
    plans.map((plan) => plan.placements),
    [[], []],
  );
});

test('the same name is summed over roles; the reserved part goes first', (t) => {
  const [plan] = matchOffers([offer('cpus:1;mem:64;mem(web):64', 'S0', 'web')], [job('j', { mem: 100 })]);
  const [placement] = plan?.placements ?? [];
  const bag = Resources.of(placement?.resources);
  t.is(bag.reserved('web').mem, 64);
  t.is(bag.unreserved().mem, 36);
  t.true(placement?.resources.every((resource) => resource.allocation_info?.role === 'web'));
});

test('ports come out of all ranges and are told one by one', (t) => {
  const round = () => [offer('cpus:1;mem:10;ports:[31000-31002,31010-31010]')];
  const [placement] = matchOffers(round(), [job('j', { ports: 4 })])[0]?.placements ?? [];
  t.deepEqual(placement?.ports, [31000, 31001, 31002, 31010]);
  t.deepEqual(matchOffers(round(), [job('j', { ports: 5 })])[0]?.placements, []);
});

test('two jobs of a round never share a port', (t) => {
  const [plan] = matchOffers(
    [offer('cpus:1;mem:10;ports:[5-8]')],
    [job('a', { ports: 2 }), job('b', { ports: 2 })],
  );
  t.deepEqual(
    plan?.placements.map(({ ports }) => ports),
    [
      [5, 6],
      [7, 8],
    ],
  );
});

test('a job goes past a host that it avoids', (t) => {
  const round = [offer('cpus:1;mem:10', 'S0'), offer('cpus:1;mem:10', 'S1')];
  const plans = matchOffers(round, [job('j', {}, ['host-S0'])]);
  t.deepEqual(
    plans.map((plan) => ids(plan.placements)),
    [[], ['j']],
  );
});

test('volumes, revocable and shared resources are left alone', (t) => {
  const resources = [
    { name: 'cpus', type: 0, scalar: { value: 4 }, revocable: {} },
    { name: 'mem', type: 0, scalar: { value: 100 } },
  ] as const;
  const round = [{ ...offer(''), resources: [...resources] }];
  t.deepEqual(matchOffers(round, jobs(1))[0]?.placements, []);
});

test('five agents of 64 cpus take 2000 jobs of 0.1 cpu in one round', (t) => {
  const round = ['a', 'b', 'c', 'd', 'e'].map((agent) => offer('cpus:64;mem:10000', agent));
  const many = Array.from({ length: 2000 }, (_, n) => job(`j${n}`, { cpus: 0.1 }));
  const placed = matchOffers(round, many, 1).flatMap((plan) => ids(plan.placements));
  t.is(new Set(placed).size, 2000);
});

const amount = fc.integer({ min: 0, max: 8000 }).map((milli) => milli / 1000);
const anyOffer = fc
  .record({
    cpus: amount,
    reservedCpus: amount,
    mem: amount,
    ports: fc.integer({ min: 0, max: 5 }),
    agent: fc.constantFrom('S0', 'S1', 'S2'),
    role: fc.constantFrom('a', 'b'),
  })
  .map(({ cpus, reservedCpus, mem, ports, agent, role }) =>
    offer(
      `cpus:${cpus};cpus(${role}):${reservedCpus};mem:${mem};ports:[31000-${31000 + ports}]`,
      agent,
      role,
    ),
  );
const anyJobs = fc
  .array(
    fc.record({
      cpus: amount.filter((each) => each > 0),
      mem: amount.filter((each) => each > 0),
      ports: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 12 },
  )
  .map((demands) => demands.map((demand, n) => job(`j${n}`, demand)));

test('whatever the round: no offer is forgotten, no job runs twice, no agent gives more than it offered', (t) => {
  fc.assert(
    fc.property(fc.array(anyOffer, { maxLength: 6 }), anyJobs, (round, waiting) => {
      const plans = matchOffers(round, waiting);
      const idsOf = (some: readonly Offer[]) => some.map(({ id }) => id.value).sort();
      t.deepEqual(idsOf(plans.flatMap((plan) => plan.offers)), idsOf(round));
      const placed = plans.flatMap((plan) => ids(plan.placements));
      t.is(new Set(placed).size, placed.length);
      for (const plan of plans) {
        const offered = Resources.sum(plan.offers.map((each) => Resources.of(each.resources)));
        const used = Resources.sum(plan.placements.map((placement) => Resources.of(placement.resources)));
        t.true(offered.contains(used));
        t.is(
          new Set(plan.offers.map((each) => `${each.agent_id.value} ${each.allocation_info?.role}`)).size,
          1,
        );
      }
    }),
  );
});

test('whatever the round: a placed job gets exactly what it demands', (t) => {
  fc.assert(
    fc.property(fc.array(anyOffer, { maxLength: 6 }), anyJobs, (round, waiting) => {
      for (const { placements } of matchOffers(round, waiting)) {
        for (const { job: placed, resources, ports } of placements) {
          const bag = Resources.of(resources);
          t.like({ cpus: bag.cpus, mem: bag.mem }, { cpus: placed.demand.cpus, mem: placed.demand.mem });
          t.is(ports.length, placed.demand.ports);
        }
      }
    }),
  );
});
