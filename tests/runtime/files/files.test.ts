/** What may be looked into, and what not, while others change it. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Files } from '../../../runtime/files/files.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import { exchanging } from '../../support/exchange.ts';
import { scratch } from '../../support/processes.ts';

function sandboxOf(t: ExecutionContext) {
  const root = scratch(t);
  const [sandbox, elsewhere] = [join(root, 'sandbox'), join(root, 'elsewhere')];
  for (const [folder, text] of [
    [join(sandbox, 'inner'), 'the task’s'],
    [elsewhere, 'somebody else’s'],
  ] as const) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(join(folder, 'file'), text);
  }
  fs.writeFileSync(join(elsewhere, 'hidden'), '');
  const attached = new Map([['/box', { root: sandbox }]]);
  const files = new Files(() => attached, { user: () => 'somebody', group: () => 'some' });
  const read = async (path: string): Promise<string> =>
    (await files.part(path, undefined, 0, 100)).data.toString();
  const names = async (path: string): Promise<string[]> =>
    (await files.list(path, undefined)).map((row) => row.path.slice(path.length + 1));
  return { sandbox, elsewhere, read, names };
}

/** What it says, or the status with which it was refused. */
const told = (answer: Promise<string | string[]>): Promise<string> =>
  answer.then(String, (error: unknown) =>
    error instanceof HttpRefusal ? String(error.status) : String(error),
  );

test('links within lead there, links out are refused, what is no plain file is not read', async (t) => {
  const { sandbox, elsewhere, read, names } = sandboxOf(t);
  fs.symlinkSync('inner', join(sandbox, 'latest'));
  fs.symlinkSync(elsewhere, join(sandbox, 'out'));
  fs.symlinkSync('gone', join(sandbox, 'nowhere'));
  execFileSync('mkfifo', [join(sandbox, 'pipe')]);
  t.is(await read('/box/latest/file'), 'the task’s');
  t.deepEqual(await names('/box/latest'), ['file']);
  t.deepEqual(await names('/box'), ['inner', 'latest', 'out', 'pipe']);
  for (const path of ['/box/out/file', '/box/out', '/box/../elsewhere/file', '/box/inner', '/box/pipe'])
    t.is(await told(read(path)), '400', path);
  t.is(await told(names('/box/out')), '400');
  for (const path of ['/box/nowhere', '/box/none', '/box/inner/file/x', '/other'])
    t.is(await told(read(path)), '404', path);
});

test('a folder that is exchanged for a link while it is read leads nowhere', async (t) => {
  const { sandbox, elsewhere, read, names } = sandboxOf(t);
  await exchanging(t, join(sandbox, 'inner'), elsewhere);
  const seen = new Set<string>();
  for (let times = 0; times < 3000; times++) {
    seen.add(await told(read('/box/inner/file')));
    seen.add(await told(names('/box/inner')));
  }
  for (const each of seen) t.true(['the task’s', 'file', '400', '404'].includes(each), each);
});
