/** Frameworks subscribe, go away, come back, end: master.md §6, v1-scheduler-api.md §5. */
import test from 'ava';
import { type FrameworkInfo, SchedulerCallType, TaskState } from '../../../proto/index.ts';
import { frameworkInfo, oldFrameworkInfo, TestCluster, taskInfo } from './support/cluster.ts';

const refusals: readonly [
  what: string,
  info: FrameworkInfo,
  more: object,
  text: RegExp,
  flags?: Record<string, string>,
][] = [
  ['roles without MULTI_ROLE', oldFrameworkInfo({ roles: ['a'] }), {}, /needs the capability MULTI_ROLE/],
  ['role with MULTI_ROLE', frameworkInfo({ role: 'a' }), {}, /'FrameworkInfo.role' must be unset/],
  ['a role twice', frameworkInfo({ roles: ['a', 'a'] }), {}, /names 'a' twice/],
  ['a role of dots', frameworkInfo({ roles: ['..'] }), {}, /must not have ".."/],
  ['a role that ends in a slash', frameworkInfo({ roles: ['a/'] }), {}, /must not end with "\/"/],
  ['an old role that begins with a dash', oldFrameworkInfo({ role: '-a' }), {}, /starts with "-"/],
  ['an impossible id', frameworkInfo({ id: { value: 'a/b' } }), {}, /'FrameworkInfo.id'.*invalid characters/],
  [
    'an endless failover timeout',
    frameworkInfo({ failover_timeout: Number.POSITIVE_INFINITY }),
    {},
    /Infinity/,
  ],
  ['a failover timeout that is no number', frameworkInfo({ failover_timeout: Number.NaN }), {}, /NaN/],
  [
    'an empty set of quantities',
    frameworkInfo({ offer_filters: { '*': { min_allocatable_resources: { quantities: [{}] } } } }),
    {},
    /a set of quantities is empty/,
  ],
  [
    'a negative quantity',
    frameworkInfo({
      offer_filters: {
        '*': { min_allocatable_resources: { quantities: [{ quantities: { cpus: { value: -1 } } }] } },
      },
    }),
    {},
    /'cpus' is -1/,
  ],
  ['a role that is not allowed', frameworkInfo({ roles: ['b'] }), {}, /--roles/, { roles: 'a' }],
  ['root', frameworkInfo({ user: 'root' }), {}, /root/, { root_submissions: 'false' }],
  ['a foreign suppressed role', frameworkInfo(), { suppressed_roles: ['x'] }, /Suppressed role 'x'/],
  [
    'constraints of a foreign role',
    frameworkInfo(),
    { offer_constraints: { role_constraints: { x: { groups: [] } } } },
    /Offer constraints name 'x'/,
  ],
  [
    'constraints without a group',
    frameworkInfo(),
    { offer_constraints: { role_constraints: { '*': { groups: [] } } } },
    /at least one group/,
  ],
];

for (const [what, info, more, text, flags] of refusals) {
  test(`refused: ${what}`, (t) => {
    const cluster = new TestCluster(flags);
    const scheduler = cluster.scheduler();
    cluster.call(scheduler, {
      type: SchedulerCallType.SUBSCRIBE,
      subscribe: { framework_info: info, ...more },
    });
    t.regex(scheduler.last('mesos.internal.FrameworkErrorMessage')?.message ?? '', text);
    t.is([...cluster.master.parts.frameworks.all()].length, 0);
  });
}

test('a new framework gets an id of this master', (t) => {
  const cluster = new TestCluster();
  const one = cluster.subscribe(cluster.scheduler(6001));
  const two = cluster.subscribe(cluster.scheduler(6002));
  t.is(one, `${cluster.master.parts.info.id}-0000`);
  t.is(two, `${cluster.master.parts.info.id}-0001`);
});

test('the same driver without an id is told the same again', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler);
  t.is(cluster.subscribe(scheduler), id);
  t.is(scheduler.all('mesos.internal.FrameworkRegisteredMessage').length, 2);
});

