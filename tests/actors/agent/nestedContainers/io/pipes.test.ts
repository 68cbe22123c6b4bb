/** What a container with pipes says is kept in its sandbox, and nowhere else. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { namedPipes } from '../../../../../actors/agent/nestedContainers/io/pipes.ts';
import { until } from '../../../../support/until.ts';
import { temporaryFolder } from '../../support/realAgent.ts';

test('a sandbox that was exchanged for a link gets no copy of the output; who is attached does', async (t) => {
  const root = temporaryFolder(t);
  const elsewhere = join(root, 'elsewhere');
  fs.mkdirSync(elsewhere);
  fs.mkdirSync(join(root, 'outer/containers/true'), { recursive: true });
  fs.symlinkSync(elsewhere, join(root, 'outer/containers/linked'));
  for (const name of ['true', 'linked']) {
    const dir = join(root, `pipes-${name}`);
    await new Promise<void>((resolve, reject) =>
      namedPipes.make(dir, (error) => (error === undefined ? resolve() : reject(error))),
    );
    let said = '';
    const data = (_name: string, bytes: Uint8Array, taken: () => void): void => {
      said += Buffer.from(bytes).toString();
      taken();
    };
    const log = { root: join(root, 'outer'), below: `containers/${name}` };
    const pipes = namedPipes.open(dir, { data, ended: () => undefined }, log);
    t.teardown(() => pipes.close());
    const container = fs.openSync(join(dir, 'stdout'), 'w');
    fs.writeSync(container, 'hello');
    await until('it is told', () => said === 'hello');
    fs.closeSync(container);
  }
  t.is(fs.readFileSync(join(root, 'outer/containers/true/stdout'), 'utf8'), 'hello');
  t.deepEqual(fs.readdirSync(elsewhere), []);
});
