/** What the flags about allocation do to the offers of a cluster (allocator.md §3, master.md §19). */
import test from 'ava';
import type { WhitelistSource } from '../../../../actors/master/policy/whitelist.ts';
import {
  type AgentInfo,
  type DomainInfo,
  FrameworkInfoCapabilityType,
  SchedulerCallType,
} from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { ALL_CAPABILITIES, agentInfo, frameworkInfo, type Puppet, TestCluster } from '../support/cluster.ts';

function domain(region: string, zone = 'z'): DomainInfo {
  return { fault_domain: { region: { name: region }, zone: { name: zone } } };
}

/** Host names whose agents the framework is offered. */
function hosts(cluster: TestCluster, scheduler: Puppet): string[] {
  return cluster
    .offers(scheduler)
    .map(({ hostname }) => hostname)
    .sort();
}

function join(cluster: TestCluster, ...infos: AgentInfo[]): void {
  for (const [at, info] of infos.entries()) cluster.register(cluster.agent(5051 + at), info);
}

const plain = (hostname: string) => agentInfo('cpus:4;mem:4096', hostname);

function call(
  cluster: TestCluster,
  scheduler: Puppet,
  id: string,
  type: SchedulerCallType,
  body: object = {},
): void {
  cluster.call(scheduler, { framework_id: { value: id }, type, ...body });
}

function decline(cluster: TestCluster, scheduler: Puppet, id: string, refuse_seconds: number): void {
  const offer_ids = cluster.offers(scheduler).map((offer) => offer.id);
  call(cluster, scheduler, id, SchedulerCallType.DECLINE, {
    decline: { offer_ids, filters: { refuse_seconds } },
  });
  scheduler.forget();
}

test('--min_allocatable_resources: less is not offered, unless the framework asks for less', (t) => {
  const cluster = new TestCluster({ min_allocatable_resources: 'cpus:2|mem:1024' });
  join(cluster, agentInfo('cpus:1;mem:512', 'small'), agentInfo('cpus:1;mem:1024', 'fits'));
  const strict = cluster.scheduler(6001, 'scheduler-1');
  const id = cluster.subscribe(strict);
  cluster.run(1100);
  t.deepEqual(hosts(cluster, strict), ['fits']);
  decline(cluster, strict, id, 1000);
  const modest = cluster.scheduler(6002, 'scheduler-2');
  cluster.subscribe(
    modest,
    frameworkInfo({ offer_filters: { '*': { min_allocatable_resources: { quantities: [] } } } }),
  );
  cluster.run(1100);
  t.deepEqual(hosts(cluster, modest), ['fits', 'small']);
});

test('--offer_timeout: an offer that nobody answers is taken back and made again', (t) => {
  const cluster = new TestCluster({ offer_timeout: '5secs' });
  join(cluster, plain('a'));
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(4000);
  t.is(cluster.offers(scheduler).length, 1);
  cluster.run(3000);
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  t.is(cluster.offers(scheduler).length, 2);
});

for (const [given, what] of [
  [{ role_sorter: 'random' }, 'roles'],
  [{ framework_sorter: 'random' }, 'frameworks'],
] as const) {
  test(`--role_sorter and --framework_sorter: random, of ${what}`, (t) => {
    const cluster = new TestCluster(given);
    const schedulers = [0, 1].map((at) => {
      const scheduler = cluster.scheduler(6001 + at, `scheduler-${at}`);
      cluster.subscribe(scheduler, frameworkInfo({ roles: [what === 'roles' ? `r${at}` : 'r'] }));
      return scheduler;
    });
    for (let at = 0; at < 16; at++) join2(cluster, at);
    cluster.run(1100);
    const counts = schedulers.map((scheduler) => cluster.offers(scheduler).length);
    t.is(
      counts.reduce((a, b) => a + b),
      16,
    );
    // By fair shares it would be 8 each.
    t.notDeepEqual(counts, [8, 8]);
    t.true(counts.every((count) => count > 0));
  });
}

function join2(cluster: TestCluster, at: number): void {
  cluster.register(cluster.agent(5100 + at), plain(`h${at}`));
}

