/** Archives that are taken apart with the rights of who gets the files. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { extract } from '../../../../actors/agent/fetcher/archive.ts';
import { HeldFolder } from '../../../../actors/agent/heldFolder.ts';
import { userNumbers } from '../../../../actors/agent/subprocess.ts';
import { scratch } from '../../../support/processes.ts';

test('of an archive that its user may not read nothing is told (as root); one that would leave the sandbox is refused', async (t) => {
  const root = scratch(t);
  fs.chmodSync(root, 0o755);
  const archive = join(root, 'a.tar');
  const sandbox = join(root, 'sandbox');
  fs.mkdirSync(sandbox);
  fs.writeFileSync(join(root, 'secret'), 'x');
  const escaping = ['--create', '--absolute-names', '--file', archive, '../secret'];
  execFileSync('tar', escaping, { cwd: sandbox, stdio: 'ignore' });
  const folder = HeldFolder.open(sandbox);
  t.teardown(() => folder.close());
  await t.throwsAsync(extract('a.tar', archive, folder, undefined), {
    message: "the archive holds '../secret', which would leave the sandbox",
  });
  if (process.getuid?.() !== 0) return;
  const nobody = await userNumbers('nobody');
  folder.give(nobody);
  fs.chmodSync(archive, 0o600);
  await t.throwsAsync(extract('a.tar', archive, folder, nobody), { message: /^tar: (?!.*secret)/ });
  t.deepEqual(fs.readdirSync(sandbox), []);
});
