/** Where jobs run: what they say of it, and which host is the best (spec: other-frameworks.md §3.1, §4). */
import test from 'ava';
import { type Fitted, fitOffers, type Known } from '../../../../actors/framework/jobs/fitting.ts';
import { parseJobFile } from '../../../../actors/framework/jobs/index.ts';
import { demandText } from '../../../../actors/framework/jobs/jobSpec.ts';
import { hardOf, softOf } from '../../../../actors/framework/jobs/placing.ts';
import { FIRST_FIT, type MatchingRule } from '../../../../actors/framework/matching/choose.ts';
import { FITNESS } from '../../../../actors/framework/matching/fitness.ts';
import type { Offer } from '../../../../proto/index.ts';
import { parseAttributes, parseResources } from '../../../../proto/resources/index.ts';

function offer(agent: string, resources = 'cpus:4;mem:100', attributes = ''): Offer {
  return {
    id: { value: `O-${agent}` },
    framework_id: { value: 'F' },
    agent_id: { value: agent },
    hostname: agent,
    resources: parseResources(resources).allocatedTo('*').toMessages(),
    attributes: parseAttributes(attributes),
    allocation_info: { role: '*' },
  };
}

const ENTRY = { command: 'true', cpus: 1, mem: 10, name: 'a' };

function fitted(entry: object, instances = 1): Fitted[] {
  const jobs = parseJobFile(JSON.stringify({ jobs: [{ ...ENTRY, ...entry, instances }] }), 'j');
  return jobs.map(({ id, demand, group = id, placement }) => ({
    id,
    demand,
    group,
    shape: demandText(demand),
    avoids: () => false,
    exclusive: placement?.exclusive === true,
    hard: hardOf(placement),
    soft: softOf(placement),
  }));
}

/** Jobs on each agent. */
function placed(
  offers: readonly Offer[],
  jobs: readonly Fitted[],
  rule: MatchingRule = FIRST_FIT,
  known: ReadonlyMap<string, Known> = new Map(),
): Record<string, number> {
  const plans = fitOffers(offers, jobs, rule, known, () => undefined);
  return Object.fromEntries(plans.map((plan) => [plan.offers[0]?.hostname, plan.placements.length]));
}

test('constraints hold; preferences only wish', (t) => {
  const racks = [offer('a', undefined, 'rack:1'), offer('b', undefined, 'rack:2')];
  t.deepEqual(placed(racks, fitted({ constraints: [['rack', 'equals', '2']] }, 3)), { a: 0, b: 3 });
  const rule = { ...FIRST_FIT, goodEnough: (fitness: number) => fitness > 0.9 };
  t.deepEqual(placed(racks, fitted({ preferences: [['rack', 'EQUALS', '2']] }, 5), rule), { a: 1, b: 4 });
  t.deepEqual(placed(racks, fitted({ constraints: [['hostname', 'UNIQUE']] }, 5)), { a: 1, b: 1 });
  t.deepEqual(placed(racks, fitted({ constraints: [['rack', 'BALANCED', '2']] }, 4)), { a: 2, b: 2 });
  t.deepEqual(placed(racks, [...fitted({ exclusive: true }), ...fitted({}, 3)]), { a: 1, b: 3 });
});

test('what runs already counts, also where nothing is offered now', (t) => {
  const [one] = fitted({ constraints: [['rack', 'UNIQUE']], group: 'g' });
  const tasks = [{ id: 'x', group: 'g', amounts: { cpus: 1, mem: 1, disk: 0 } }];
  const known = new Map([['c', { agentId: 'c', hostname: 'c', attributes: { rack: '1' }, tasks }]]);
  const offers = [offer('a', undefined, 'rack:1'), offer('b', undefined, 'rack:2')];
  t.deepEqual(placed(offers, one === undefined ? [] : [one], FIRST_FIT, known), { a: 0, b: 1 });
});

test('by fitness jobs are packed, or spread; the first that fits without', (t) => {
  const offers = [offer('a'), offer('b'), offer('c')];
  const by = (name: string): MatchingRule => ({
    ...FIRST_FIT,
    fitness: FITNESS[name] ?? (() => 0),
    goodEnough: () => false,
  });
  t.deepEqual(placed(offers, fitted({}, 5), by('cpu_mem')), { a: 4, b: 1, c: 0 });
  t.deepEqual(placed(offers, fitted({}, 5), by('spread')), { a: 2, b: 2, c: 1 });
});

test('a shape that fits nowhere is not looked at again, others are', (t) => {
  let failures = 0;
  const jobs = [...fitted({ cpus: 9 }, 50), ...fitted({})];
  const plans = fitOffers([offer('a')], jobs, FIRST_FIT, new Map(), () => {
    failures++;
  });
  t.is(failures, 1);
  t.is(plans[0]?.placements.length, 1);
});

const wrong: readonly (readonly [member: object, line: RegExp])[] = [
  [{ constraints: 'x' }, /^j: jobs\[0\]\.constraints: expected a list/],
  [{ constraints: [['a']] }, /constraints\[0\]: expected \[attribute, operator, value\]/],
  [{ constraints: [['a', 'LIKE', 'b']] }, /one of EQUALS, UNIQUE, BALANCED/],
  [{ constraints: [['a', 'UNIQUE', 'b']] }, /UNIQUE takes no value/],
  [{ constraints: [['a', 'EQUALS']] }, /EQUALS needs a value/],
  [{ preferences: [['a', 'BALANCED', 'x']] }, /preferences\[0\]: BALANCED needs/],
  [{ exclusive: 1 }, /exclusive: expected true or false/],
  [{ uuid: 'x' }, /uuid: expected a UUID/],
  [{ uuid: '6b1c3a1e-0000-4000-8000-000000000001', instances: 2 }, /uuid: expected with a single instance/],
  [{ max_runtime: 0 }, /max_runtime: expected seconds above 0/],
  [{ progress: '(' }, /progress: expected a regular expression/],
  [{ progress: 'x' }, /progress: expected a group/],
  [{ progress: '((a+)+)' }, /progress: expected no repeated groups/],
  [{ progress: '(a)\\1' }, /references to groups/],
  [{ progress: '(.*)(.*).*.*.*.*.*x' }, /at most 6 repetitions/],
  [{ disable_mea_culpa_retries: 'x' }, /disable_mea_culpa_retries: expected true or false/],
];
for (const [member, line] of wrong)
  test(`refused: ${JSON.stringify(member)}`, (t) => {
    const document = JSON.stringify({ jobs: [{ ...ENTRY, ...member }] });
    t.throws(() => parseJobFile(document, 'j'), { message: line });
  });

test('a UUID is the end of the id, and is used once in a file', (t) => {
  const uuid = '6B1C3A1E-0000-4000-8000-000000000001';
  const one = { ...ENTRY, uuid };
  const [spec] = parseJobFile(JSON.stringify({ jobs: [one] }), 'j');
  t.is(spec?.id, `a-${uuid.toLowerCase()}`);
  t.throws(() => parseJobFile(JSON.stringify({ jobs: [one, one] }), 'j'), {
    message: 'j: jobs[1].uuid: used twice',
  });
});