test('--roles: others are refused, * is always there', (t) => {
  const cluster = new TestCluster({ roles: 'dev' });
  const scheduler = cluster.scheduler();
  t.throws(() => cluster.subscribe(scheduler, frameworkInfo({ roles: ['prod'] })));
  t.regex(scheduler.last('mesos.internal.FrameworkErrorMessage')?.message ?? '', /'prod' is not present/);
  t.truthy(cluster.subscribe(scheduler, frameworkInfo({ roles: ['dev', '*'] })));
});

test('--whitelist: only hosts on the list are offered; the list is read again, and stays when it cannot be', (t) => {
  const answers: (readonly string[] | Error)[] = [];
  const source: WhitelistSource = {
    first: ['a'],
    read: (done) => done(answers.shift() ?? ['a', 'b']),
  };
  const cluster = new TestCluster({}, undefined, { whitelist: source });
  answers.push(new Error('gone'));
  join(cluster, plain('a'), plain('b'), plain('c'));
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(6500);
  t.deepEqual(hosts(cluster, scheduler), ['a']);
  t.regex(String(cluster.errors[0]?.message), /--whitelist cannot be read/);
  cluster.run(5000);
  t.deepEqual(hosts(cluster, scheduler), ['a', 'b']);
});

test('--domain: agents of other regions are for frameworks that are aware of regions', (t) => {
  const cluster = new TestCluster({ domain: JSON.stringify(domain('eu')) });
  join(
    cluster,
    { ...plain('near'), domain: domain('eu', 'other') },
    { ...plain('far'), domain: domain('us') },
    plain('unknown'),
  );
  const scheduler = cluster.scheduler(6001, 'scheduler-1');
  const id = cluster.subscribe(scheduler);
  cluster.run(1100);
  t.deepEqual(hosts(cluster, scheduler), ['near', 'unknown']);
  decline(cluster, scheduler, id, 1000);
  const aware = cluster.scheduler(6002, 'scheduler-2');
  const capabilities = [...ALL_CAPABILITIES, { type: FrameworkInfoCapabilityType.REGION_AWARE }];
  cluster.subscribe(aware, frameworkInfo({ capabilities }));
  cluster.run(1100);
  t.deepEqual(hosts(cluster, aware), ['far', 'near', 'unknown']);
  t.deepEqual(cluster.offers(aware).find(({ hostname }) => hostname === 'far')?.domain, domain('us'));
  t.deepEqual(cluster.getJson('/state')['domain'], domain('eu'));
});

const refused: readonly [what: string, flags: Record<string, string>, info: AgentInfo][] = [
  ['a domain, though the master has none', {}, { ...plain('a'), domain: domain('eu') }],
  [
    'none with --require_agent_domain',
    { domain: JSON.stringify(domain('eu')), require_agent_domain: 'true' },
    plain('a'),
  ],
];

for (const [what, flags, info] of refused) {
  test(`an agent is not let in: ${what}`, (t) => {
    const cluster = new TestCluster(flags);
    t.throws(() => cluster.register(cluster.agent(), info), { message: /not registered/ });
    t.is(cluster.master.parts.agents.count, 0);
  });
}

test('--fair_sharing_excluded_resource_names: what is named does not count in shares', (t) => {
  const cluster = new TestCluster({ fair_sharing_excluded_resource_names: 'gpus' });
  t.is(cluster.master.parts.allocation.allocator.dominantShare('r'), 0);
  join(cluster, agentInfo('cpus:10;mem:1000;gpus:1', 'a'), agentInfo('cpus:10;mem:1000', 'b'));
  const scheduler = cluster.scheduler();
  const capabilities = [...ALL_CAPABILITIES, { type: FrameworkInfoCapabilityType.GPU_RESOURCES }];
  cluster.subscribe(scheduler, frameworkInfo({ roles: ['r'], capabilities }));
  cluster.run(1100);
  t.is(cluster.offers(scheduler).length, 2);
  const gpuless = cluster.offers(scheduler).find(({ hostname }) => hostname === 'b');
  call(cluster, scheduler, 'x', SchedulerCallType.SUPPRESS);
  const id = cluster.offers(scheduler)[0]?.framework_id.value ?? '';
  call(cluster, scheduler, id, SchedulerCallType.DECLINE, {
    decline: { offer_ids: [gpuless?.id], filters: { refuse_seconds: 1000 } },
  });
  t.is(cluster.master.parts.allocation.allocator.dominantShare('r'), 0.5);
});

