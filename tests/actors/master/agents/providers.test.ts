/** What resource providers bring to an agent, as the master counts and offers it, and operations on it (master.md §5.1, §7). */
import test from 'ava';
import {
  MasterCallType,
  type OfferOperation,
  OfferOperationType,
  type Operation,
  OperationState,
  type OperationStatus,
  type Resource,
  ResourceDiskInfoSourceType,
  SchedulerCallType,
  ValueType,
} from '../../../../proto/index.ts';
import { providedResources, Resources } from '../../../../proto/resources/index.ts';
import { capabilities, create, PRINCIPAL, ROLE, reserve, Scene, VERSION } from '../operations/scene.ts';
import { agentInfo, taskInfo } from '../support/cluster.ts';

const State = OperationState;
const ID = 'rp-1';
const provider_id = { value: ID };
const bytes = (n: number) => ({ value: new Uint8Array(16).fill(n) });
/** Of an update, as frameworks may repeat it. */
const UPDATE = { value: new Uint8Array(16).fill(0x4a) };

function disk(megabytes: number, more: Partial<Resource> = {}): Resource {
  return { provider_id, name: 'disk', type: ValueType.SCALAR, scalar: { value: megabytes }, ...more };
}

const raw = (megabytes: number): Resource =>
  disk(megabytes, { disk: { source: { type: ResourceDiskInfoSourceType.RAW, profile: 'fast' } } });

const mounted = (megabytes: number): Resource =>
  disk(megabytes, {
    disk: { source: { type: ResourceDiskInfoSourceType.MOUNT, id: 'd', mount: { root: '/mnt/d' } } },
  });

const reservedDisk = (megabytes: number): Resource =>
  disk(megabytes, { reservations: [{ type: 2, role: ROLE, principal: PRINCIPAL }] });

const createDisk = (source: Resource, id = 'op'): OfferOperation => ({
  type: OfferOperationType.CREATE_DISK,
  id: { value: id },
  create_disk: { source, target_type: ResourceDiskInfoSourceType.MOUNT },
});

/** The agent says which providers it has. @param version of what this one brings; undefined: there is none */
function tell(
  scene: Scene,
  resources: Resource[],
  version: number | undefined,
  operations: Operation[] = [],
): void {
  const provider = {
    info: { id: provider_id, type: 'org.example.disks', name: 'one' },
    total_resources: resources,
    operations: { operations },
    resource_version_uuid: bytes(version ?? 0),
  };
  scene.agent.say('mesos.internal.UpdateSlaveMessage', {
    slave_id: { value: scene.agentId },
    resource_version_uuid: VERSION,
    update_oversubscribed_resources: false,
    operations: {},
    resource_providers: version === undefined ? {} : { providers: [provider] },
  });
  scene.cluster.run(10);
}

function providing(...resources: Resource[]): Scene {
  const scene = new Scene();
  tell(scene, resources, 1);
  scene.cluster.run(1100);
  return scene;
}

/** The agent reregisters, and has told of no provider yet. */
function comeBack(scene: Scene): void {
  scene.agent.say('mesos.internal.ReregisterSlaveMessage', {
    slave: { ...agentInfo(), id: { value: scene.agentId } },
    version: '1.12.0',
    agent_capabilities: capabilities(),
    resource_version_uuid: VERSION,
  });
  scene.cluster.run(10);
}

/** CREATE_DISK as a provider tells of it that is at work. */
const pending = (sent: Scene['applied'][number] | undefined): Operation => ({
  framework_id: sent?.framework_id,
  info: createDisk({ ...raw(200), allocation_info: { role: ROLE } }),
  latest_status: { state: State.OPERATION_PENDING },
  uuid: sent?.operation_uuid ?? bytes(0),
});

/** The provider tells of the last operation. */
function end(scene: Scene, status: OperationStatus, operation = scene.applied.at(-1)): void {
  scene.agent.say('mesos.internal.UpdateOperationStatusMessage', {
    framework_id: operation?.framework_id,
    slave_id: { value: scene.agentId },
    operation_uuid: operation?.operation_uuid,
    status: { operation_id: operation?.operation_info.id, resource_provider_id: provider_id, ...status },
  });
  scene.cluster.run(10);
}

