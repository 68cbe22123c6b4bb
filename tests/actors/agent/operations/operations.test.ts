/** Operations at the agent: carried out in order, durable before they are told of, refused when they cannot be (agent.md §15). */
import test from 'ava';
import type { AgentOperations } from '../../../../actors/agent/operations/operations.ts';
import { ResourceJournal } from '../../../../actors/agent/operations/resourceJournal.ts';
import { OfferOperationType, OperationState, type Resource, TaskState } from '../../../../proto/index.ts';
import { parseResources, pushReservation, Resources } from '../../../../proto/resources/index.ts';
import { MemoryDisk } from '../../../../runtime/storage/index.ts';
import { MemoryVolumes } from '../support/memoryVolumes.ts';
import { RESOURCES } from '../support/realAgent.ts';
import { registeredSimulation, type SimulatedAgent } from '../support/simulatedAgent.ts';
import { commandTask, FRAMEWORK } from '../support/testMaster.ts';

const State = OperationState;
let uuids = 0;

function reserved(text: string, role = 'dev'): Resource[] {
  return pushReservation(parseResources(text), { type: 2, role, principal: 'p' }).toMessages();
}

function volume(id: string, megabytes: number): Resource {
  const [disk] = reserved(`disk:${megabytes}`);
  if (disk === undefined) throw new Error();
  return {
    ...disk,
    disk: { persistence: { id, principal: 'p' }, volume: { container_path: 'data', mode: 1 } },
  };
}

const inRole = (resources: Resource[]) =>
  resources.map((each) => ({ ...each, allocation_info: { role: 'dev' } }));

const RESERVE = (resources: Resource[]) =>
  ({ type: OfferOperationType.RESERVE, reserve: { resources: inRole(resources) } }) as const;
const CREATE = (volumes: Resource[]) =>
  ({ type: OfferOperationType.CREATE, create: { volumes: inRole(volumes) } }) as const;
const DESTROY = (volumes: Resource[]) =>
  ({ type: OfferOperationType.DESTROY, destroy: { volumes: inRole(volumes) } }) as const;

type Info = Parameters<AgentOperations['apply']>[0]['operation_info'];

/** The resource version that the agent registered with last. */
function versionOf({ master }: SimulatedAgent): Uint8Array {
  const messages = [
    ...master.messages('mesos.internal.RegisterSlaveMessage'),
    ...master.messages('mesos.internal.ReregisterSlaveMessage'),
  ];
  return messages.at(-1)?.resource_version_uuid?.value ?? new Uint8Array();
}

function apply(simulation: SimulatedAgent, info: Info, uuid = versionOf(simulation)): Uint8Array {
  const operation_uuid = { value: new Uint8Array(16).fill(++uuids) };
  simulation.master.tell('mesos.internal.ApplyOperationMessage', {
    framework_id: FRAMEWORK.id,
    operation_info: { id: { value: `op-${uuids}` }, ...info },
    operation_uuid,
    resource_version_uuid: { uuid: { value: uuid } },
  });
  return operation_uuid.value;
}

const updates = ({ master }: SimulatedAgent) =>
  master.messages('mesos.internal.UpdateOperationStatusMessage');
const states = (simulation: SimulatedAgent) => updates(simulation).map(({ status }) => status.state);

/** What the agent says it has, when it registers again. */
function told(simulation: SimulatedAgent): Resources {
  const { master, world } = simulation;
  master.tell('mesos.internal.PingSlaveMessage', { connected: false });
  world.run(2000);
  return Resources.of(
    master.messages('mesos.internal.ReregisterSlaveMessage').at(-1)?.checkpointed_resources,
  );
}