test('a framework of several roles suppresses, revives and leaves them one by one', (t) => {
  const cluster = new TestCluster();
  join(cluster, plain('a'), plain('b'));
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ roles: ['x', 'y'] }));
  cluster.run(1100);
  const roles = () =>
    cluster
      .offers(scheduler)
      .map(({ allocation_info }) => allocation_info?.role)
      .sort();
  t.deepEqual(roles(), ['x', 'y']);
  call(cluster, scheduler, id, SchedulerCallType.SUPPRESS, { suppress: { roles: ['x'] } });
  decline(cluster, scheduler, id, 0);
  cluster.run(1100);
  t.deepEqual(roles(), ['y', 'y']);
  decline(cluster, scheduler, id, 0);
  call(cluster, scheduler, id, SchedulerCallType.REVIVE, { revive: { roles: ['x'] } });
  cluster.run(1100);
  t.deepEqual(roles(), ['x', 'y']);
  const framework_info = frameworkInfo({ roles: ['y', 'z'], id: { value: id } });
  scheduler.forget();
  call(cluster, scheduler, id, SchedulerCallType.UPDATE_FRAMEWORK, {
    update_framework: { framework_info, suppressed_roles: ['z'] },
  });
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1, 'the offer for x');
  cluster.run(1100);
  t.deepEqual(roles(), ['y']);
});

test('--offer_constraints_re2_max_program_size bounds the expressions of offer constraints', (t) => {
  const offer_constraints = (regex: string) => ({
    role_constraints: {
      '*': {
        groups: [
          {
            attribute_constraints: [
              { selector: { pseudoattribute_type: 1 }, predicate: { text_matches: { regex } } },
            ],
          },
        ],
      },
    },
  });
  const cluster = new TestCluster({ offer_constraints_re2_max_program_size: '20' });
  join(cluster, plain('a1'), plain('b1'));
  const scheduler = cluster.scheduler();
  t.throws(() =>
    cluster.subscribe(scheduler, frameworkInfo(), { offer_constraints: offer_constraints('a{50}') }),
  );
  t.regex(scheduler.last('mesos.internal.FrameworkErrorMessage')?.message ?? '', /offer constraints/);
  cluster.subscribe(scheduler, frameworkInfo(), { offer_constraints: offer_constraints('a[0-9]') });
  cluster.run(1100);
  t.deepEqual(hosts(cluster, scheduler), ['a1']);
});

test('--max_completed_frameworks: the oldest is forgotten, and its id may be used again', (t) => {
  const cluster = new TestCluster({ max_completed_frameworks: '1' });
  const ids = [0, 1].map((at) => {
    const scheduler = cluster.scheduler(6001 + at, `scheduler-${at}`);
    const id = cluster.subscribe(scheduler);
    call(cluster, scheduler, id, SchedulerCallType.TEARDOWN);
    return id;
  });
  const completed = cluster.getJson('/frameworks')['completed_frameworks'] as { id: string }[];
  t.deepEqual(
    completed.map(({ id }) => id),
    ids.slice(1),
  );
  const scheduler = cluster.scheduler(6009, 'again');
  t.is(cluster.subscribe(scheduler, frameworkInfo({ id: { value: ids[0] ?? '' } })), ids[0] ?? '');
});

test('an offer of an agent with gpus is for frameworks that want them, unless --no-filter_gpu_resources', (t) => {
  for (const filter of [true, false]) {
    const cluster = new TestCluster({ filter_gpu_resources: String(filter) });
    join(cluster, agentInfo('cpus:4;mem:512;gpus:1', 'gpu'));
    const scheduler = cluster.scheduler();
    cluster.subscribe(scheduler);
    cluster.run(1100);
    t.is(cluster.offers(scheduler).length, filter ? 0 : 1);
    if (!filter) t.is(Resources.of(cluster.offer(scheduler).resources).gpus, 1);
  }
});
