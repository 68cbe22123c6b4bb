/** The rows of the public APIs, held against a master and an agent of ours over real sockets. */
import test from 'ava';
import { startMaster } from '../../actors/master/start.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { spawnEndpoints } from '../../runtime/endpoints/index.ts';
import { listen } from '../../runtime/index.ts';
import { realAgent, temporaryFolder } from '../actors/agent/support/realAgent.ts';
import { TestMaster } from '../actors/agent/support/testMaster.ts';
import { flagsOf } from '../actors/master/support/cluster.ts';
import { until } from '../support/until.ts';
import { check } from './run.ts';
import { rows } from './table.ts';

const build = { version: '1.12.0', build_date: '2026-01-01', build_time: 1, build_user: '' };

test('a master and an agent answer every row as Mesos does', async (t) => {
  const listening = await listen({ host: '127.0.0.1', port: 0, codec: mesosCodec, delegateId: 'master' });
  const started = await startMaster(listening.node, flagsOf());
  t.teardown(async () => {
    await started.stop();
    await listening.shutdown();
  });
  spawnEndpoints(listening.node, build);
  const { host, port } = listening.node.address;
  const address = `${host}:${port}`;
  const agent = await realAgent(t, { master: new TestMaster(), address }, temporaryFolder(t));
  spawnEndpoints(agent.listening.node, build);
  await until(
    'the agent is registered',
    () => agent.listening.node.metrics.snapshot()['slave/registered'] === 1,
  );
  const servers = { master: `http://${address}`, agent: agent.url };
  const wrong: string[] = [];
  for (const row of rows) {
    for (const problem of (await check(row, servers)) ?? []) wrong.push(`${row.name}: ${problem}`);
  }
  t.deepEqual(wrong, []);
  t.true(rows.length > 260);
});

test('a row tells what is not as it says', async (t) => {
  const listening = await listen({ host: '127.0.0.1', port: 0, codec: mesosCodec });
  t.teardown(() => listening.shutdown());
  spawnEndpoints(listening.node, build);
  const master = `http://127.0.0.1:${listening.node.address.port}`;
  const row = { name: 'x', at: 'master', path: '/version', status: 200, type: 'application/json' } as const;
  t.deepEqual(await check({ ...row, keys: ['version'] }, { master }), []);
  t.is((await check({ ...row, status: 404 }, { master }))?.length, 1);
  t.is((await check({ ...row, keys: ['version', 'nosuch', 'a[].b'], text: /^x/ }, { master }))?.length, 3);
  t.is(await check({ ...row, at: 'agent' }, { master }), undefined);
});
