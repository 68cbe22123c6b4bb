/** Sandboxes inside others, whose users may have put links in the way. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createNestedSandbox, linkSandbox } from '../../../../actors/agent/nestedContainers/sandbox.ts';

test('nothing is made behind a link of a sandbox, at whatever depth', (t) => {
  const root = fs.mkdtempSync(join(tmpdir(), 'nested-sandbox-'));
  t.teardown(() => fs.rmSync(root, { recursive: true }));
  const [run, elsewhere] = [join(root, 'run'), join(root, 'elsewhere')];
  for (const folder of [run, elsewhere]) fs.mkdirSync(folder);
  createNestedSandbox(run, 'containers/a');
  createNestedSandbox(run, 'containers/a/containers/b');
  linkSandbox(run, 'tasks/one', join(run, 'containers/a'));
  t.is(fs.realpathSync(join(run, 'tasks/one')), fs.realpathSync(join(run, 'containers/a')));

  fs.renameSync(join(run, 'tasks'), join(run, 'moved'));
  fs.symlinkSync(elsewhere, join(run, 'tasks'));
  t.throws(() => linkSandbox(run, 'tasks/two', run), {
    message: /tasks: is not a folder of the sandbox$/,
  });
  fs.renameSync(join(run, 'containers/a'), join(run, 'containers/c'));
  fs.symlinkSync(elsewhere, join(run, 'containers/a'));
  const below = { message: /containers\/a: is not a folder of the sandbox$/ };
  t.throws(() => createNestedSandbox(run, 'containers/a/containers/d'), below);
  fs.renameSync(join(run, 'containers'), join(run, 'moved too'));
  fs.symlinkSync(elsewhere, join(run, 'containers'));
  t.throws(() => createNestedSandbox(run, 'containers/e'), { message: /containers: is not/ });
  t.deepEqual(fs.readdirSync(elsewhere), []);
});
