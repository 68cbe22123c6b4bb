/** Folders that others exchange for links while the agent works in them. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { descend, HeldFolder, sandboxWay, sharedSandbox, within } from '../../../actors/agent/heldFolder.ts';
import { makeFolder } from '../../../actors/agent/sandboxFiles.ts';

/** A sandbox, and a folder that nothing is to be made in. */
function places(t: ExecutionContext): { readonly sandbox: string; readonly elsewhere: string } {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'held-')));
  t.teardown(() => fs.rmSync(root, { recursive: true }));
  const [sandbox, elsewhere] = [join(root, 'sandbox'), join(root, 'elsewhere')];
  for (const folder of [sandbox, elsewhere]) fs.mkdirSync(folder);
  return { sandbox, elsewhere };
}

/** A link in the place of a folder. */
function exchange(path: string, target: string): void {
  fs.renameSync(path, `${path} moved`);
  fs.symlinkSync(target, path);
}

test('what is made in a folder that is held is made there, whatever stands in its place meanwhile', (t) => {
  const { sandbox, elsewhere } = places(t);
  fs.mkdirSync(join(sandbox, 'a'));
  const held = HeldFolder.open(sandbox);
  const a = held.enter('a');
  exchange(join(sandbox, 'a'), elsewhere);
  a.make('b', 0o755).close();
  fs.writeFileSync(a.at('file'), 'here');
  t.is(a.realPath, join(sandbox, 'a moved'));
  t.deepEqual(fs.readdirSync(join(sandbox, 'a moved')).sort(), ['b', 'file']);
  t.throws(() => held.enter('a'), { message: `${sandbox}/a: is not a folder of the sandbox` });
  t.throws(() => held.make('a', 0o755), { message: /\/a: is not a folder of the sandbox$/ });
  a.close();
  held.close();
  t.deepEqual(fs.readdirSync(elsewhere), []);
});

test('a way down refuses links and steps up', (t) => {
  const { sandbox, elsewhere } = places(t);
  fs.mkdirSync(join(sandbox, 'a/b'), { recursive: true });
  t.is(
    within(sandbox, 'a/b', (folder) => folder.realPath),
    join(sandbox, 'a/b'),
  );
  t.throws(() => descend(sandbox, 'a/../..'), { message: 'a/../..: leads up' });
  exchange(join(sandbox, 'a'), elsewhere);
  t.throws(() => descend(sandbox, 'a/b'), { message: /sandbox\/a: is not a folder of the sandbox$/ });
  t.throws(() => descend(join(sandbox, 'a'), ''), { message: /sandbox\/a: is not a folder of the sandbox$/ });
});

test('a folder of a sandbox is made behind links that stay in it, and behind no others', (t) => {
  const { sandbox, elsewhere } = places(t);
  fs.mkdirSync(join(sandbox, 'real/deep'), { recursive: true });
  const links = { near: 'real/deep', chain: 'near', out: elsewhere, up: '../elsewhere', round: 'round' };
  for (const [name, target] of Object.entries(links)) fs.symlinkSync(target, join(sandbox, name));
  const made = (path: string) => {
    const folder = makeFolder({ root: sandbox, below: '' }, path, undefined);
    const realPath = folder?.realPath;
    folder?.close();
    return realPath;
  };
  t.is(made('.'), sandbox);
  t.is(made('x/y'), join(sandbox, 'x/y'));
  t.is(made('near/z'), join(sandbox, 'real/deep/z'));
  t.is(made('chain/z/w'), join(sandbox, 'real/deep/z/w'));
  t.is(made('out/z'), undefined);
  t.is(made('up'), undefined);
  t.is(made('real/../..'), undefined);
  t.throws(() => made('round/z'), { code: 'ELOOP' });
  t.deepEqual(fs.readdirSync(elsewhere), []);
});

test('what cannot be made leaves no folder open', (t) => {
  const { sandbox } = places(t);
  fs.symlinkSync('nowhere', join(sandbox, 'dangling'));
  fs.writeFileSync(join(sandbox, 'file'), '');
  for (const path of ['dangling/x', 'file/x'])
    t.throws(() => makeFolder({ root: sandbox, below: '' }, path, undefined), undefined, path);
  const fds = fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd') : [];
  const open = fds.map((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  t.deepEqual(
    open.filter((path) => path.startsWith(sandbox)),
    [],
  );
});

test('the way to a sandbox begins where nobody but the agent can move it', (t) => {
  t.deepEqual(sandboxWay('a', '/runs/a'), { root: '/runs/a', below: '' });
  t.deepEqual(sandboxWay('a.b', '/runs/a/containers/b'), { root: '/runs/a', below: 'containers/b' });
  const deep = { root: '/runs/a', below: 'containers/b/containers/c' };
  t.deepEqual(sandboxWay('a.b.c', '/runs/a/containers/b/containers/c'), deep);
  // What looks into another one is in that one's.
  t.deepEqual(sandboxWay('a.look', '/runs/a'), { root: '/runs/a', below: '' });
  t.deepEqual(sandboxWay('a.b.look', '/runs/a/containers/b'), { root: '/runs/a', below: 'containers/b' });
  t.is(sharedSandbox({ containerId: 'a', sandbox: '/runs/a' }), undefined);
});