const provided = (scene: Scene): string => providedResources(scene.total).toString();
const used = (scene: Scene): Resources =>
  Resources.sum(scene.parts.agents.find(scene.agentId)?.used.values() ?? []);
const text = (...resources: Resource[]): string => Resources.of(resources).toString();

test('what a provider brings is offered, shown by provider, and gone with it', (t) => {
  const scene = providing(raw(200), disk(100));
  t.true(
    Resources.of(scene.offer.resources)
      .unallocated()
      .contains(Resources.of([raw(200), disk(100)])),
  );
  const agents = () => {
    const { answer } = scene.cluster.operate({ type: MasterCallType.GET_AGENTS });
    return answer.get_agents?.agents?.[0];
  };
  const [shown] = agents()?.resource_providers ?? [];
  t.is(shown?.resource_provider_info.name, 'one');
  t.is(Resources.of(shown?.total_resources).disk, 300);
  t.is(Resources.of(agents()?.total_resources).disk, 10_300);
  const { length } = scene.scheduler.offers;
  tell(scene, [], undefined);
  t.is(provided(scene), '{}');
  t.deepEqual(agents()?.resource_providers ?? [], []);
  scene.cluster.run(1100);
  t.true(
    scene.scheduler.offers.length > length,
    'offers of it were taken back, and the rest is offered again',
  );
  t.false(
    Resources.of(scene.offer.resources)
      .unallocated()
      .contains(Resources.of([disk(100)])),
  );
  scene.checkBooks();
});

test('RESERVE and CREATE name the version of the provider, and count at once; launches name it, too', (t) => {
  const scene = providing(disk(100));
  const volume = {
    ...reservedDisk(40),
    disk: {
      persistence: { id: 'v', principal: PRINCIPAL },
      volume: { container_path: 'd', mode: 1 as const },
    },
  };
  const task = taskInfo('t', scene.agentId, 'cpus:1;mem:32');
  const resources = [...(task.resources ?? []), volume];
  scene.accept([
    reserve([reservedDisk(40)], 'op-1'),
    create([volume], 'op-2'),
    { type: OfferOperationType.LAUNCH, launch: { task_infos: [{ ...task, resources }] } },
  ]);
  t.deepEqual(scene.feedback, []);
  t.deepEqual(
    scene.applied.map(({ resource_version_uuid }) => resource_version_uuid),
    [1, 2].map(() => ({ uuid: bytes(1), resource_provider_id: provider_id })),
  );
  t.is(provided(scene), text(disk(60), volume));
  t.deepEqual(scene.agent.last('mesos.internal.RunTaskMessage')?.resource_version_uuids, [
    { uuid: VERSION },
    { uuid: bytes(1), resource_provider_id: provider_id },
  ]);
  scene.checkBooks();
  end(scene, { state: State.OPERATION_FINISHED, uuid: UPDATE }, scene.applied[0]);
  t.is(scene.feedback[0]?.state, State.OPERATION_FINISHED);
  scene.scheduler.call({
    type: SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS,
    acknowledge_operation_status: {
      agent_id: { value: scene.agentId },
      resource_provider_id: provider_id,
      uuid: UPDATE.value,
      operation_id: { value: 'op-1' },
    },
  });
  scene.cluster.run(5);
  t.deepEqual(
    scene.agent.last('mesos.internal.AcknowledgeOperationStatusMessage')?.resource_provider_id,
    provider_id,
  );
});

test('resources of two owners in one operation are refused', (t) => {
  const scene = providing(disk(100));
  const { provider_id: _none, ...own } = reservedDisk(10);
  scene.accept([reserve([reservedDisk(10), own], 'op')]);
  t.is(scene.feedback[0]?.state, State.OPERATION_ERROR);
  t.is(scene.applied.length, 0);
});

