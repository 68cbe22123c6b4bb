/** Where Node reads TypeScript itself (22.18 and later), `boot.js` runs the sources as they are, without `dist/`. */
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { repositoryRoot, scratch } from '../support/processes.ts';

/** Program of a Node that strips types: this one when it can, else the one that CI names. */
const strippingNode = Reflect.get(process.features, 'typescript')
  ? process.execPath
  : process.env['STRIPPING_NODE'];

const SOURCES = ['actors', 'proto', 'runtime', 'statecharts', 'ui', 'package.json'];

test('the sources run as they are', (t) => {
  if (strippingNode === undefined) {
    // CI names one; elsewhere there is nothing to run them with.
    t.pass();
    return;
  }
  const folder = scratch(t);
  for (const name of SOURCES)
    cpSync(path.join(repositoryRoot, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(folder, 'node_modules'));
  for (const role of ['local', 'master', 'agent', 'framework', 'executor']) {
    const run = spawnSync(strippingNode, ['runtime/boot.js', `--role=${role}`, '--help'], {
      cwd: folder,
      encoding: 'utf8',
    });
    t.is(run.status, 0, run.stderr);
    t.regex(run.stdout, new RegExp(`Usage: mesostate --role=${role}`));
  }
});
