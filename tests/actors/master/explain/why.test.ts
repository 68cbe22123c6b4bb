/** Why is it pending: what `/why` tells in each case, and that it tells no more than changes (docs/why-pending.md). */
import test from 'ava';
import { MasterCallType, SchedulerCallType } from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, type Puppet, TestCluster } from '../support/cluster.ts';

interface Answer {
  readonly code: string;
  readonly text: string;
  readonly times: number;
  readonly agents: number;
  readonly since: number;
  readonly until: number;
  readonly reasons: readonly { readonly code: string; readonly agents: number }[];
}

interface Role {
  readonly role: string;
  readonly weight: number;
  readonly role_share: number;
  readonly framework_share: number;
  readonly refused_agents: number;
  readonly refused_until?: number;
  readonly quota?: object;
  readonly answers: readonly Answer[];
}

function ask(cluster: TestCluster, query = ''): { id: string; name: string; roles: Role[] }[] {
  return cluster.getJson(`/why${query}`)['frameworks'] as { id: string; name: string; roles: Role[] }[];
}

function latest(cluster: TestCluster, frameworkId: string): Answer {
  const answer = ask(cluster, `?framework_id=${frameworkId}`)[0]?.roles[0]?.answers[0];
  if (answer === undefined) throw new Error('there is no answer');
  return answer;
}

/** A framework in role dev, and so many agents of 4 cpus. */
function dev(agents: number, flags: Record<string, string> = {}, info = frameworkInfo({ roles: ['dev'] })) {
  const cluster = new TestCluster(flags);
  for (let at = 0; at < agents; at++) {
    cluster.register(cluster.agent(5051 + at), agentInfo('cpus:4;mem:4096', `h${at}`));
  }
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, info);
  return { cluster, scheduler, id };
}

function decline(cluster: TestCluster, scheduler: Puppet, id: string, refuse_seconds: number): void {
  cluster.call(scheduler, {
    framework_id: { value: id },
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: cluster.offers(scheduler).map((offer) => offer.id), filters: { refuse_seconds } },
  });
  scheduler.forget();
}

test('no agents; then an offer; then its own unanswered offers; then its own refusal', (t) => {
  const { cluster, scheduler, id } = dev(0);
  cluster.run(1100);
  t.like(latest(cluster, id), { code: 'NO_AGENTS', agents: 0 });
  cluster.register(cluster.agent(), agentInfo('cpus:4;mem:4096', 'h0'));
  cluster.run(3000);
  t.like(latest(cluster, id), { code: 'HOLDS_OFFERS', agents: 1 });
  t.regex(latest(cluster, id).text, /^1 unanswered: what is free is in offers/);
  decline(cluster, scheduler, id, 60);
  cluster.run(3000);
  const refused = latest(cluster, id);
  t.like(refused, { code: 'FILTERED', agents: 1, reasons: [{ code: 'FILTERED', agents: 1 }] });
  t.regex(refused.text, /^1 of 1 agent: the framework has refused the same or more/);
  const [framework] = ask(cluster, `?framework_id=${id}`);
  t.like(framework?.roles[0], { role: 'dev', weight: 1, role_share: 0, refused_agents: 1 });
  t.true((framework?.roles[0]?.refused_until ?? 0) > cluster.nowMs / 1000 + 50);
  t.deepEqual(
    framework?.roles[0]?.answers.map(({ code }) => code),
    ['FILTERED', 'HOLDS_OFFERS', 'NO_AGENTS'],
  );
});

test('the same answer is kept once, with how long it has been the answer', (t) => {
  const { cluster, id } = dev(0);
  cluster.run(60_000);
  const [framework] = ask(cluster, `?framework_id=${id}`);
  const [answer, ...more] = framework?.roles[0]?.answers ?? [];
  t.deepEqual(more, []);
  t.true((answer?.times ?? 0) >= 58);
  t.true((answer?.until ?? 0) - (answer?.since ?? 0) >= 57);
});

