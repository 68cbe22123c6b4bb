import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import fc from 'fast-check';
import { Journal, JournalDamaged, MemoryDisk, RECORD_BYTES_MAX } from '../../../runtime/storage/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (value: string): Uint8Array => Buffer.from(value);

function temporaryFolder(t: ExecutionContext): string {
  const dir = fs.mkdtempSync(join(tmpdir(), 'mesostate-journal-'));
  t.teardown(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function open(dir: string, disk?: MemoryDisk): { journal: Journal; records: string[] } {
  const records: string[] = [];
  const onRecord = (payload: Uint8Array): void => {
    records.push(text(payload));
  };
  const journal = Journal.open(
    dir,
    disk === undefined ? { name: 'log', onRecord } : { name: 'log', onRecord, disk },
  );
  return { journal, records };
}

function appended(journal: Journal, value: string): Promise<Error | undefined> {
  return new Promise((resolve) => journal.append(bytes(value), resolve));
}

function compacted(journal: Journal, values: string[]): Promise<Error | undefined> {
  return new Promise((resolve) => journal.compact(values.map(bytes), resolve));
}

function closed(journal: Journal): Promise<void> {
  return new Promise((resolve) => journal.close(resolve));
}

test('what was appended is replayed in order by the next one to open it', async (t) => {
  const dir = join(temporaryFolder(t), 'made/on/the/way');
  const first = open(dir);
  t.is(first.journal.size, 0);
  t.is(await appended(first.journal, 'one'), undefined);
  t.is(await appended(first.journal, ''), undefined);
  t.is(await appended(first.journal, 'three'), undefined);
  const { size } = first.journal;
  t.is(size, fs.statSync(first.journal.file).size);
  await closed(first.journal);
  const second = open(dir);
  t.deepEqual(second.records, ['one', '', 'three']);
  t.is(second.journal.size, size);
  t.is(second.journal.cutOff, undefined);
  await closed(second.journal);
});

test('callbacks come in order, never within append, and a thousand appends share a few writes', async (t) => {
  const disk = new MemoryDisk();
  const { journal } = open('/j', disk);
  const order: number[] = [];
  const before = disk.changes;
  const all = Array.from({ length: 1000 }, (_, i) => i);
  const last = new Promise<void>((resolve) => {
    for (const i of all) {
      journal.append(bytes(`record ${i}`), () => {
        order.push(i);
        if (i === 999) resolve();
      });
    }
  });
  t.deepEqual(order, []);
  t.is(journal.pending, 1000);
  await last;
  t.deepEqual(order, all);
  t.true(disk.changes - before <= 4, `${disk.changes - before} disk operations`);
});

test('appends made while a write is in flight share the next one', async (t) => {
  const disk = new MemoryDisk();
  const { journal } = open('/j', disk);
  await appended(journal, 'first');
  const before = disk.changes;
  await new Promise<void>((resolve) => {
    journal.append(bytes('a'), () => {});
    setImmediate(() => {
      for (let i = 0; i < 50; i++) journal.append(bytes('b'), () => {});
      journal.append(bytes('c'), () => resolve());
    });
  });
  t.is(disk.changes - before, 4);
});

test('a compaction replaces what came before it and keeps what comes after', async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = open(dir);
  const told: string[] = [];
  journal.append(bytes('old'), () => told.push('old'));
  const done = compacted(journal, ['snapshot 1', 'snapshot 2']);
  void done.then(() => told.push('compacted'));
  await appended(journal, 'new');
  told.push('new');
  t.deepEqual(told, ['old', 'compacted', 'new']);
  await closed(journal);
  const again = open(dir);
  t.deepEqual(again.records, ['snapshot 1', 'snapshot 2', 'new']);
  t.is(await compacted(again.journal, []), undefined);
  t.is(await appended(again.journal, 'alone'), undefined);
  await closed(again.journal);
  const third = open(dir);
  t.deepEqual(third.records, ['alone']);
  await closed(third.journal);
  t.deepEqual(fs.readdirSync(dir), ['log.journal']);
});

test('a torn tail is cut off and reported, whatever its length', async (t) => {
  const dir = temporaryFolder(t);
  const first = open(dir);
  await appended(first.journal, 'kept');
  const kept = first.journal.size;
  await appended(first.journal, 'the last one, torn');
  await closed(first.journal);
  const whole = fs.readFileSync(first.journal.file);
  for (let length = kept; length < whole.length; length++) {
    fs.writeFileSync(first.journal.file, whole.subarray(0, length));
    const { journal, records } = open(dir);
    t.deepEqual(records, ['kept']);
    t.is(journal.cutOff?.bytes, length === kept ? undefined : length - kept);
    t.is(journal.cutOff?.offset, length === kept ? undefined : kept);
    t.is(await appended(journal, 'after'), undefined);
    await closed(journal);
    const again = open(dir);
    t.deepEqual(again.records, ['kept', 'after']);
    await closed(again.journal);
  }
});

test('a last batch that was left as zeros is a torn tail too', async (t) => {
  const dir = temporaryFolder(t);
  const first = open(dir);
  await appended(first.journal, 'kept');
  await closed(first.journal);
  fs.appendFileSync(first.journal.file, new Uint8Array(4096));
  const { journal, records } = open(dir);
  t.deepEqual(records, ['kept']);
  t.is(journal.cutOff?.bytes, 4096);
  await closed(journal);
});

test('damage before whole records is an error that names file and offset, for every byte', async (t) => {
  const dir = temporaryFolder(t);
  const first = open(dir);
  await appended(first.journal, 'one');
  await appended(first.journal, 'two');
  const end = first.journal.size;
  await appended(first.journal, 'three');
  await closed(first.journal);
  const whole = fs.readFileSync(first.journal.file);
  for (let at = 0; at < end; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x41;
    fs.writeFileSync(first.journal.file, damaged);
    const error = t.throws(() => open(dir), { instanceOf: JournalDamaged });
    t.is(error?.file, first.journal.file);
    t.true(error !== undefined && error.offset <= at && at - error.offset < 20);
    t.regex(error?.message ?? '', /log\.journal: damaged at offset \d+: /);
  }
  t.deepEqual(fs.readFileSync(first.journal.file).length, whole.length);
});

test('a file that never was a journal is refused and left alone', (t) => {
  const dir = temporaryFolder(t);
  fs.writeFileSync(join(dir, 'log.journal'), 'my diary');
  t.throws(() => open(dir), {
    message: /log\.journal: damaged at offset 0: it does not begin as a journal does/,
  });
  t.is(fs.readFileSync(join(dir, 'log.journal'), 'utf8'), 'my diary');
});

test('a second opening is refused while the first lives', async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = open(dir);
  t.throws(() => open(dir), { message: /log\.lock: is locked by process \d+, which is still running/ });
  await closed(journal);
  await closed(open(dir).journal);
});

