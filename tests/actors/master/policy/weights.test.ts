/** Weights at run time: `/weights`, GET_WEIGHTS, UPDATE_WEIGHTS, `--weights` (master.md §15, v1-operator-api.md §2.2, §5.1). */
import test from 'ava';
import { MasterCallType, type WeightInfo } from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, TestCluster } from '../support/cluster.ts';

function update(cluster: TestCluster, weight_infos: WeightInfo[]) {
  return cluster.operate({ type: MasterCallType.UPDATE_WEIGHTS, update_weights: { weight_infos } });
}

function weightsOf(cluster: TestCluster): unknown {
  return JSON.parse(cluster.get('/weights').body);
}

test('weights are told by both APIs, and survive a failover of the master', (t) => {
  const cluster = new TestCluster();
  t.deepEqual(weightsOf(cluster), []);
  t.is(
    update(cluster, [
      { role: 'prod', weight: 2.5 },
      { role: 'dev/ci', weight: 3 },
    ]).status,
    200,
  );
  t.is(cluster.request('PUT', '/weights', '[{"role":"dev","weight":0.5}]').status, 200);
  cluster.failOver();
  const all = [
    { role: 'dev', weight: 0.5 },
    { role: 'dev/ci', weight: 3 },
    { role: 'prod', weight: 2.5 },
  ];
  t.deepEqual(weightsOf(cluster), all);
  const { answer } = cluster.operate({ type: MasterCallType.GET_WEIGHTS });
  t.deepEqual(answer.get_weights?.weight_infos, all);
  const roles = cluster.getJson('/roles')['roles'] as { name: string; weight: number }[];
  t.deepEqual(
    roles.map(({ name, weight }) => [name, weight]),
    [
      ['dev', 0.5],
      ['dev/ci', 3],
      ['prod', 2.5],
    ],
  );
});

const bad: readonly [what: string, method: string, body: string, status: number, text: RegExp][] = [
  ['zero', 'PUT', '[{"role":"a","weight":0}]', 400, /role 'a': Invalid weight '0': Weights must be positive/],
  ['negative', 'PUT', '[{"role":"a","weight":-1}]', 400, /Invalid weight '-1'/],
  ['no number', 'PUT', '[{"role":"a","weight":"NaN"}]', 400, /expected a number/],
  ['a role that cannot be', 'PUT', '[{"role":"a//b","weight":1}]', 400, /two adjacent/],
  ['a role twice', 'PUT', '[{"role":"a","weight":1},{"role":"a","weight":2}]', 400, /twice/],
  ['a role not on the list', 'PUT', '[{"role":"b","weight":1}]', 400, /Unknown role/],
  ['no list', 'PUT', '{"role":"a","weight":1}', 400, /expected an array/],
  ['no JSON', 'PUT', '[', 400, /Failed to parse update weights request JSON/],
  ['no weight', 'PUT', '[{"role":"a"}]', 400, /weight/],
  ['another method', 'POST', '[]', 405, /Expecting one of { 'GET', 'PUT' }, but received 'POST'/],
];

for (const [what, method, body, status, text] of bad) {
  test(`refused, and nothing is changed: ${what}`, (t) => {
    const cluster = new TestCluster({ roles: 'a' });
    const answer = cluster.request(method, '/weights', body);
    t.is(answer.status, status);
    t.regex(answer.body, text);
    t.deepEqual(weightsOf(cluster), []);
  });
}

test('one bad weight spoils all of a request', (t) => {
  const cluster = new TestCluster();
  const { status, body } = update(cluster, [
    { role: 'dev', weight: 1 },
    { role: 'prod', weight: -1 },
  ]);
  t.is(status, 400);
  t.regex(body, /for role 'prod': Invalid weight '-1': Weights must be positive/);
  t.deepEqual(weightsOf(cluster), []);
});

test('--weights begin with an empty registry and are ignored later', (t) => {
  const cluster = new TestCluster({ weights: 'dev=2,prod=4' });
  t.deepEqual(weightsOf(cluster), [
    { role: 'dev', weight: 2 },
    { role: 'prod', weight: 4 },
  ]);
  update(cluster, [{ role: 'dev', weight: 3 }]);
  cluster.failOver();
  t.deepEqual(weightsOf(cluster), [
    { role: 'dev', weight: 3 },
    { role: 'prod', weight: 4 },
  ]);
});

/** Two frameworks, of roles a and b, and four agents of the same size. */
function twoRoles() {
  const cluster = new TestCluster();
  const schedulers = ['a', 'b'].map((role, at) => {
    const scheduler = cluster.scheduler(6001 + at, `scheduler-${role}`);
    cluster.subscribe(scheduler, frameworkInfo({ roles: [role] }));
    return scheduler;
  });
  for (let at = 0; at < 4; at++)
    cluster.register(cluster.agent(5051 + at), agentInfo('cpus:4;mem:4096', `h${at}`));
  cluster.run(1100);
  return {
    cluster,
    counts: () => schedulers.map((scheduler) => cluster.offers(scheduler).length),
    schedulers,
  };
}

test('what is offered is taken back and shared out anew by the weights', (t) => {
  const { cluster, counts, schedulers } = twoRoles();
  t.deepEqual(counts(), [2, 2]);
  update(cluster, [{ role: 'a', weight: 3 }]);
  t.deepEqual(
    schedulers.map((each) => each.all('mesos.internal.RescindResourceOfferMessage').length),
    [2, 2],
  );
  for (const scheduler of schedulers) scheduler.forget();
  cluster.run(1100);
  t.deepEqual(counts(), [3, 1]);
  t.deepEqual(cluster.errors, []);
});

test('a weight of a role nobody is in touches no offer', (t) => {
  const { cluster, schedulers } = twoRoles();
  update(cluster, [{ role: 'c', weight: 3 }]);
  t.deepEqual(
    schedulers.map((each) => each.all('mesos.internal.RescindResourceOfferMessage').length),
    [0, 0],
  );
});