test('what was offered to a driver that did not hear that it is subscribed is offered anew', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(10);
  const lost = cluster.offer(scheduler);
  cluster.subscribe(scheduler);
  t.deepEqual(scheduler.last('mesos.internal.RescindResourceOfferMessage')?.offer_id, lost.id);
  cluster.run(1100);
  t.not(cluster.offer(scheduler).id.value, lost.id.value);
});

test('an id that this master does not know is accepted: the framework is older than the master', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: 'older-0007' } }));
  t.is(scheduler.last('mesos.internal.FrameworkReregisteredMessage')?.framework_id.value, 'older-0007');
});

test('the same driver with its id is re-registered; its offers are taken back and made again', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler);
  cluster.run(10);
  const offer = cluster.offer(scheduler);
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: id } }));
  t.is(scheduler.all('mesos.internal.FrameworkReregisteredMessage').length, 1);
  t.deepEqual(scheduler.last('mesos.internal.RescindResourceOfferMessage')?.offer_id, offer.id);
  cluster.run(1100);
  t.not(cluster.offer(scheduler).id.value, offer.id.value);
});

test('another driver takes a framework over only by force; then the former one hears of it and of nothing else', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  const first = cluster.scheduler(6001);
  const id = cluster.subscribe(first);
  cluster.run(10);
  const offer = cluster.offer(first);
  const second = cluster.scheduler(6002);
  const info = frameworkInfo({ id: { value: id } });
  cluster.call(second, { type: SchedulerCallType.SUBSCRIBE, subscribe: { framework_info: info } });
  t.is(second.last('mesos.internal.FrameworkErrorMessage')?.message, 'Framework failed over');
  first.forget();
  cluster.subscribe(second, info, { force: true });
  t.is(second.all('mesos.internal.FrameworkRegisteredMessage').length, 1);
  t.deepEqual(first.heard, [
    { name: 'mesos.internal.FrameworkErrorMessage', body: { message: 'Framework failed over' } },
  ]);
  cluster.launch(second, id, offer, [taskInfo('t', offer.agent_id.value)]);
  t.regex(cluster.statuses(second)[0]?.message ?? '', /no longer valid/);
  cluster.kill(6001);
  t.true(cluster.master.parts.frameworks.isConnected(id), 'the end of the former driver changes nothing');
});

test('what may change is taken over, what may not is kept; another principal is refused', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ principal: 'p' }));
  const changed = frameworkInfo({
    id: { value: id },
    principal: 'p',
    user: 'other',
    checkpoint: true,
    name: 'new',
  });
  cluster.subscribe(scheduler, changed);
  const { info } = cluster.master.parts.frameworks.find(id)?.description ?? {};
  t.like(info, { name: 'new', user: 'nobody', principal: 'p' });
  t.falsy(info?.checkpoint);
  cluster.call(scheduler, {
    type: SchedulerCallType.SUBSCRIBE,
    subscribe: { framework_info: frameworkInfo({ id: { value: id } }) },
  });
  t.regex(scheduler.last('mesos.internal.FrameworkErrorMessage')?.message ?? '', /principal/);
});

test('every agent hears of a framework that came back', (t) => {
  const cluster = new TestCluster();
  const agents = [cluster.agent(5051), cluster.agent(5052)];
  for (const agent of agents) cluster.register(agent);
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler);
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: id }, name: 'renamed' }));
  for (const agent of agents) {
    t.like(agent.last('mesos.internal.UpdateFrameworkMessage'), {
      framework_id: { value: id },
      pid: 'scheduler-1@10.0.0.1:6001',
    });
    t.is(agent.last('mesos.internal.UpdateFrameworkMessage')?.framework_info?.name, 'renamed');
  }
});

