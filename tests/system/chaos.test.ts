/** A short run of `npm run chaos`. */
import test from 'ava';
import { runChaos } from '../chaos/run.ts';
import { hasEtcd } from '../support/etcd.ts';
import { boot, freePort, scratch } from '../support/processes.ts';

if (hasEtcd) {
  test('etcd: masters, members, agents and frameworks killed and stopped by chance; every task is accounted for', async (t) => {
    const { problems, faults, work, book } = await runChaos({
      folder: scratch(t),
      seed: 4,
      ms: 10_000,
      agents: 4,
    });
    t.deepEqual(problems, []);
    t.true(Object.keys(faults).length > 0);
    t.true(book.ended >= work.wanted, `${book.ended} of ${work.wanted}`);
  });
} else {
  test('etcd is not installed here: a framework that is to find its master there waits and says why', async (t) => {
    const where = `etcd://127.0.0.1:${await freePort()}/mesostate`;
    const run = boot(t, [
      '--role=framework',
      `--master=${where}`,
      '--framework=examples/hello-framework.mjs',
    ]);
    t.truthy(await run.says(/etcd does not tell who leads/));
  });
}