test('CREATE_DISK keeps the disk in use until the provider has made something of it', (t) => {
  const scene = providing(raw(200));
  scene.accept([createDisk(raw(200))]);
  t.is(scene.applied.length, 1);
  t.is(used(scene).unallocated().toString(), text(raw(200)));
  t.is(provided(scene), text(raw(200)));
  t.false(scene.next().contains(Resources.of([raw(200)])), 'it is not offered');
  scene.checkBooks();
  end(scene, { state: State.OPERATION_FINISHED, uuid: UPDATE, converted_resources: [mounted(200)] });
  t.true(used(scene).isEmpty);
  t.is(provided(scene), text(mounted(200)));
  t.is(scene.feedback[0]?.state, State.OPERATION_FINISHED);
  scene.accept([]);
  t.true(scene.next().contains(Resources.of([mounted(200)])));
  scene.checkBooks();
  // Told again, it is not done again.
  end(scene, { state: State.OPERATION_FINISHED, uuid: UPDATE, converted_resources: [mounted(200)] });
  t.is(provided(scene), text(mounted(200)));
  scene.checkBooks();
});

for (const state of [State.OPERATION_FAILED, State.OPERATION_DROPPED, State.OPERATION_GONE_BY_OPERATOR]) {
  test(`CREATE_DISK that ends in state ${state} gives the disk back as it was`, (t) => {
    const scene = providing(raw(200));
    scene.accept([createDisk(raw(200))]);
    end(scene, { state, uuid: UPDATE });
    t.is(scene.feedback[0]?.state, state);
    t.true(used(scene).isEmpty);
    t.true(scene.next().contains(Resources.of([raw(200)])));
    scene.checkBooks();
  });
}

test('an end that is part of a new state of the provider is not done twice', (t) => {
  const scene = providing(raw(200));
  scene.accept([createDisk(raw(200))]);
  const [sent] = scene.applied;
  const latest_status = {
    state: State.OPERATION_FINISHED,
    converted_resources: [mounted(200)],
    resource_provider_id: provider_id,
  };
  const operation: Operation = {
    framework_id: sent?.framework_id,
    info: createDisk({ ...raw(200), allocation_info: { role: ROLE } }),
    latest_status,
    uuid: sent?.operation_uuid ?? bytes(0),
  };
  tell(scene, [mounted(200)], 2, [operation]);
  t.true(used(scene).isEmpty);
  t.is(provided(scene), text(mounted(200)));
  end(scene, { ...latest_status, uuid: UPDATE });
  t.is(provided(scene), text(mounted(200)));
  t.is(scene.feedback.at(-1)?.state, State.OPERATION_FINISHED);
  scene.checkBooks();
});

test('a provider that goes away lets go of what its operations held; back, it holds it again', (t) => {
  const scene = providing(raw(200));
  scene.accept([createDisk(raw(200))]);
  const [sent] = scene.applied;
  tell(scene, [], undefined);
  t.true(used(scene).isEmpty);
  scene.checkBooks();
  const operation = pending(sent);
  tell(scene, [raw(200)], 2, [operation]);
  t.is(used(scene).unallocated().toString(), text(raw(200)));
  t.false(scene.next().contains(Resources.of([raw(200)])));
  scene.checkBooks();
  end(scene, { state: State.OPERATION_FINISHED, uuid: UPDATE, converted_resources: [mounted(200)] });
  t.is(provided(scene), text(mounted(200)));
  t.is(scene.feedback.at(-1)?.state, State.OPERATION_FINISHED);
  scene.checkBooks();
});

test('a master that takes over learns of providers and of what their operations hold', (t) => {
  const scene = providing(raw(200));
  scene.accept([createDisk(raw(200))]);
  const [sent] = scene.applied;
  scene.cluster.failOver();
  scene.agent.attachTo(scene.cluster.master.self);
  comeBack(scene);
  const operation = pending(sent);
  tell(scene, [raw(200)], 1, [operation]);
  t.is(provided(scene), text(raw(200)));
  t.is(used(scene).unallocated().toString(), text(raw(200)));
  scene.checkBooks();
  end(scene, { state: State.OPERATION_FAILED, uuid: UPDATE }, sent);
  t.true(used(scene).isEmpty);
  scene.checkBooks();
});

