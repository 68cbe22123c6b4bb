import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { makeDirectory } from '../../../runtime/storage/index.ts';

test('folders that are missing are made, those that are there are left as they are', (t) => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'mesostate-folder-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  makeDirectory(path.join(root, 'a/b/c'), 0o700);
  const usual = 0o777 & ~process.umask();
  for (const [name, mode] of [
    ['a', usual],
    ['a/b', usual],
    ['a/b/c', 0o700],
  ] as const)
    t.is(statSync(path.join(root, name)).mode & 0o777, mode, name);
  makeDirectory(path.join(root, 'a/b/c'), 0o755);
  t.is(statSync(path.join(root, 'a/b/c')).mode & 0o777, 0o700);
  symlinkSync('a', path.join(root, 'link'));
  t.notThrows(() => makeDirectory(path.join(root, 'link')));
  for (const there of ['/', '.', `${root}/a/../a/b/`]) t.notThrows(() => makeDirectory(there));

  writeFileSync(path.join(root, 'file'), '');
  t.throws(() => makeDirectory(path.join(root, 'file')), { code: 'EEXIST' });
  t.throws(() => makeDirectory(path.join(root, 'file/a/b')), { code: 'ENOTDIR' });
});

test('where no folders can be made that is told, not tried for ever', (t) => {
  for (const folder of ['/proc/none', '/proc/none/below'])
    t.throws(() => makeDirectory(folder), { code: 'ENOENT' });
});

/** Makes folders below each other at the very moment when the others do. */
const MAKER = `
const { workerData: { module, root, folders, meet, threads } } = await import('node:worker_threads');
const { makeDirectory } = await import(module);
const came = new Int32Array(meet);
for (let turn = 1; turn <= folders; turn++) {
  Atomics.add(came, 0, 1);
  while (Atomics.load(came, 0) < turn * threads);
  makeDirectory(root + '/' + turn + '/a/b/c');
}`;

test('several programs that start at once make the same folders', async (t) => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'mesostate-folder-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const module = new URL('../../../runtime/storage/makeDirectory.js', import.meta.url).href;
  const [meet, threads, folders] = [new SharedArrayBuffer(4), 2, 100];
  const workerData = { module, root, folders, meet, threads };
  const ends = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(MAKER)}`), { workerData });
    t.teardown(() => worker.terminate());
    return new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  });
  await t.notThrowsAsync(Promise.all(ends));
  t.true(statSync(path.join(root, String(folders), 'a/b/c')).isDirectory());
});
