/** Output of nested containers, whose sandboxes lie in those of others. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { rotateOutput } from '../../../../actors/agent/containerLogger/containerLogger.ts';
import { exchanging } from '../../../support/exchange.ts';
import { temporaryFolder } from '../support/realAgent.ts';

const LIMIT = { bytesMax: 10, kept: 2 };
const LIMITS = { stdout: LIMIT, stderr: LIMIT };

test('of a nested container, too; a sandbox that is exchanged for a link leads nowhere', async (t) => {
  const root = temporaryFolder(t);
  const [outer, elsewhere] = [join(root, 'outer'), join(root, 'elsewhere')];
  const sandbox = join(outer, 'containers', 'inner');
  for (const folder of [sandbox, elsewhere]) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(join(folder, 'stdout'), 'more than ten bytes');
  }
  const warnings: string[] = [];
  const rotate = (which = sandbox) =>
    rotateOutput({ containerId: 'outer.inner', sandbox: which, limits: LIMITS }, (text) =>
      warnings.push(text),
    );
  await rotate();
  t.is(fs.readFileSync(join(sandbox, 'stdout.1'), 'utf8'), 'more than ten bytes');
  await rotate(join(outer, 'containers', 'gone'));
  t.deepEqual(warnings, []);
  await exchanging(t, sandbox, elsewhere);
  for (let times = 0; times < 500; times++) await rotate();
  t.deepEqual(fs.readdirSync(elsewhere), ['stdout']);
  t.is(fs.readFileSync(join(elsewhere, 'stdout'), 'utf8'), 'more than ten bytes');
});
