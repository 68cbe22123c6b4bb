/** A journal on a disk without room, of an owner who waits for some. */
import test from 'ava';
import { Journal, MemoryDisk } from '../../../../runtime/storage/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const appended = (journal: Journal, value: string): Promise<Error | undefined> =>
  new Promise((resolve) => journal.append(Buffer.from(value), resolve));

const compacted = (journal: Journal, values: string[]): Promise<Error | undefined> =>
  new Promise((resolve) =>
    journal.compact(
      values.map((value) => Buffer.from(value)),
      resolve,
    ),
  );

const closed = (journal: Journal): Promise<void> => new Promise((resolve) => journal.close(resolve));

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A journal that waits for room: `again` tells it that there is. */
function patient(disk: MemoryDisk) {
  const told: string[] = [];
  const retries: (() => void)[] = [];
  const records: string[] = [];
  const journal = Journal.open('/j', {
    name: 'log',
    disk,
    onRecord: (payload) => records.push(text(payload)),
    onFailure: (error) => told.push(`failed: ${error.message}`),
    whenFull: (error, again) => {
      told.push(error.message);
      retries.push(again);
    },
  });
  const again = (): void => {
    for (const retry of retries.splice(0)) retry();
  };
  return { journal, told, records, again };
}

test('a journal that may wait writes in its order when there is room again', async (t) => {
  const disk = new MemoryDisk();
  const { journal, told, again } = patient(disk);
  disk.fill();
  const order: string[] = [];
  const write = (value: string) =>
    appended(journal, value).then((error) => order.push(error?.message ?? value));
  // The first record of all, too: the file has to get its beginning then.
  const first = write('one');
  await turns(20);
  const others = [write('two'), write('three')];
  again();
  await turns(20);
  t.deepEqual(order, []);
  t.is(told.length, 2);
  t.regex(told[0] ?? '', /^ENOSPC/);
  disk.makeRoom();
  again();
  await Promise.all([first, ...others]);
  t.deepEqual(order, ['one', 'two', 'three']);
  disk.fill();
  void write('four');
  await turns(20);
  // A crash while it waits: nobody was told of the record, and none of it is there.
  const restarted = patient(disk.restart(() => 0.99));
  t.deepEqual(restarted.records, ['one', 'two', 'three']);
  t.is(restarted.journal.cutOff, undefined, 'what the refused write left was taken back');
});

test('a journal that waits for room is closed at once; what waited is told so', async (t) => {
  const disk = new MemoryDisk();
  const { journal, told } = patient(disk);
  t.is(await appended(journal, 'kept'), undefined);
  disk.fill();
  const waiting = [appended(journal, 'a'), compacted(journal, ['b'])];
  await turns(20);
  t.is(told.length, 1);
  await closed(journal);
  for (const error of await Promise.all(waiting))
    t.regex(error?.message ?? '', /is closed, and the disk is full/);
  t.deepEqual(patient(disk).records, ['kept']);
});

test('a compaction without room leaves a journal that may wait as it was', async (t) => {
  const disk = new MemoryDisk();
  const { journal, told } = patient(disk);
  await appended(journal, 'a');
  await appended(journal, 'b');
  disk.fill();
  t.regex((await compacted(journal, ['a and b']))?.message ?? '', /^ENOSPC/);
  t.is(disk.readFile('/j/log.journal.new'), undefined);
  disk.makeRoom();
  t.is(await appended(journal, 'c'), undefined);
  await closed(journal);
  t.deepEqual(told, []);
  t.deepEqual(patient(disk).records, ['a', 'b', 'c']);
});
