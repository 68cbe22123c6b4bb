/** Operations in ACCEPT: what they make of offers, what agents are told (v1-scheduler-api.md §9). */
import test from 'ava';
import {
  AgentInfoCapabilityType,
  OperationState,
  SchedulerCallType,
  SchedulerEventType,
  TaskState,
} from '../../../../proto/index.ts';
import { parseResources, Resources } from '../../../../proto/resources/index.ts';
import { agentInfo, frameworkInfo, taskInfo } from '../support/cluster.ts';
import { HttpScheduler } from '../support/httpScheduler.ts';
import {
  capabilities,
  create,
  destroy,
  developer,
  reserve,
  reserved,
  Scene,
  unreserve,
  VERSION,
  volume,
} from './scene.ts';

const launch = (...tasks: ReturnType<typeof taskInfo>[]) =>
  ({ type: 1, launch: { task_infos: tasks } }) as const;

test('RESERVE, CREATE and LAUNCH in one ACCEPT: each uses what the one before has made', (t) => {
  const scene = new Scene();
  const data = volume('v1', 100);
  const task = taskInfo('t', scene.agentId, '', { resources: [...reserved('cpus:1'), data] });
  scene.accept([reserve(reserved('cpus:1;disk:300'), 'op-1'), create([data], 'op-2'), launch(task)]);
  t.deepEqual(
    scene.applied.map(({ operation_info }) => operation_info.id?.value),
    ['op-1', 'op-2'],
  );
  t.deepEqual(scene.applied[0]?.resource_version_uuid.uuid, VERSION);
  t.is(scene.applied[0]?.framework_id?.value, scene.scheduler.id);
  t.is(scene.agent.last('mesos.internal.RunTaskMessage')?.task.task_id.value, 't');
  t.deepEqual(scene.scheduler.statuses, []);
  const total = Resources.of([
    ...parseResources('cpus:3;mem:4096;disk:9700;ports:[31000-31999]'),
    ...reserved('cpus:1;disk:200'),
    data,
  ]);
  t.true(scene.total.equals(total), scene.total.toString());
  scene.checkBooks();
  const left = Resources.of([
    ...parseResources('cpus:3;mem:4096;disk:9700;ports:[31000-31999]'),
    ...reserved('disk:200'),
  ]);
  t.true(scene.next().equals(left));
  scene.cluster.update(scene.agent, scene.scheduler.id, 't', scene.agentId, TaskState.TASK_FINISHED);
  scene.scheduler.call({
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: [scene.offer.id], filters: { refuse_seconds: 0 } },
  });
  t.true(scene.next().equals(total));
  scene.checkBooks();
});

test('what operations converted was not refused: the agent is offered again before the filter ends', (t) => {
  const scene = new Scene();
  scene.accept([], 3600);
  t.true(scene.next().isEmpty, 'nothing was done with it');
  scene.scheduler.call({ type: SchedulerCallType.REVIVE });
  scene.accept([reserve(reserved('cpus:1;mem:64'))], 3600);
  t.true(scene.next().contains(Resources.of(reserved('cpus:1;mem:64'))));
});

test('a failed operation does not stop later ones', (t) => {
  const scene = new Scene();
  scene.accept([reserve(reserved('cpus:99'), 'much'), reserve(reserved('cpus:1'), 'some')]);
  t.deepEqual(
    scene.feedback.map(({ operation_id, state }) => [operation_id?.value, state]),
    [['much', OperationState.OPERATION_ERROR]],
  );
  t.regex(scene.feedback[0]?.message ?? '', /does not contain cpus/);
  t.is(scene.applied.length, 1);
  scene.checkBooks();
});

test('UNRESERVE and DESTROY give back what RESERVE and CREATE took', (t) => {
  const scene = new Scene();
  const before = scene.total;
  const data = volume('v1', 100);
  scene.accept([
    reserve(reserved('disk:100')),
    create([data]),
    destroy([data]),
    unreserve(reserved('disk:100')),
  ]);
  t.is(scene.applied.length, 4);
  t.true(scene.total.equals(before));
  scene.checkBooks();
  t.true(scene.next().equals(before));
});

