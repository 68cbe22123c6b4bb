/** The power fails at every write between an operation and its answer (failover.md 35): the old or the new set, never a mixture. */
import test, { type ExecutionContext } from 'ava';
import { ResourceJournal } from '../../../../actors/agent/operations/resourceJournal.ts';
import {
  type OfferOperation,
  OfferOperationType,
  OperationState,
  type Resource,
} from '../../../../proto/index.ts';
import {
  conversionsOf,
  convert,
  parseResources,
  pushReservation,
  Resources,
  withCheckpointed,
} from '../../../../proto/resources/index.ts';
import { MemoryDisk } from '../../../../runtime/storage/index.ts';
import { MemoryVolumes } from '../support/memoryVolumes.ts';
import { RESOURCES } from '../support/realAgent.ts';
import { registeredSimulation } from '../support/simulatedAgent.ts';
import { FRAMEWORK } from '../support/testMaster.ts';

function reserved(text: string): Resource[] {
  return pushReservation(parseResources(text), { type: 2, role: 'dev' }).toMessages();
}

function volume(id: string): Resource {
  const [disk] = reserved('disk:100');
  if (disk === undefined) throw new Error();
  return { ...disk, disk: { persistence: { id }, volume: { container_path: id, mode: 1 } } };
}

const OPERATIONS: readonly OfferOperation[] = [
  { type: OfferOperationType.RESERVE, reserve: { resources: reserved('cpus:1;disk:300') } },
  { type: OfferOperationType.CREATE, create: { volumes: [volume('a'), volume('b')] } },
  { type: OfferOperationType.DESTROY, destroy: { volumes: [volume('a')] } },
  { type: OfferOperationType.UNRESERVE, unreserve: { resources: reserved('cpus:1') } },
];

/** What the agent has after none, one, two, … of the operations. */
const STAGES: Resources[] = [parseResources(RESOURCES)];
for (const operation of OPERATIONS) {
  const next = convert(STAGES.at(-1) ?? Resources.EMPTY, conversionsOf(operation));
  if (typeof next === 'string') throw new Error(next);
  STAGES.push(next);
}

function agentOn(disk: MemoryDisk, folders: Iterable<string>) {
  const journal = ResourceJournal.open({ disk, dir: '/disk/resources', onFailure: () => undefined });
  const total = withCheckpointed(parseResources(RESOURCES), Resources.of(journal.resources));
  if (typeof total === 'string') throw new Error(total);
  const volumes = new MemoryVolumes((callback) => disk.defer(callback));
  for (const folder of folders) volumes.folders.add(folder);
  const simulation = registeredSimulation({}, { resources: { journal, volumes, total } });
  return { ...simulation, volumes };
}

function disk(crashAt: number): MemoryDisk {
  return new MemoryDisk({ schedule: (callback) => queued.push(callback), crashAt });
}

const queued: (() => void)[] = [];

function settle(run: () => void): void {
  for (let turn = 0; turn < 200; turn++) {
    for (const callback of queued.splice(0)) callback();
    run();
  }
}

/** @returns whether the power failed */
function play(t: ExecutionContext, crashAt: number): boolean {
  queued.length = 0;
  const before = disk(crashAt);
  let first: ReturnType<typeof agentOn>;
  try {
    first = agentOn(before, []);
  } catch {
    return true;
  }
  const version = first.master.messages('mesos.internal.RegisterSlaveMessage')[0]?.resource_version_uuid;
  for (const [at, operation_info] of OPERATIONS.entries()) {
    first.master.tell('mesos.internal.ApplyOperationMessage', {
      framework_id: FRAMEWORK.id,
      operation_info: { id: { value: `op-${at}` }, ...operation_info },
      operation_uuid: { value: new Uint8Array(16).fill(at + 1) },
      resource_version_uuid: { uuid: version ?? { value: new Uint8Array() } },
    });
  }
  settle(() => first.world.run(1));
  const finished = first.master
    .messages('mesos.internal.UpdateOperationStatusMessage')
    .filter(({ status }) => status.state === OperationState.OPERATION_FINISHED);
  const told = new Set(finished.map(({ operation_uuid }) => operation_uuid?.value[0]));

  const chance = () => ((crashAt * 7919) % 1000) / 1000;
  const after = before.restart(chance, { schedule: (callback) => queued.push(callback) });
  const second = agentOn(after, first.volumes.folders);
  settle(() => second.world.run(20));
  const has = second.master.messages('mesos.internal.RegisterSlaveMessage').at(-1)?.checkpointed_resources;
  const stage = STAGES.findIndex((each) => each.checkpointed().equals(Resources.of(has)));
  t.true(
    stage >= told.size,
    `power cut at ${crashAt}: ${told.size} were told of, ${Resources.of(has)} is there`,
  );
  const folders = [...(STAGES[stage]?.persistentVolumes() ?? [])].map(
    ({ disk: info }) => `/work/volumes/roles/dev/${info?.persistence?.id}`,
  );
  t.deepEqual([...second.volumes.folders].sort(), folders.sort(), `power cut at ${crashAt}`);
  const again = second.master.messages('mesos.internal.UpdateOperationStatusMessage');
  const uuids = new Set(again.map(({ operation_uuid }) => operation_uuid?.value[0]));
  t.is(uuids.size, stage, 'every one that is in force is told of until it is acknowledged');
  return !before.powered;
}

test('a power cut before any write leaves a whole number of operations, and all folders they want', (t) => {
  let cuts = 0;
  for (let crashAt = 2; crashAt < 200; crashAt++) {
    if (!play(t, crashAt)) break;
    cuts++;
  }
  t.true(cuts > 15, `only ${cuts} places to cut at`);
});
