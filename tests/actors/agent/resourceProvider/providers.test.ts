/** Resource providers at the agent: who is taken, what the master is told, operations handed on, resources published (agent.md §15). */
import test from 'ava';
import { ResourceJournal } from '../../../../actors/agent/operations/resourceJournal.ts';
import {
  AgentCallType,
  type OfferOperation,
  OfferOperationType,
  OperationState,
  type Resource,
  ResourceDiskInfoSourceType,
  ResourceProviderEventType,
  ResourceReservationInfoType,
  TaskState,
  TaskStatusReason,
} from '../../../../proto/index.ts';
import { parseResources, Resources } from '../../../../proto/resources/index.ts';
import { MemoryDisk } from '../../../../runtime/storage/index.ts';
import { MemoryVolumes } from '../support/memoryVolumes.ts';
import { ask, post, serve } from '../support/operatorCalls.ts';
import { RESOURCES } from '../support/realAgent.ts';
import { registeredSimulation, type SimulatedAgent } from '../support/simulatedAgent.ts';
import { SimulatedProvider, uuidOf } from '../support/simulatedProvider.ts';
import { commandTask, FRAMEWORK } from '../support/testMaster.ts';

const Event = ResourceProviderEventType;
const State = OperationState;

function subscribed(simulation = registeredSimulation({}, serve)) {
  const provider = new SimulatedProvider(simulation);
  provider.subscribe();
  return { ...simulation, simulation, provider };
}

/** One that brings a RAW disk of 200 MB and 100 MB of another kind. */
function providing() {
  const scene = subscribed();
  const resources = [raw(scene.provider), scene.provider.disk(100)];
  scene.provider.tell(resources, 1);
  return scene;
}

function raw(provider: SimulatedProvider): Resource {
  const source = { type: ResourceDiskInfoSourceType.RAW, profile: 'fast' };
  return provider.disk(200, { disk: { source } });
}

function made(provider: SimulatedProvider): Resource {
  const source = { type: ResourceDiskInfoSourceType.MOUNT, id: 'd', mount: { root: '/mnt/d' } };
  return provider.disk(200, { disk: { source } });
}

function reserved(resource: Resource): Resource {
  return { ...resource, reservations: [{ type: ResourceReservationInfoType.DYNAMIC, role: 'dev' }] };
}

const toldOf = ({ master }: SimulatedAgent) =>
  master.messages('mesos.internal.UpdateSlaveMessage').at(-1)?.resource_providers?.providers ?? [];

const updatesOf = ({ master }: SimulatedAgent) =>
  master.messages('mesos.internal.UpdateOperationStatusMessage');

function apply(scene: ReturnType<typeof providing>, info: OfferOperation, n: number, version = 1): void {
  scene.master.tell('mesos.internal.ApplyOperationMessage', {
    framework_id: FRAMEWORK.id,
    operation_info: { id: { value: `op-${n}` }, ...info },
    operation_uuid: uuidOf(n),
    resource_version_uuid: { uuid: uuidOf(version), resource_provider_id: { value: scene.provider.id } },
  });
  scene.world.run(20);
}

const createDisk = (provider: SimulatedProvider): OfferOperation => ({
  type: OfferOperationType.CREATE_DISK,
  create_disk: { source: raw(provider), target_type: ResourceDiskInfoSourceType.MOUNT },
});

test('a provider that is new gets an id, and what it tells of is told to the master', (t) => {
  const { provider, simulation } = subscribed();
  t.is(provider.stream?.status, 200);
  t.regex(provider.id, /^[0-9a-f-]{36}$/);
  t.deepEqual(toldOf(simulation), [], 'before it told what it has there is nothing to tell');
  t.is(provider.tell([raw(provider), provider.disk(100)], 1).status, 202);
  const [told] = toldOf(simulation);
  t.is(told?.info?.id?.value, provider.id);
  t.deepEqual(told?.resource_version_uuid, uuidOf(1));
  t.is(Resources.of(told?.total_resources).disk, 300);
  const [listed] =
    ask(simulation, { type: AgentCallType.GET_RESOURCE_PROVIDERS }).get_resource_providers
      ?.resource_providers ?? [];
  t.like(listed?.resource_provider_info, { name: 'one', id: { value: provider.id } });
  const state = JSON.parse(post(simulation, { method: 'GET', path: '/slave(1)/state' }).text);
  t.is(state.resources.disk, 1300);
  t.is(state.resource_providers[0].resource_provider_info.name, 'one');
});