test('a volume grows and shrinks; the result is offered, but not to the same ACCEPT', (t) => {
  const scene = new Scene();
  const small = volume('v1', 100);
  scene.accept([reserve(reserved('disk:150')), create([small])]);
  scene.next();
  const [addition] = reserved('disk:50');
  const large = volume('v1', 150);
  if (addition === undefined) throw new Error();
  scene.accept([
    { type: 11, id: { value: 'grow' }, grow_volume: { volume: small, addition } },
    destroy([large], 'too-early'),
  ]);
  t.deepEqual(
    scene.feedback.map(({ operation_id, message }) => [
      operation_id?.value,
      /does not contain/.test(message ?? ''),
    ]),
    [['too-early', true]],
  );
  t.true(scene.total.contains(Resources.of([large])));
  scene.checkBooks();
  t.true(scene.next().contains(Resources.of([large])));
  scene.accept([{ type: 12, shrink_volume: { volume: large, subtract: { value: 100 } } }]);
  t.true(scene.total.contains(Resources.of([volume('v1', 50), ...reserved('disk:100')])));
  t.true(scene.next().contains(Resources.of([volume('v1', 50), ...reserved('disk:100')])));
  scene.checkBooks();
});

test('a reservation can be refined for a role below, and only frameworks of it are offered it', (t) => {
  const scene = new Scene({ framework: developer({ roles: ['eng'] }) });
  const [base] = reserved('cpus:2', 'eng');
  if (base === undefined) throw new Error();
  scene.accept([reserve([base])]);
  const below = new HttpScheduler(scene.cluster, developer({ roles: ['eng/dev'] }));
  scene.scheduler.call({ type: SchedulerCallType.SUPPRESS });
  scene.next();
  scene.scheduler.call({
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: scene.scheduler.offers.map(({ id }) => id) },
  });
  scene.cluster.run(1100);
  const offer = below.offers.at(-1);
  t.true(
    Resources.of(offer?.resources)
      .unallocated()
      .contains(Resources.of([base])),
  );
  const refined = {
    ...base,
    reservations: [...(base.reservations ?? []), { type: 2, role: 'eng/dev', principal: 'p' } as const],
  };
  below.call({
    type: SchedulerCallType.ACCEPT,
    accept: {
      offer_ids: offer === undefined ? [] : [offer.id],
      operations: [reserve([refined])],
      filters: { refuse_seconds: 0 },
    },
  });
  t.true(scene.total.contains(Resources.of([refined])));
  scene.scheduler.call({ type: SchedulerCallType.REVIVE });
  scene.cluster.run(2200);
  const seen = Resources.sum(below.offers.map(({ resources }) => Resources.of(resources).unallocated()));
  t.true(seen.contains(Resources.of([refined])));
  const above = Resources.sum(
    scene.scheduler.offers.map(({ resources }) => Resources.of(resources).unallocated()),
  );
  t.false(above.contains(Resources.of([refined])), 'a role above is not offered it');
});

test('a shared volume: tasks use it together, and it cannot go while they do', (t) => {
  const scene = new Scene();
  const data = volume('v1', 100, { shared: {} });
  const user = (id: string) =>
    taskInfo(id, scene.agentId, '', { resources: [...parseResources('cpus:1;mem:64'), data] });
  scene.accept([reserve(reserved('disk:100')), create([data]), launch(user('a'), user('b'))]);
  t.deepEqual(
    scene.agent.all('mesos.internal.RunTaskMessage').map(({ task }) => task.name),
    ['a', 'b'],
  );
  t.deepEqual(scene.scheduler.statuses, []);
  scene.checkBooks();
  t.true(scene.next().contains(Resources.of([data])), 'it is offered though it is used');
  scene.accept([destroy([data], 'now')]);
  t.regex(scene.feedback[0]?.message ?? '', /in use/);
  for (const id of ['a', 'b']) {
    scene.cluster.update(scene.agent, scene.scheduler.id, id, scene.agentId, TaskState.TASK_FINISHED);
  }
  scene.next();
  scene.accept([destroy([data], 'then')]);
  t.is(scene.feedback.length, 1);
  t.true(scene.total.persistentVolumes().isEmpty);
  scene.checkBooks();
});