test('an operation is carried out and told of until it is acknowledged', (t) => {
  const simulation = registeredSimulation();
  const { world, master } = simulation;
  const uuid = apply(simulation, RESERVE(reserved('cpus:1')));
  world.run(50);
  const [update] = updates(simulation);
  t.is(update?.status.state, State.OPERATION_FINISHED);
  t.deepEqual(update?.operation_uuid?.value, uuid);
  t.is(update?.status.operation_id?.value, `op-${uuids}`);
  t.deepEqual(update?.framework_id, FRAMEWORK.id);
  world.run(31_000);
  t.is(updates(simulation).length, 3, 'after 10 and 30 seconds again');
  t.deepEqual(
    new Set(updates(simulation).map(({ status }) => Buffer.from(status.uuid?.value ?? []).toString('hex')))
      .size,
    1,
  );
  const foreign = { value: new Uint8Array(16) };
  master.tell('mesos.internal.AcknowledgeOperationStatusMessage', {
    operation_uuid: { value: uuid },
    status_uuid: foreign,
  });
  master.tell('mesos.internal.AcknowledgeOperationStatusMessage', {
    operation_uuid: { value: uuid },
    status_uuid: update?.status.uuid ?? foreign,
  });
  world.run(700_000);
  t.is(updates(simulation).length, 3);
  t.true(told(simulation).equals(Resources.of(reserved('cpus:1'))));
});

test('asked about an end while its acknowledgement is being written down, the agent does not wait for another one', (t) => {
  const simulation = registeredSimulation();
  const { world, master } = simulation;
  const operation_uuid = { value: apply(simulation, RESERVE(reserved('cpus:1'))) };
  const ask = () =>
    master.tell('mesos.internal.ReconcileOperationsMessage', { operations: [{ operation_uuid }] });
  world.run(50);
  ask();
  world.run(50);
  t.deepEqual(states(simulation), [State.OPERATION_FINISHED], 'it still has to be acknowledged');
  const status_uuid = updates(simulation)[0]?.status.uuid ?? operation_uuid;
  master.tell('mesos.internal.AcknowledgeOperationStatusMessage', { operation_uuid, status_uuid });
  ask();
  world.run(50);
  t.deepEqual(states(simulation), [State.OPERATION_FINISHED, State.OPERATION_DROPPED]);
  t.is(updates(simulation).at(-1)?.status.uuid, undefined);
});

test('operations that follow each other count on each other, and so do launches', (t) => {
  const simulation = registeredSimulation();
  const { world, master, containers } = simulation;
  apply(simulation, RESERVE(reserved('cpus:1;disk:100')));
  apply(simulation, CREATE([volume('v', 100)]));
  master.run(commandTask('t', 'true', { resources: inRole([...reserved('cpus:1'), volume('v', 100)]) }));
  master.run(commandTask('u', 'true', { resources: inRole([volume('w', 100)]) }));
  world.run(100);
  t.deepEqual(states(simulation), [State.OPERATION_FINISHED, State.OPERATION_FINISHED]);
  t.is(containers.launches.size, 1);
  t.deepEqual(master.states('u'), [TaskState.TASK_DROPPED], 'of a volume that is not there');
  apply(simulation, DESTROY([volume('v', 100)]));
  world.run(50);
  t.is(states(simulation).at(-1), State.OPERATION_FAILED, 'it is in use');
  t.regex(updates(simulation).at(-1)?.status.message ?? '', /in use/);
});

test('what cannot be done is answered, and the master is told what there is, under another version', (t) => {
  const simulation = registeredSimulation();
  const { world, master } = simulation;
  const before = versionOf(simulation);
  apply(simulation, RESERVE(reserved('cpus:99')));
  world.run(2000);
  t.deepEqual(states(simulation)[0], State.OPERATION_FAILED);
  t.is(master.messages('mesos.internal.ReregisterSlaveMessage').length, 1);
  t.notDeepEqual(versionOf(simulation), before);
  t.is(master.messages('mesos.internal.UpdateSlaveMessage').at(-1)?.operations?.operations?.length, 1);
  const count = states(simulation).length;
  apply(simulation, RESERVE(reserved('cpus:1')), before);
  world.run(2000);
  t.true(
    states(simulation).slice(count).includes(State.OPERATION_DROPPED),
    'it was planned with the old ones',
  );
  master.run(commandTask('t', 'true', { resources: inRole(reserved('cpus:1')) }));
  world.run(50);
  t.deepEqual(master.states('t'), [TaskState.TASK_DROPPED]);
});