test('who may not see providers is told of none', (t) => {
  const acls = JSON.stringify({
    view_resource_providers: [{ principals: { type: 'ANY' }, resource_providers: { type: 'NONE' } }],
  });
  const { simulation, provider } = subscribed(registeredSimulation({ acls }, serve));
  provider.tell([provider.disk(5)], 1);
  const { get_resource_providers } = ask(simulation, { type: AgentCallType.GET_RESOURCE_PROVIDERS });
  t.deepEqual(get_resource_providers?.resource_providers ?? [], []);
});

test('where operators have to say who they are, providers have to, too', (t) => {
  const http_credentials = JSON.stringify({ credentials: [{ principal: 'p', secret: 's' }] });
  const given = { authenticate_http_readwrite: 'true', http_credentials };
  const provider = new SimulatedProvider(registeredSimulation(given, serve));
  t.is(provider.subscribe().status, 401);
  provider.headers = { authorization: `Basic ${Buffer.from('p:s').toString('base64')}` };
  t.is(provider.subscribe().status, 200);
  t.is(provider.tell([provider.disk(5)], 1).status, 202);
});

test('one that goes away takes what it brought with it, and brings it again', (t) => {
  const { provider, simulation, world } = providing();
  const { id } = provider;
  provider.stream?.leave();
  world.run(10);
  t.deepEqual(toldOf(simulation), []);
  t.is(provider.tell([provider.disk(1)], 2).status, 400, 'it has no stream');
  provider.subscribe();
  t.is(provider.id, id);
  t.deepEqual(toldOf(simulation), []);
  provider.tell([provider.disk(70)], 3);
  t.is(Resources.of(toldOf(simulation)[0]?.total_resources).disk, 70);
});

test('a second stream takes the place of the first', (t) => {
  const { provider } = providing();
  const first = provider.stream;
  provider.subscribe();
  t.is(first?.ended, 'ended');
  t.is(provider.tell([provider.disk(5)], 2).status, 202);
  const old = { 'mesos-stream-id': first?.headers['Mesos-Stream-Id'] ?? '' };
  t.is(provider.call({ type: 3, update_state: { resource_version_uuid: uuidOf(3) } }, old).status, 400);
});

test('unknown ids and ids of others have their streams closed', (t) => {
  const { provider, world } = providing();
  for (const info of [
    { ...provider.info, id: { value: 'nobody' } },
    { ...provider.info, name: 'two', id: { value: provider.id } },
  ]) {
    const stream = provider.subscribe(info);
    t.is(stream.status, 200);
    t.is(stream.ended, 'ended');
  }
  world.run(10);
});

test('what is not of the provider is refused, and changes nothing', (t) => {
  const { provider, simulation } = providing();
  const { provider_id: _none, ...own } = provider.disk(5);
  for (const resources of [[own], [{ ...own, provider_id: { value: 'x' } }], [provider.disk(-5)]])
    t.is(provider.tell(resources, 2).status, 400);
  const status = { state: State.OPERATION_FINISHED, resource_provider_id: { value: 'x' } };
  t.is(provider.update(1, status).status, 400);
  const bad = { value: new Uint8Array(3) };
  t.is(provider.update(1, { state: State.OPERATION_FINISHED, uuid: bad }).status, 400);
  t.is(Resources.of(toldOf(simulation)[0]?.total_resources).disk, 300);
});

