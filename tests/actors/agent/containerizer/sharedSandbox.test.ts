/** Containers that begin in sandboxes in which others are at work already. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { Bench } from './helpers.ts';

const isRoot = process.getuid?.() === 0;

/** A run, the sandbox of a container inside it, and a folder that is nobody's business. */
function nested(bench: Bench) {
  const outer = bench.sandbox('outer');
  const sandbox = join(outer, 'containers', 'inner');
  const elsewhere = join(bench.root, 'elsewhere');
  for (const folder of [sandbox, elsewhere]) fs.mkdirSync(folder, { recursive: true });
  return { outer, sandbox, elsewhere };
}

test('a container starts in its own sandbox or not at all', async (t) => {
  const bench = new Bench(t);
  const { sandbox, elsewhere } = nested(bench);
  bench.launchIn('outer.first', sandbox.replace('inner', 'first'), 'true');
  await bench.ended('outer.first');
  t.regex(bench.story('outer.first').join(), /^failed: sandbox .* cannot be entered/);
  bench.launchIn('outer.inner', sandbox, 'pwd; echo $PWD >&2');
  await bench.ended('outer.inner');
  t.is(fs.readFileSync(join(sandbox, 'stdout'), 'utf8'), `${fs.realpathSync(sandbox)}\n`);
  t.is(fs.readFileSync(join(sandbox, 'stderr'), 'utf8'), `${fs.realpathSync(sandbox)}\n`);
  await bench.destroyed('outer.inner');
  bench.containerizer.remove('outer.inner');
  await bench.until(() => !fs.existsSync(bench.paths.container('outer.inner')), 'it to be forgotten');
  fs.renameSync(dirname(sandbox), `${dirname(sandbox)} moved`);
  fs.mkdirSync(dirname(sandbox));
  fs.symlinkSync(elsewhere, sandbox);
  bench.launchIn('outer.inner', sandbox, 'true');
  await bench.until(
    () => bench.story('outer.inner').some((word) => word.startsWith('failed')),
    'its failure',
  );
  t.regex(bench.story('outer.inner').at(-1) ?? '', /^failed: sandbox .* leads elsewhere$/);
  t.deepEqual(fs.readdirSync(elsewhere), []);
});

/** Exchanges output, and the sandbox around it, for links to elsewhere and back, as fast as it can. */
const EXCHANGING = `
  const fs = require('node:fs');
  const [, sandbox, elsewhere] = process.argv;
  const swap = (path, target) => {
    try { fs.renameSync(path, path + '~'); } catch {}
    try { fs.symlinkSync(target, path); } catch {}
    try { fs.rmSync(path); fs.renameSync(path + '~', path); } catch {}
  };
  process.stdout.write('ready');
  for (;;) {
    for (const name of ['stdout', 'stderr']) swap(sandbox + '/' + name, elsewhere + '/file');
    for (const name of ['stdout', 'stderr']) swap(sandbox + '/' + name, elsewhere + '/none');
    swap(sandbox, elsewhere);
  }`;

test('nothing is written, made or given away outside, however fast links come and go', async (t) => {
  const bench = new Bench(t);
  const { sandbox, elsewhere } = nested(bench);
  fs.writeFileSync(join(elsewhere, 'file'), 'as it was');
  const other = spawn(process.execPath, ['-e', EXCHANGING, sandbox, elsewhere], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => other.kill('SIGKILL'));
  await new Promise((resolve) => other.stdout.once('data', resolve));
  const ids = Array.from({ length: 40 }, (_, at) => `outer.inner.${at}`);
  // As checks by command do, which write into the output of their task.
  const user = isRoot ? { user: 'nobody' } : {};
  for (const id of ids) {
    const looksIntoParent = { looksIntoParent: true };
    bench.launchIn(id, sandbox, 'echo who is here', { ...user, ...looksIntoParent });
    await bench.ended(id);
  }
  t.is(fs.readFileSync(join(elsewhere, 'file'), 'utf8'), 'as it was');
  t.deepEqual(fs.readdirSync(elsewhere), ['file']);
  for (const path of [elsewhere, join(elsewhere, 'file')])
    t.is(fs.statSync(path).uid, process.getuid?.() ?? 0);
});

test('who looks into a container is a guest in its sandbox: it stays whose it is (as root)', async (t) => {
  const bench = new Bench(t);
  const { outer } = nested(bench);
  const before = fs.statSync(outer);
  fs.writeFileSync(join(outer, 'stdout'), '');
  bench.launchIn('outer.look', outer, 'id -un', {
    looksIntoParent: true,
    ...(isRoot ? { user: 'nobody' } : {}),
  });
  t.deepEqual(await bench.ended('outer.look'), { kind: 'exited', code: 0 });
  const owners = (...names: string[]) => names.map((name) => fs.statSync(join(outer, name)).uid);
  t.deepEqual(owners('.', 'stdout'), [before.uid, before.uid]);
  if (isRoot) t.is(fs.readFileSync(join(outer, 'stdout'), 'utf8'), 'nobody\n');
  // What was not there is for whoever writes it.
  if (isRoot) t.not(owners('stderr')[0], before.uid);
});
