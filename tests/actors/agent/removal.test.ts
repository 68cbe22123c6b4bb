/** Removing what others are still at work in. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { emptyFolder, removeTree } from '../../../actors/agent/removal.ts';

function folderOf(t: ExecutionContext): string {
  const root = fs.mkdtempSync(join(tmpdir(), 'removal-'));
  t.teardown(() => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  return root;
}

test('folders go with all that is in them, however it is called; links go, and what they lead to stays', async (t) => {
  const root = folderOf(t);
  const kept = join(root, 'kept');
  fs.mkdirSync(kept);
  fs.writeFileSync(join(kept, 'file'), '');
  const full = (path: string) => {
    fs.mkdirSync(join(path, '-rf', 'deep', ' '), { recursive: true });
    for (const name of ['.hidden', '..odd', '--', '*', 'new\nline']) fs.writeFileSync(join(path, name), '');
    fs.symlinkSync(kept, join(path, 'link'));
  };
  for (const name of ['--help', 'volume']) full(join(root, name));
  await removeTree(join(root, '--help'));
  await removeTree(join(root, 'none'));
  await emptyFolder(join(root, 'volume'));
  fs.symlinkSync(kept, join(root, 'link'));
  await removeTree(join(root, 'link'));
  t.deepEqual(fs.readdirSync(root).sort(), ['kept', 'volume']);
  t.deepEqual(fs.readdirSync(join(root, 'volume')), []);
  t.deepEqual(fs.readdirSync(kept), ['file']);
});

/** Exchanges a folder for a link to elsewhere and back, as fast as it can, and fills it again. */
const EXCHANGING = `
  const fs = require('node:fs');
  const [, folder, elsewhere] = process.argv;
  process.stdout.write('ready');
  for (;;) {
    try {
      fs.mkdirSync(folder + '/inner', { recursive: true });
      for (let i = 0; i < 20; i++) fs.writeFileSync(folder + '/inner/' + i, '');
      fs.renameSync(folder + '/inner', folder + '/moved');
      fs.symlinkSync(elsewhere, folder + '/inner');
      fs.rmSync(folder + '/inner');
      fs.rmSync(folder + '/moved', { recursive: true });
    } catch {}
  }`;

test('what links lead to stays, however fast they come and go', async (t) => {
  const root = folderOf(t);
  const elsewhere = join(root, 'elsewhere');
  fs.mkdirSync(elsewhere);
  const names = Array.from({ length: 20 }, (_, at) => String(at)).sort();
  for (const name of names) fs.writeFileSync(join(elsewhere, name), '');
  const folder = join(root, 'sandbox');
  const other = spawn(process.execPath, ['-e', EXCHANGING, folder, elsewhere], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => other.kill('SIGKILL'));
  await new Promise((resolve) => other.stdout.once('data', resolve));
  // Whether it all goes is a matter of who is faster.
  for (let times = 0; times < 30; times++) await removeTree(folder).catch(() => undefined);
  t.deepEqual(fs.readdirSync(elsewhere).sort(), names);
});
