import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { MemoryDisk, RealDisk, writeFileAtomically } from '../../../runtime/storage/index.ts';

const bytes = (value: string): Uint8Array => Buffer.from(value);

function written(disk: MemoryDisk | RealDisk, path: string, value: string): Promise<Error | undefined> {
  return new Promise((resolve) => writeFileAtomically(disk, path, bytes(value), resolve));
}

test('a file is replaced whole, with nothing left beside it', async (t) => {
  const dir = fs.mkdtempSync(join(tmpdir(), 'mesostate-file-'));
  t.teardown(() => fs.rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'slave.info');
  t.is(await written(new RealDisk(), path, 'first'), undefined);
  t.is(await written(new RealDisk(), path, 'second'), undefined);
  t.is(fs.readFileSync(path, 'utf8'), 'second');
  t.is(fs.statSync(path).mode & 0o777, 0o600);
  t.deepEqual(fs.readdirSync(dir), ['slave.info']);
});

test('a missing folder is told through the callback', async (t) => {
  const error = await written(new RealDisk(), join(tmpdir(), 'mesostate-no-such-folder', 'x'), 'value');
  t.regex(error?.message ?? '', /ENOENT.*mesostate-no-such-folder/);
});

test('a full disk leaves the old file', async (t) => {
  const disk = new MemoryDisk({ fullAt: 6 });
  t.is(await written(disk, '/d/f', 'old'), undefined);
  let error: Error | undefined;
  for (let i = 0; error === undefined && i < 5; i++) error = await written(disk, '/d/f', `new ${i}`);
  t.regex(error?.message ?? '', /ENOSPC/);
  t.regex(Buffer.from(disk.readFile('/d/f') ?? []).toString(), /^(old|new \d)$/);
  t.is(disk.readFile('/d/f.new'), undefined);
});

test('a crash at any boundary leaves the old file or the new one', async (t) => {
  const begin = new MemoryDisk();
  await written(begin, '/d/f', 'old');
  for (let crashAt = 0; crashAt <= 6; crashAt++) {
    for (const chance of [0, 0.2, 0.4, 0.6, 0.8, 0.999]) {
      const disk = begin.restart(() => 0, { crashAt });
      const outcome = await Promise.race([
        written(disk, '/d/f', 'new!'),
        new Promise<string>((resolve) => {
          const look = (): void => void setImmediate(() => (disk.powered ? look() : resolve('crashed')));
          look();
        }),
      ]);
      const found = Buffer.from(disk.restart(() => chance).readFile('/d/f') ?? []).toString();
      if (outcome === undefined) t.is(found, 'new!');
      else t.true(found === 'old' || found === 'new!', `crash at ${crashAt}, chance ${chance}: ${found}`);
    }
  }
});