test('destroying a shared volume takes it back from others who are offered it', (t) => {
  const scene = new Scene({ flags: { min_allocatable_resources: 'cpus:0.01|disk:1' } });
  const data = volume('v1', 100, { shared: {} });
  scene.accept([reserve(reserved('disk:100')), create([data])]);
  scene.next();
  const mine = scene.offer;
  const other = new HttpScheduler(scene.cluster, developer({ name: 'other' }));
  scene.cluster.run(1100);
  t.true(
    Resources.of(other.offers.at(-1)?.resources)
      .unallocated()
      .contains(Resources.of([data])),
  );
  scene.accept([destroy([data])], 0, mine);
  const held = other.offers.filter(({ resources }) =>
    Resources.of(resources)
      .unallocated()
      .contains(Resources.of([data])),
  );
  const rescinded = other.all(SchedulerEventType.RESCIND).map(({ rescind }) => rescind?.offer_id.value);
  t.deepEqual(
    rescinded,
    held.map(({ id }) => id.value),
  );
  t.true(scene.total.persistentVolumes().isEmpty);
  scene.checkBooks();
});

test('an old framework: resources of the old format go in and come out, ids lead to an error', (t) => {
  const info = { ...frameworkInfo({ principal: 'p' }), role: 'dev', roles: [], capabilities: [] };
  const scene = new Scene({ framework: info });
  const old = {
    name: 'cpus',
    type: 0 as const,
    scalar: { value: 1 },
    role: 'dev',
    reservation: { principal: 'p' },
  };
  scene.accept([reserve([old])]);
  t.is(scene.applied.length, 1);
  t.true(scene.total.contains(Resources.of(reserved('cpus:1'))));
  scene.next();
  const offered = scene.offer.resources?.find((each) => each.role === 'dev');
  t.deepEqual(offered, {
    name: 'cpus',
    type: 0,
    scalar: { value: 1 },
    role: 'dev',
    reservation: { principal: 'p' },
  });
});

test('a driver cannot be told of operations: with an id they are refused, without it they are performed', (t) => {
  const scene = new Scene();
  scene.scheduler.call({
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: [scene.offer.id], filters: { refuse_seconds: 3600 } },
  });
  const { cluster } = scene;
  const driver = cluster.scheduler();
  const id = cluster.subscribe(driver, developer());
  cluster.run(1100);
  for (const operation of [reserve(reserved('cpus:1'), 'id'), reserve(reserved('cpus:1'))]) {
    cluster.call(driver, {
      framework_id: { value: id },
      type: SchedulerCallType.ACCEPT,
      accept: {
        offer_ids: [cluster.offer(driver).id],
        operations: [operation],
        filters: { refuse_seconds: 0 },
      },
    });
    cluster.run(1100);
  }
  t.deepEqual(
    scene.applied.map(({ operation_info }) => operation_info.id),
    [undefined],
  );
});

test('an agent of before operations is told the whole list, in the format it reads', (t) => {
  const old = capabilities(AgentInfoCapabilityType.RESOURCE_PROVIDER).filter(
    ({ type }) => type !== AgentInfoCapabilityType.RESERVATION_REFINEMENT,
  );
  const scene = new Scene({ capabilities: old });
  scene.accept([reserve(reserved('cpus:1')), reserve(reserved('mem:64'), 'no-feedback')]);
  t.deepEqual(scene.applied, []);
  t.is(scene.feedback.length, 1);
  t.deepEqual(scene.agent.all('mesos.internal.CheckpointResourcesMessage'), [
    {
      resources: [
        { name: 'cpus', type: 0, scalar: { value: 1 }, role: 'dev', reservation: { principal: 'p' } },
      ],
    },
  ]);
  scene.checkBooks();
  // It comes back without having heard.
  scene.agent.forget();
  scene.cluster.reregister(scene.agent, scene.agentId, { agent_capabilities: old });
  t.is(scene.agent.all('mesos.internal.CheckpointResourcesMessage').length, 1);
  t.true(scene.total.contains(Resources.of(reserved('cpus:1'))));
});

test('an agent that registers with reservations and volumes has them', (t) => {
  const { cluster } = new Scene();
  const agent = cluster.agent(5052);
  const kept = [...reserved('cpus:1'), volume('v1', 100)];
  const id = cluster.register(agent, agentInfo(undefined, 'host-2'), {
    agent_capabilities: capabilities(),
    checkpointed_resources: kept,
  });
  t.true(cluster.master.parts.agents.find(id)?.total.contains(Resources.of(kept)));
  const bad = cluster.agent(5053);
  t.throws(() =>
    cluster.register(bad, agentInfo('cpus:1', 'host-3'), { checkpointed_resources: reserved('cpus:2') }),
  );
});