test('an operation that is still under way at an agent that was unreachable keeps its disk in use', (t) => {
  const scene = providing(raw(200));
  scene.accept([createDisk(raw(200))]);
  const [sent] = scene.applied;
  scene.agent.pongs = false;
  scene.cluster.run(91_000);
  scene.agent.pongs = true;
  t.is(scene.feedback.at(-1)?.state, State.OPERATION_UNREACHABLE);
  comeBack(scene);
  const operation = pending(sent);
  tell(scene, [raw(200)], 1, [operation]);
  t.is(used(scene).unallocated().toString(), text(raw(200)));
  t.false(scene.next().contains(Resources.of([raw(200)])), 'it is not offered to anybody else');
  scene.checkBooks();
  // Told a second time, it is not held twice.
  tell(scene, [raw(200)], 1, [operation]);
  t.is(used(scene).unallocated().toString(), text(raw(200)));
  end(scene, { state: State.OPERATION_FINISHED, uuid: UPDATE, converted_resources: [mounted(200)] }, sent);
  t.is(provided(scene), text(mounted(200)));
  t.true(used(scene).isEmpty);
  scene.checkBooks();
});

test('of an agent that is back nothing of its providers is offered until it has told of them', (t) => {
  const scene = providing(disk(100));
  scene.accept([reserve([reservedDisk(40)], 'lost')]);
  scene.cluster.run(1100);
  comeBack(scene);
  t.is(provided(scene), '{}');
  scene.accept([reserve([reservedDisk(5)], 'early')]);
  t.regex(scene.feedback.at(-1)?.message ?? '', /does not contain disk/);
  // The operation never arrived: what the agent tells is what there is, though the version is the same.
  tell(scene, [disk(100)], 1);
  t.is(provided(scene), text(disk(100)));
  t.deepEqual(
    scene.agent.last('mesos.internal.ReconcileOperationsMessage')?.operations?.[0]?.resource_provider_id,
    provider_id,
  );
  end(scene, { state: State.OPERATION_DROPPED }, scene.applied[0]);
  t.is(scene.feedback.at(-1)?.state, State.OPERATION_DROPPED);
  scene.checkBooks();
});

test('a message that repeats a version takes nothing back that the master has done since', (t) => {
  const scene = providing(disk(100));
  scene.accept([reserve([reservedDisk(40)], 'op')]);
  tell(scene, [disk(100)], 1);
  t.is(provided(scene), text(disk(60), reservedDisk(40)));
  tell(scene, [disk(70)], 2);
  t.is(provided(scene), text(disk(70)));
  scene.checkBooks();
});

test('a provider that an agent cannot have is ignored', (t) => {
  const scene = providing();
  const { provider_id: _none, ...own } = disk(10);
  tell(scene, [own], 2);
  t.is(provided(scene), '{}');
  t.is(scene.total.disk, 10_000);
});

test('asked about an operation of a provider that is away, the agent answers', (t) => {
  const scene = providing();
  const operation_id = { value: 'op' };
  scene.scheduler.call({
    type: SchedulerCallType.RECONCILE_OPERATIONS,
    reconcile_operations: {
      operations: [
        { operation_id, agent_id: { value: scene.agentId }, resource_provider_id: { value: 'away' } },
      ],
    },
  });
  scene.cluster.run(5);
  const asked = scene.agent.last('mesos.internal.ReconcileOperationsMessage');
  t.is(asked?.operations?.[0]?.resource_provider_id?.value, 'away');
  t.deepEqual(scene.feedback, []);
  scene.agent.say('mesos.internal.UpdateOperationStatusMessage', {
    framework_id: asked?.framework_id,
    slave_id: { value: scene.agentId },
    status: { operation_id, state: State.OPERATION_RECOVERING, resource_provider_id: { value: 'away' } },
  });
  scene.cluster.run(5);
  t.is(scene.feedback[0]?.state, State.OPERATION_RECOVERING);
});

test('a framework that ends leaves the disk to the operation, and the end of that gives it back', (t) => {
  const scene = providing(raw(200));
  scene.accept([createDisk(raw(200))]);
  scene.cluster.operate({
    type: MasterCallType.TEARDOWN,
    teardown: { framework_id: { value: scene.scheduler.id } },
  });
  scene.cluster.run(10);
  scene.checkBooks();
  end(scene, { state: State.OPERATION_FINISHED, uuid: UPDATE, converted_resources: [mounted(200)] });
  t.is(provided(scene), text(mounted(200)));
  t.true(used(scene).isEmpty);
  scene.checkBooks();
});