const cases: readonly [
  what: string,
  code: string,
  flags: Record<string, string>,
  act: (fixture: ReturnType<typeof dev>) => void,
][] = [
  [
    'suppressed',
    'SUPPRESSED',
    {},
    ({ cluster, scheduler, id }) =>
      cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.SUPPRESS }),
  ],
  ['nothing large enough', 'BELOW_MINIMUM', { min_allocatable_resources: 'cpus:16' }, () => {}],
  [
    'the quota of the role',
    'QUOTA_LIMIT',
    {},
    ({ cluster }) => {
      const quota_configs = [{ role: 'dev', limits: { cpus: { value: 0 }, mem: { value: 0 } } }];
      cluster.operate({ type: MasterCallType.UPDATE_QUOTA, update_quota: { quota_configs } });
    },
  ],
  [
    'guarantees of others',
    'HEADROOM',
    {},
    ({ cluster }) => {
      const guarantees = { cpus: { value: 8 }, mem: { value: 8192 } };
      const quota_configs = [{ role: 'prod', guarantees }];
      cluster.operate({ type: MasterCallType.UPDATE_QUOTA, update_quota: { quota_configs } });
    },
  ],
  [
    'deactivated agents',
    'AGENT_DEACTIVATED',
    {},
    ({ cluster }) => {
      for (const { id } of cluster.master.parts.agents.all()) {
        const deactivate_agent = { agent_id: { value: id } };
        cluster.operate({ type: MasterCallType.DEACTIVATE_AGENT, deactivate_agent });
      }
    },
  ],
];

for (const [what, code, flags, act] of cases) {
  test(`nothing is offered because of: ${what}`, (t) => {
    const fixture = dev(2, flags);
    const { cluster, scheduler, id } = fixture;
    act(fixture);
    decline(cluster, scheduler, id, 0);
    cluster.run(1100);
    t.is(latest(cluster, id).code, code, JSON.stringify(latest(cluster, id)));
    t.deepEqual(cluster.errors, []);
  });
}

test('what others were served first is told of those that got nothing', (t) => {
  const { cluster, scheduler, id } = dev(1);
  cluster.run(1100);
  const other = cluster.scheduler(6002, 'scheduler-2');
  const otherId = cluster.subscribe(other, frameworkInfo({ roles: ['prod'] }));
  decline(cluster, scheduler, id, 0);
  // The share of both is 0 now, and dev was offered something before.
  cluster.run(1100);
  t.is(cluster.offers(other).length, 1);
  t.is(latest(cluster, otherId).code, 'OFFERED');
  t.is(latest(cluster, id).code, 'SERVED_FIRST');
});

test('who asks of everything gets the newest answers, who names something gets all; the unknown is 404', (t) => {
  const { cluster, scheduler, id } = dev(1);
  cluster.run(1100);
  decline(cluster, scheduler, id, 1000);
  cluster.run(1100);
  t.is(ask(cluster)[0]?.roles[0]?.answers.length, 1);
  t.true((ask(cluster, '?role=dev')[0]?.roles[0]?.answers.length ?? 0) > 1);
  t.deepEqual(ask(cluster, '?role=prod'), []);
  t.is(cluster.get('/why?framework_id=x').status, 404);
  t.is(cluster.request('POST', '/why', '').status, 405);
  const wrapped = cluster.getJson('/api/v1/why');
  t.is(wrapped['type'], 'GET_WHY');
  t.deepEqual((wrapped['get_why'] as { frameworks: unknown }).frameworks, ask(cluster));
});

test('answers are 100 at the most', (t) => {
  const { cluster, scheduler, id } = dev(1);
  for (let at = 0; at < 60; at++) {
    cluster.run(1001);
    decline(cluster, scheduler, id, 0.5);
    cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.SUPPRESS });
    cluster.run(1001);
    cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.REVIVE });
  }
  t.is(ask(cluster, '?role=dev')[0]?.roles[0]?.answers.length, 100);
});
