/** The journal of reservations, volumes and operations: what it says after it was closed, and after it was rewritten. */
import test from 'ava';
import { ResourceJournal } from '../../../../actors/agent/operations/resourceJournal.ts';
import type { Operation } from '../../../../proto/index.ts';
import { parseResources, Resources } from '../../../../proto/resources/index.ts';
import { Journal, MemoryDisk } from '../../../../runtime/storage/index.ts';

const uuid = (number: number) => ({ value: new Uint8Array(16).fill(number) });

const operation = (number: number): Operation => ({
  info: { type: 2, id: { value: `op-${number}` }, reserve: { resources: [] } },
  latest_status: { state: 2, operation_id: { value: `op-${number}` }, uuid: uuid(number) },
  statuses: [],
  uuid: uuid(number),
});

const resources = (text: string) => parseResources(text).toMessages();

function open(disk: MemoryDisk, compactBytesMin = 1e6): ResourceJournal {
  const onFailure = (error: Error) => {
    throw error;
  };
  return ResourceJournal.open({ disk, dir: '/disk', onFailure, compactBytesMin });
}

const closed = (journal: ResourceJournal) => new Promise<void>((resolve) => journal.close(resolve));

function said(journal: ResourceJournal) {
  return {
    resources: Resources.of(journal.resources).toString(),
    operations: journal.operations.map(({ info }) => info.id?.value),
    unfinished: journal.unfinished && Resources.of(journal.unfinished.resources).toString(),
  };
}

const nothing = () => undefined;

test('what was written is read again', async (t) => {
  const disk = new MemoryDisk();
  const journal = open(disk);
  journal.state({ resources: resources('cpus:1'), operations: [operation(1)] }, nothing);
  journal.operation(operation(2), nothing);
  journal.acknowledged(uuid(1).value, nothing);
  journal.target({ resources: resources('cpus:2'), operations: [operation(3)] }, nothing);
  journal.committed(nothing);
  journal.target({ resources: resources('cpus:3'), operations: [operation(4)] }, nothing);
  journal.abandoned(operation(4), nothing);
  journal.target({ resources: resources('cpus:4'), operations: [operation(5)] }, nothing);
  const before = said(journal);
  await closed(journal);
  const again = open(disk);
  t.deepEqual(said(again), before);
  t.deepEqual(before, { resources: 'cpus:2', operations: ['op-2', 'op-3', 'op-4'], unfinished: 'cpus:4' });
  again.committed(nothing);
  again.forgetOperations();
  await closed(again);
  const last = open(disk);
  t.deepEqual(said(last), { resources: 'cpus:4', operations: [], unfinished: undefined });
  await closed(last);
});

test('a journal that is long is rewritten, and says the same', async (t) => {
  const disk = new MemoryDisk();
  const journal = open(disk, 2000);
  for (let at = 1; at <= 200; at++) {
    journal.state({ resources: resources(`cpus:${at}`), operations: [operation(at % 250)] }, nothing);
    if (at > 3) journal.acknowledged(uuid((at - 3) % 250).value, nothing);
    if (at % 20 === 0)
      await new Promise<void>((resolve) => journal.operation(operation(251), () => resolve()));
  }
  const before = said(journal);
  await closed(journal);
  t.true((disk.readFile('/disk/resources.journal')?.length ?? 0) < 20_000);
  const again = open(disk);
  t.deepEqual(said(again), before);
  await closed(again);
});

test('a record of a later version is refused by name', async (t) => {
  const disk = new MemoryDisk();
  const journal = open(disk);
  await closed(journal);
  const other = Journal.open('/disk', { name: 'resources', disk });
  other.append(new Uint8Array([99]), nothing);
  await new Promise<void>((resolve) => other.close(resolve));
  t.throws(() => open(disk), { message: /record of kind 99/ });
});