test('RESERVE goes to the provider, counts at once, and its end is acknowledged through the agent', (t) => {
  const scene = providing();
  const { provider, master, simulation, world } = scene;
  const reserve = { resources: [reserved(provider.disk(40))] };
  apply(scene, { type: OfferOperationType.RESERVE, reserve }, 5);
  const { apply_operation } = provider.of(Event.APPLY_OPERATION)[0] ?? {};
  t.deepEqual(apply_operation?.operation_uuid, uuidOf(5));
  t.deepEqual(apply_operation?.resource_version_uuid, uuidOf(1));
  t.is(apply_operation?.framework_id?.value, FRAMEWORK.id?.value);
  const state = JSON.parse(post(simulation, { method: 'GET', path: '/slave(1)/state' }).text);
  t.is(state.reserved_resources.dev.disk, 40);
  const listed = () => ask(simulation, { type: AgentCallType.GET_OPERATIONS }).get_operations?.operations;
  t.is(listed()?.[0]?.latest_status.state, State.OPERATION_PENDING);
  const done = { state: State.OPERATION_FINISHED, uuid: uuidOf(50) };
  t.is(provider.update(5, done).status, 202);
  t.like(updatesOf(simulation).at(-1)?.status, {
    state: State.OPERATION_FINISHED,
    operation_id: { value: 'op-5' },
    agent_id: { value: 'agent-S0' },
    resource_provider_id: { value: provider.id },
  });
  t.is(listed()?.[0]?.latest_status.state, State.OPERATION_FINISHED);
  master.tell('mesos.internal.AcknowledgeOperationStatusMessage', {
    status_uuid: uuidOf(50),
    operation_uuid: uuidOf(5),
    resource_provider_id: { value: provider.id },
  });
  world.run(10);
  t.deepEqual(provider.of(Event.ACKNOWLEDGE_OPERATION_STATUS)[0]?.acknowledge_operation_status, {
    status_uuid: uuidOf(50),
    operation_uuid: uuidOf(5),
  });
  t.deepEqual(listed() ?? [], []);
});

test('CREATE_DISK changes what there is when the provider says that it has ended, once', (t) => {
  const scene = providing();
  const { provider, simulation } = scene;
  apply(scene, createDisk(provider), 6);
  const mounts = () =>
    JSON.parse(
      post(simulation, { method: 'GET', path: '/slave(1)/state' }).text,
    ).unreserved_resources_full.filter((each: Resource) => String(each.disk?.source?.type) === 'MOUNT')
      .length;
  t.is(mounts(), 0);
  const other = { ...made(provider), provider_id: { value: 'x' } };
  const end = { state: State.OPERATION_FINISHED, uuid: uuidOf(60) };
  t.is(provider.update(6, { ...end, converted_resources: [other] }).status, 400);
  for (let times = 0; times < 2; times++)
    t.is(provider.update(6, { ...end, converted_resources: [made(provider)] }).status, 202);
  t.is(mounts(), 1);
  t.is(updatesOf(simulation).length, 2, 'each is handed on: the first may have been lost');
});

for (const [what, change, state, text] of [
  ['planned with an older state', (_: SimulatedProvider) => undefined, State.OPERATION_DROPPED, /outdated/],
  [
    'of a provider that is away',
    (provider: SimulatedProvider) => provider.stream?.leave(),
    State.OPERATION_DROPPED,
    /not subscribed/,
  ],
] as const) {
  test(`an operation ${what} is answered by the agent until that is acknowledged`, (t) => {
    const scene = providing();
    const { provider, master, simulation, world } = scene;
    change(provider);
    world.run(10);
    apply(scene, createDisk(provider), 7, 9);
    t.is(provider.of(Event.APPLY_OPERATION).length, 0);
    world.run(11_000);
    const updates = updatesOf(simulation);
    t.true(updates.length > 1, 'told again');
    t.is(updates[0]?.status.state, state);
    t.regex(updates[0]?.status.message ?? '', text);
    t.is(updates[0]?.status.resource_provider_id?.value, provider.id);
    master.tell('mesos.internal.AcknowledgeOperationStatusMessage', {
      status_uuid: updates[0]?.status.uuid ?? uuidOf(0),
      operation_uuid: uuidOf(7),
      resource_provider_id: { value: provider.id },
    });
    world.run(1000);
    const { length } = updatesOf(simulation);
    world.run(30_000);
    t.is(updatesOf(simulation).length, length);
  });
}

