import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { makeDirectory } from '../../../runtime/storage/index.ts';

test('folders that are missing are made, those that are there are left as they are', (t) => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'mesostate-folder-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  makeDirectory(path.join(root, 'a/b/c'), 0o700);
  for (const name of ['a', 'a/b', 'a/b/c']) t.is(statSync(path.join(root, name)).mode & 0o777, 0o700, name);
  makeDirectory(path.join(root, 'a'), 0o755);
  t.is(statSync(path.join(root, 'a')).mode & 0o777, 0o700);
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