test('a framework without a failover timeout ends with its driver: its tasks are ended everywhere', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler);
  cluster.run(10);
  cluster.launch(scheduler, id, cluster.offer(scheduler), [taskInfo('t1', agentId)]);
  cluster.kill(6001);
  cluster.run(10);
  const { parts } = cluster.master;
  t.true(parts.frameworks.isCompleted(id));
  t.is(agent.last('mesos.internal.ShutdownFrameworkMessage')?.framework_id.value, id);
  const [task] = [...parts.frameworks.completed()].flatMap((framework) => [...framework.completed.values()]);
  t.is(task && parts.tasks.stateName(task), 'TASK_KILLED');
  t.is(parts.agents.find(agentId)?.used.size, 0);
  t.is(parts.allocation.allocator.available(agentId).cpus, 4);
});

test('a framework runs on for its failover timeout, and is refused afterwards', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const id = cluster.subscribe(cluster.scheduler(), frameworkInfo({ failover_timeout: 60 }));
  cluster.run(10);
  cluster.kill(6001);
  cluster.run(59_000);
  t.is(cluster.master.parts.frameworks.chart.value(id), 'disconnected');
  t.is(cluster.master.parts.agents.find(agentId)?.offers.size, 0);
  const back = cluster.scheduler(6002);
  cluster.subscribe(back, frameworkInfo({ id: { value: id }, failover_timeout: 60 }), { force: true });
  cluster.run(120_000);
  t.true(cluster.master.parts.frameworks.isConnected(id), 'the timer ended with the subscription');
  cluster.kill(6002);
  cluster.run(61_000);
  t.true(cluster.master.parts.frameworks.isCompleted(id));
  const late = cluster.scheduler(6003);
  cluster.call(late, {
    type: SchedulerCallType.SUBSCRIBE,
    subscribe: { framework_info: frameworkInfo({ id: { value: id } }) },
  });
  t.is(late.last('mesos.internal.FrameworkErrorMessage')?.message, 'Framework has been removed');
});

test('updates of a framework that is away are not sent, and come when the agent repeats them', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const info = frameworkInfo({ failover_timeout: 60, checkpoint: true });
  const id = cluster.subscribe(scheduler, info);
  cluster.run(10);
  cluster.launch(scheduler, id, cluster.offer(scheduler), [taskInfo('t1', agentId)]);
  cluster.kill(6001);
  cluster.update(agent, id, 't1', agentId, TaskState.TASK_RUNNING);
  const back = cluster.scheduler(6002);
  cluster.subscribe(back, { ...info, id: { value: id } }, { force: true });
  t.is(cluster.statuses(back).length, 0);
  cluster.update(agent, id, 't1', agentId, TaskState.TASK_RUNNING);
  t.is(cluster.statuses(back)[0]?.state, TaskState.TASK_RUNNING);
});

test('teardown ends a framework; the last ones that ended are remembered', (t) => {
  const cluster = new TestCluster({ max_completed_frameworks: '2' });
  const ids = [6001, 6002, 6003].map((port) => {
    const scheduler = cluster.scheduler(port);
    const id = cluster.subscribe(scheduler);
    cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.TEARDOWN });
    return id;
  });
  const { frameworks } = cluster.master.parts;
  t.deepEqual(
    ids.map((id) => frameworks.isCompleted(id)),
    [false, true, true],
  );
  t.is(frameworks.chart.size, 2);
});

const drops: readonly [what: string, call: (id: string) => object][] = [
  ['of an unknown framework', () => ({ framework_id: { value: 'nope' }, type: SchedulerCallType.TEARDOWN })],
  ['without a framework id', () => ({ type: SchedulerCallType.TEARDOWN })],
  ['without a body', (id) => ({ framework_id: { value: id }, type: SchedulerCallType.ACCEPT })],
  ['without a type', (id) => ({ framework_id: { value: id } })],
  ['to revive a foreign role', (id) => ({ framework_id: { value: id }, type: 5, revive: { roles: ['x'] } })],
];

for (const [what, call] of drops) {
  test(`a call ${what} is dropped, and nothing else happens`, (t) => {
    const cluster = new TestCluster();
    const scheduler = cluster.scheduler();
    const id = cluster.subscribe(scheduler);
    scheduler.forget();
    cluster.call(scheduler, call(id));
    t.is(scheduler.heard.length, 0);
    t.true(cluster.master.parts.frameworks.isConnected(id));
    t.is(cluster.masterNode.handlerErrors, 0);
  });
}