test('a RESERVE of more than there is fails at the agent', (t) => {
  const scene = providing();
  const reserve = { resources: [reserved(scene.provider.disk(4000))] };
  apply(scene, { type: OfferOperationType.RESERVE, reserve }, 8);
  t.is(updatesOf(scene.simulation)[0]?.status.state, State.OPERATION_FAILED);
});

test('UPDATE_STATE is all there is: operations it does not name are forgotten, those it does are the master’s to hear of', (t) => {
  const scene = providing();
  const { provider, simulation } = scene;
  apply(scene, createDisk(provider), 1);
  const latest_status = { state: State.OPERATION_FAILED, resource_provider_id: { value: provider.id } };
  const known = { uuid: uuidOf(2), info: createDisk(provider), latest_status };
  provider.tell([provider.disk(9)], 2, [known]);
  const [told] = toldOf(simulation);
  t.deepEqual(
    told?.operations.operations?.map(({ uuid, agent_id }) => [uuid, agent_id?.value]),
    [[uuidOf(2), 'agent-S0']],
  );
});

test('reconciliation: providers are asked, those that are away are spoken for', (t) => {
  const scene = providing();
  const { provider, master, simulation, world } = scene;
  const reconcile = (id: string, n?: number) => {
    const named = n === undefined ? {} : { operation_uuid: uuidOf(n) };
    master.tell('mesos.internal.ReconcileOperationsMessage', {
      framework_id: FRAMEWORK.id,
      operations: [{ ...named, operation_id: { value: 'op' }, resource_provider_id: { value: id } }],
    });
    world.run(10);
    return updatesOf(simulation).at(-1)?.status.state;
  };
  reconcile(provider.id, 3);
  t.deepEqual(provider.of(Event.RECONCILE_OPERATIONS)[0]?.reconcile_operations?.operation_uuids, [uuidOf(3)]);
  t.is(reconcile('nobody'), State.OPERATION_UNKNOWN);
  provider.stream?.leave();
  world.run(10);
  t.is(reconcile(provider.id), State.OPERATION_RECOVERING);
});

function task(provider: SimulatedProvider, id = 'task') {
  const disk = { ...provider.disk(10), allocation_info: { role: '*' } };
  const resources = [...parseResources('cpus:0.1;mem:32').allocatedTo('*').toMessages(), disk];
  return commandTask(id, 'sleep 1000', { resources });
}

test('a task starts when its provider has published what it needs', (t) => {
  const { provider, master, containers, world } = providing();
  master.run(task(provider));
  master.run(commandTask('other', 'true'));
  world.run(50);
  t.is(containers.ids.length, 1, 'a task without such resources waits for nobody');
  const { resources } = provider.of(Event.PUBLISH_RESOURCES)[0]?.publish_resources ?? {};
  t.is(Resources.of(resources).disk, 10);
  t.is(provider.published(1).status, 202);
  world.run(50);
  t.is(containers.ids.length, 2);
  t.true(master.states('task').includes(TaskState.TASK_RUNNING));
  master.run(task(provider, 'second'));
  world.run(50);
  const again = provider.of(Event.PUBLISH_RESOURCES)[1]?.publish_resources;
  t.is(Resources.of(again?.resources).disk, 20, 'all that is in use');
});

for (const [what, answer] of [
  ['cannot', (provider: SimulatedProvider) => void provider.published(2)],
  ['goes away', (provider: SimulatedProvider) => provider.stream?.leave()],
] as const) {
  test(`a task whose provider ${what} fails, and none of its containers was there`, (t) => {
    const { provider, master, containers, world } = providing();
    master.run(task(provider));
    world.run(50);
    answer(provider);
    world.run(50);
    t.like(master.statuses('task').at(-1), {
      state: TaskState.TASK_FAILED,
      reason: TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED,
    });
    t.deepEqual(containers.ids, []);
  });
}