test('the lock of another living process holds, that of a dead one is taken over', async (t) => {
  const dir = temporaryFolder(t);
  const module = new URL('../../../runtime/storage/index.js', import.meta.url).href;
  const program = `import { Journal } from ${JSON.stringify(module)};
    Journal.open(${JSON.stringify(dir)}, { name: 'log' }).append(Buffer.from('theirs'), () => console.log('open'));
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  t.throws(() => open(dir), { message: new RegExp(`is locked by process ${other.pid}`) });
  other.kill('SIGKILL');
  await once(other, 'exit');
  const { journal, records } = open(dir);
  t.deepEqual(records, ['theirs']);
  await closed(journal);
});

test('what processes left that were killed while they took the lock is taken away, with nothing else', (t) => {
  const dir = temporaryFolder(t);
  const dead = 2 ** 22;
  const place = (name: string, pid: number) =>
    fs.writeFileSync(join(dir, name), JSON.stringify({ pid, birth: '' }));
  place(`log.lock.${dead}`, dead);
  place(`log.lock.${dead}.stale`, dead);
  // Somebody's lock that was being moved aside; somebody who is taking it now; what is none of a lock's business.
  const kept = [
    `log.lock.${dead + 1}.stale`,
    `log.lock.${process.ppid}`,
    'log.lock.txt',
    `other.lock.${dead}`,
  ];
  for (const name of kept) place(name, process.ppid);
  const { journal } = open(dir);
  t.deepEqual(fs.readdirSync(dir).sort(), [...kept, 'log.journal', 'log.lock'].sort());
  return closed(journal);
});

test('a lock whose process number was given out again is taken over', async (t) => {
  const dir = temporaryFolder(t);
  fs.writeFileSync(join(dir, 'log.lock'), JSON.stringify({ pid: process.pid, birth: 'another boot/1' }));
  const { journal } = open(dir);
  await closed(journal);
  t.deepEqual(fs.readdirSync(dir), ['log.journal']);
});

test('a full disk stops the journal: everybody waiting is told, nothing durable is lost', async (t) => {
  const disk = new MemoryDisk({ fullAt: 7 });
  const failures: string[] = [];
  const records: string[] = [];
  const journal = Journal.open('/j', {
    name: 'log',
    disk,
    onFailure: (error) => failures.push(error.message),
  });
  t.is(await appended(journal, 'fits'), undefined);
  const outcomes: (Error | undefined)[] = [];
  for (let i = 0; outcomes.at(-1) === undefined && i < 20; i++) {
    outcomes.push(await appended(journal, `record ${i}`));
  }
  const durable = outcomes.filter((error) => error === undefined).length;
  t.regex(outcomes.at(-1)?.message ?? '', /^\/j\/log\.journal: stopped: ENOSPC: no space left on device/);
  t.is(failures.length, 1);
  t.is(await appended(journal, 'too late'), journal.failure);
  t.is(await compacted(journal, []), journal.failure);
  await closed(journal);
  const after = Journal.open('/j', {
    name: 'log',
    disk: disk.restart(() => 0.99),
    onRecord: (payload) => records.push(text(payload)),
  });
  t.deepEqual(records, ['fits', ...Array.from({ length: durable }, (_, i) => `record ${i}`)]);
  t.not(after.cutOff, undefined);
});

test('a folder that cannot be made or written is refused plainly', (t) => {
  const dir = temporaryFolder(t);
  fs.writeFileSync(join(dir, 'file'), '');
  t.throws(() => open(join(dir, 'file')), { message: /file/ });
  t.throws(() => open(join(dir, 'file', 'below')), { message: /file/ });
});

test('a closed journal refuses, closing twice is closing once, an oversized record is a RangeError', async (t) => {
  const { journal } = open('/j', new MemoryDisk());
  t.throws(() => journal.append(new Uint8Array(RECORD_BYTES_MAX + 1), () => {}), { instanceOf: RangeError });
  const waiting = appended(journal, 'still written');
  const both = Promise.all([closed(journal), closed(journal)]);
  t.is(await waiting, undefined);
  await both;
  t.regex((await appended(journal, 'late'))?.message ?? '', /is closed/);
});

test('large records go through in batches of bounded size', async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = open(dir);
  const large = 'x'.repeat(3 * 1024 * 1024);
  await Promise.all([1, 2, 3, 4, 5].map((i) => appended(journal, `${i}${large}`)));
  t.is(await compacted(journal, ['a', large, large, large, 'b']), undefined);
  await appended(journal, 'end');
  await closed(journal);
  const again = open(dir);
  t.deepEqual(
    again.records.map((record) => record.length),
    [1, large.length, large.length, large.length, 1, 3],
  );
  await closed(again.journal);
});

/** What a run did: appended values in order, how many were acknowledged, and the state a compaction began with. */
interface Run {
  readonly disk: MemoryDisk;
  readonly acknowledged: string[];
  /** Every content the journal may legitimately hold, oldest first. */
  readonly contents: string[][];
  /** Index in `contents` of the newest acknowledged content. */
  durable: number;
}

/** Appends in bursts and compacts now and then until all is done or the power goes. */
async function workload(disk: MemoryDisk, script: readonly number[]): Promise<Run> {
  const run: Run = { disk, acknowledged: [], contents: [[]], durable: 0 };
  let journal: Journal;
  try {
    journal = open('/j', disk).journal;
  } catch {
    return run;
  }
  let waiting = 0;
  let counter = 0;
  const note = (content: string[]): ((error?: Error) => void) => {
    waiting++;
    const index = run.contents.push(content) - 1;
    return (error) => {
      waiting--;
      if (error === undefined) run.durable = index;
    };
  };
  for (const step of script) {
    const present = run.contents.at(-1) ?? [];
    if (step === 0) {
      const snapshot = present.slice(-2);
      journal.compact(snapshot.map(bytes), note(snapshot));
    } else {
      for (let i = 0; i < step; i++) {
        const value = `${counter++}:${'.'.repeat(counter % 40)}`;
        journal.append(bytes(value), note([...(run.contents.at(-1) ?? []), value]));
      }
    }
    if (step % 2 === 0) await turns(step);
  }
  while (disk.powered && waiting > 0) await turns(1);
  return run;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('after a crash at any boundary all that was acknowledged is there, in order, and nothing half-written', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 7 }),
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (script, chances) => {
        const boundaries = (await workload(new MemoryDisk(), script)).disk.changes;
        for (let crashAt = 0; crashAt <= boundaries; crashAt++) {
          const run = await workload(new MemoryDisk({ crashAt }), script);
          let drawn = crashAt;
          const chance = (): number => chances[drawn++ % chances.length] ?? 0;
          const disk = run.disk.restart(chance);
          const { journal, records } = open('/j', disk);
          const possible = run.contents.slice(run.durable).map((content) => JSON.stringify(content));
          if (!possible.includes(JSON.stringify(records))) {
            throw new Error(
              `crash at ${crashAt}: found ${JSON.stringify(records)}, acknowledged ${run.durable}`,
            );
          }
          const again = appended(journal, 'again');
          if ((await again) !== undefined) throw new Error('cannot be written after recovery');
          const second = open(
            '/j',
            disk.restart(() => 0),
          ).records;
          if (JSON.stringify(second) !== JSON.stringify([...records, 'again']))
            throw new Error('lost after recovery');
        }
      },
    ),
    { numRuns: 60 },
  );
  t.pass();
});

test('a process killed by signal 9 while it writes loses nothing that it was told is durable', async (t) => {
  const dir = temporaryFolder(t);
  const module = new URL('../../../runtime/storage/index.js', import.meta.url).href;
  const program = `import { Journal } from ${JSON.stringify(module)};
    import { writeSync } from 'node:fs';
    const journal = Journal.open(${JSON.stringify(dir)}, { name: 'log' });
    let n = 0;
    const more = () => { const i = n++; journal.append(Buffer.from(String(i)), () => { writeSync(1, i + '\\n'); more(); }); };
    for (let i = 0; i < 20; i++) more();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (told.length > 4000) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const acknowledged = told.split('\n').slice(0, -1);
  const { journal, records } = open(dir);
  t.deepEqual(records.slice(0, acknowledged.length), acknowledged);
  t.deepEqual(
    records,
    Array.from({ length: records.length }, (_, i) => String(i)),
  );
  await closed(journal);
});

test('the files of a journal are for their owner alone', async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = open(dir);
  await appended(journal, 'secret');
  t.is(fs.statSync(journal.file).mode & 0o777, 0o600);
  t.is(fs.statSync(join(dir, 'log.lock')).mode & 0o777, 0o600);
  await closed(journal);
  t.truthy(execFileSync('ls', [dir]).toString());
});