test('a call of a scheduler that is not the framework’s own is dropped', (t) => {
  const cluster = new TestCluster();
  const id = cluster.subscribe(cluster.scheduler(6001));
  cluster.call(cluster.scheduler(6002), { framework_id: { value: id }, type: SchedulerCallType.TEARDOWN });
  t.true(cluster.master.parts.frameworks.isConnected(id));
});

test('a scheduler that the master counts as gone is told so when it calls', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ failover_timeout: 60 }));
  const framework = cluster.master.parts.frameworks.find(id);
  if (framework !== undefined) cluster.master.parts.frameworks.disconnected(framework, 'the test says so');
  cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.REVIVE });
  t.is(scheduler.last('mesos.internal.FrameworkErrorMessage')?.message, 'Framework disconnected');
});

test('a driver that aborted gets no more offers, but its updates, until it subscribes again', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler);
  cluster.run(10);
  cluster.launch(scheduler, id, cluster.offer(scheduler), [taskInfo('t1', agentId)]);
  cluster.run(1100);
  cluster.scheduler(6002).say('mesos.internal.DeactivateFrameworkMessage', { framework_id: { value: id } });
  cluster.run(5);
  const { frameworks, offers } = cluster.master.parts;
  t.is(frameworks.chart.value(id), 'connected.active', 'only its own driver can');
  scheduler.say('mesos.internal.DeactivateFrameworkMessage', { framework_id: { value: id } });
  cluster.run(3000);
  t.is(frameworks.chart.value(id), 'connected.inactive');
  t.is(offers.count, 0);
  cluster.update(agent, id, 't1', agentId, TaskState.TASK_RUNNING);
  t.is(cluster.statuses(scheduler).length, 1);
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: id } }));
  cluster.run(10);
  t.is(offers.count, 1);
});

test('suppressed roles get no offers until they are revived', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler);
  cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.SUPPRESS });
  cluster.register(cluster.agent());
  cluster.run(3000);
  t.is(cluster.offers(scheduler).length, 0);
  cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.REVIVE });
  cluster.run(5);
  t.is(cluster.offers(scheduler).length, 1, 'at once, not with the next batch');
});

test('UPDATE_FRAMEWORK changes roles, takes offers of lost roles back, and tells the agents', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  cluster.register(agent);
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ roles: ['a'] }));
  cluster.run(10);
  cluster.call(scheduler, {
    framework_id: { value: id },
    type: SchedulerCallType.UPDATE_FRAMEWORK,
    update_framework: { framework_info: frameworkInfo({ id: { value: id }, roles: ['b'] }) },
  });
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  t.deepEqual(agent.last('mesos.internal.UpdateFrameworkMessage')?.framework_info?.roles, ['b']);
  cluster.run(1100);
  t.is(cluster.offer(scheduler).allocation_info?.role, 'b');
});

for (const change of [{ user: 'other' }, { checkpoint: true }, { principal: 'p' }, { id: { value: 'x' } }]) {
  test(`UPDATE_FRAMEWORK cannot change ${Object.keys(change)[0]}`, (t) => {
    const cluster = new TestCluster();
    const scheduler = cluster.scheduler();
    const id = cluster.subscribe(scheduler);
    cluster.call(scheduler, {
      framework_id: { value: id },
      type: SchedulerCallType.UPDATE_FRAMEWORK,
      update_framework: { framework_info: frameworkInfo({ id: { value: id }, name: 'renamed', ...change }) },
    });
    t.is(cluster.master.parts.frameworks.find(id)?.description.info.name, 'test');
  });
}

test('offers are written as the framework understands them', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  const old = cluster.scheduler();
  cluster.subscribe(old, oldFrameworkInfo({ role: 'a' }));
  cluster.run(10);
  const offer = cluster.offer(old);
  t.is(offer.allocation_info, undefined);
  t.deepEqual(offer.resources?.[0], { name: 'cpus', type: 0, scalar: { value: 4 }, role: '*' });
});