test('a task that is killed while its provider publishes is killed', (t) => {
  const { provider, master, containers, world } = providing();
  master.run(task(provider));
  world.run(50);
  master.kill('task');
  world.run(50);
  provider.published(1);
  world.run(50);
  t.is(master.states('task').at(-1), TaskState.TASK_KILLED);
  t.deepEqual(containers.ids, []);
});

test('a provider without resources is marked gone: it is told, its operations end, it cannot come back', (t) => {
  const scene = providing();
  const { provider, simulation, world } = scene;
  const gone = () => post(simulation, markGone(provider));
  const refused = gone();
  t.is(refused.status, 500);
  t.regex(refused.text, /has resources/);
  const latest_status = { state: State.OPERATION_PENDING, resource_provider_id: { value: provider.id } };
  provider.tell([], 2, [{ uuid: uuidOf(4), info: createDisk(provider), latest_status }]);
  t.is(gone().status, 200);
  world.run(10);
  t.is(provider.of(Event.TEARDOWN).length, 1);
  t.is(provider.stream?.ended, 'ended');
  t.is(updatesOf(simulation).at(-1)?.status.state, State.OPERATION_GONE_BY_OPERATOR);
  t.deepEqual(toldOf(simulation), []);
  t.is(provider.subscribe().ended, 'ended');
  t.is(gone().status, 200);
});

/** What it was told when it subscribed; `subscribe` does not wait for a slow disk. */
const toldId = (provider: SimulatedProvider) =>
  provider.of(Event.SUBSCRIBED)[0]?.subscribed?.provider_id.value ?? '';

const markGone = ({ id }: SimulatedProvider) => ({
  body: JSON.stringify({
    type: 'MARK_RESOURCE_PROVIDER_GONE',
    mark_resource_provider_gone: { resource_provider_id: { value: id } },
  }),
});

/** An agent whose resources and providers are on a disk that answers when it is told to. */
function agentOn(disk: MemoryDisk): SimulatedAgent {
  const options = { dir: '/disk/resources', onFailure: () => undefined, compactBytesMin: 100 };
  const journal = ResourceJournal.open({ disk, ...options });
  const volumes = new MemoryVolumes((callback) => disk.defer(callback));
  const total = parseResources(RESOURCES);
  return registeredSimulation({}, { ...serve, resources: { journal, volumes, total } });
}

function slowDisk() {
  const queued: (() => void)[] = [];
  const schedule = (callback: () => void) => void queued.push(callback);
  const settle = (world: SimulatedAgent['world']) => {
    for (let turn = 0; turn < 20; turn++) {
      for (const callback of queued.splice(0)) callback();
      world.run(1);
    }
  };
  return { disk: new MemoryDisk({ schedule }), schedule, settle };
}

test('whoever marks a provider gone is answered when that is on disk, also the second', (t) => {
  const { disk, settle } = slowDisk();
  const simulation = agentOn(disk);
  const provider = new SimulatedProvider(simulation);
  provider.subscribe();
  settle(simulation.world);
  provider.id = toldId(provider);
  const answers = [post(simulation, markGone(provider)), post(simulation, markGone(provider))];
  t.deepEqual(
    answers.map(({ status }) => status),
    [0, 0],
  );
  settle(simulation.world);
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
});

test('ids outlive the agent’s process; those of providers that are gone do not', (t) => {
  const { disk, schedule, settle } = slowDisk();
  const before = agentOn(disk);
  const providers = Array.from({ length: 4 }, () => {
    const provider = new SimulatedProvider(before);
    provider.subscribe();
    settle(before.world);
    provider.id = toldId(provider);
    return provider;
  });
  t.is(new Set(providers.map(({ id }) => id)).size, 4);
  for (const provider of providers.slice(0, 1)) post(before, markGone(provider));
  settle(before.world);
  const after = agentOn(disk.restart(() => 0, { schedule }));
  for (const [at, { id }] of providers.entries()) {
    const again = new SimulatedProvider(after);
    again.id = id;
    t.is(again.subscribe().ended, at === 0 ? 'ended' : 'open');
  }
});