test('a volume that cannot be made: the operation fails, and nothing has changed', (t) => {
  const pending: (() => void)[] = [];
  const volumes = new MemoryVolumes((callback) => void pending.push(callback));
  volumes.failure = new Error('no space left on device');
  const journal = ResourceJournal.open({
    disk: new MemoryDisk({ schedule: (callback) => callback() }),
    dir: '/disk',
    onFailure: (error) => t.fail(error.message),
  });
  const total = parseResources(RESOURCES);
  const simulation = registeredSimulation({}, { resources: { journal, volumes, total } });
  const { world } = simulation;
  apply(simulation, RESERVE(reserved('disk:100')));
  apply(simulation, CREATE([volume('v', 100)]));
  world.run(50);
  t.deepEqual(states(simulation), [State.OPERATION_FINISHED], 'the second one is under way');
  for (const callback of pending) callback();
  world.run(3000);
  t.is(states(simulation).filter((state) => state === State.OPERATION_FAILED).length > 0, true);
  t.true(told(simulation).equals(Resources.of(reserved('disk:100'))));
});

test('a kill that waits for an operation comes before the acknowledgement that came after it', (t) => {
  const pending: (() => void)[] = [];
  const volumes = new MemoryVolumes((callback) => void pending.push(callback));
  const journal = ResourceJournal.open({
    disk: new MemoryDisk({ schedule: (callback) => callback() }),
    dir: '/disk',
    onFailure: (error) => t.fail(error.message),
  });
  const total = parseResources(RESOURCES);
  const simulation = registeredSimulation({}, { resources: { journal, volumes, total } });
  const { world, master, containers } = simulation;
  master.run(commandTask('t', 'true'));
  master.run(commandTask('other', 'true'));
  world.run(100);
  master.acknowledges = false;
  const [id = ''] = containers.ids;
  containers.exit(id);
  world.run(2000);
  apply(simulation, RESERVE(reserved('disk:100')));
  apply(simulation, CREATE([volume('v', 100)]));
  world.run(50);
  const ended = master.messages('mesos.internal.StatusUpdateMessage').at(-1)?.update.status;
  t.is(ended?.state, TaskState.TASK_FINISHED);
  master.kill('t');
  if (ended !== undefined) master.acknowledge(ended);
  world.run(50);
  for (const callback of pending.splice(0)) callback();
  world.run(5000);
  t.deepEqual(states(simulation), [State.OPERATION_FINISHED, State.OPERATION_FINISHED]);
  t.is(master.states('t').at(-1), TaskState.TASK_FINISHED, 'nothing follows the end');
});

test('operations that are not for this agent are dropped', (t) => {
  const simulation = registeredSimulation();
  const { world, master } = simulation;
  const [disk] = reserved('disk:1');
  if (disk === undefined) throw new Error();
  apply(simulation, { type: OfferOperationType.DESTROY_DISK, destroy_disk: { source: disk } });
  world.run(50);
  t.is(states(simulation)[0], State.OPERATION_DROPPED);
  master.tell('mesos.internal.ReconcileOperationsMessage', {
    operations: [{ operation_uuid: { value: new Uint8Array(16).fill(255) } }],
  });
  world.run(50);
  const last = updates(simulation).at(-1);
  t.is(last?.status.state, State.OPERATION_DROPPED);
  t.is(last?.status.uuid, undefined);
});

test('a master of before operations names everything that shall be kept', (t) => {
  const simulation = registeredSimulation();
  const { world, master } = simulation;
  const kept = [...reserved('cpus:1'), volume('v', 100)];
  master.tell('mesos.internal.CheckpointResourcesMessage', { resources: kept });
  world.run(50);
  t.true(told(simulation).equals(Resources.of(kept)));
  master.tell('mesos.internal.CheckpointResourcesMessage', { resources: reserved('cpus:99') });
  world.run(2000);
  t.true(told(simulation).equals(Resources.of(kept)), 'what is not there cannot be kept');
});
