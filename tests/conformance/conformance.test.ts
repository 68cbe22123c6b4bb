/** The rows of the public APIs, held against a master and an agent of ours over real sockets. */
import test, { type ExecutionContext } from 'ava';
import type { Election } from '../../actors/election/election.ts';
import { MemoryStore } from '../../actors/election/store/store.ts';
import { Master } from '../../actors/master/master.ts';
import { startMaster } from '../../actors/master/start.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { spawnEndpoints } from '../../runtime/endpoints/index.ts';
import { realAgent, temporaryFolder } from '../actors/agent/support/realAgent.ts';
import { TestMaster } from '../actors/agent/support/testMaster.ts';
import { flagsOf } from '../actors/master/support/cluster.ts';
import { listen } from '../support/listen.ts';
import { until } from '../support/until.ts';
import { check } from './run.ts';
import { stories } from './stories/index.ts';
import { type Story, tell, tellAll } from './story.ts';
import { rows } from './table.ts';

const build = { version: '1.12.0', build_date: '2026-01-01', build_time: 1, build_user: '' };

/** A master that knows another one as the leader. */
async function standby(t: ExecutionContext, leader: string): Promise<string> {
  const listening = await listen({ host: '127.0.0.1', port: 0, codec: mesosCodec, delegateId: 'master' });
  const [host = '', port = ''] = leader.split(':');
  const info = { id: 'leader', ip: 16_777_343, port: Number(port), hostname: host };
  const election: Election = {
    contend: (_info, _host, events) => events.leader(info),
    holds: false,
    charts: [],
    withdraw: (done) => done(),
  };
  const flags = flagsOf();
  const facts = { flagTexts: {}, build, isSecure: false, logFile: undefined, whitelist: undefined };
  const store = new MemoryStore();
  const master = new Master({ ...facts, flags, store, election, onFatal: () => t.fail('the standby ends') });
  listening.node.spawn(master);
  spawnEndpoints(listening.node, build);
  t.teardown(() => listening.shutdown());
  return `http://127.0.0.1:${listening.node.address.port}`;
}

test('a master, a standby and an agent answer every row, and do in every story, as Mesos does', async (t) => {
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
  const servers = {
    master: `http://${address}`,
    agent: agent.url,
    standby: await standby(t, address),
  };
  const wrong: string[] = [];
  for (const row of rows) {
    for (const problem of (await check(row, servers)) ?? []) wrong.push(`${row.name}: ${problem}`);
  }
  t.deepEqual(wrong, []);
  let told = 0;
  await tellAll(stories, servers, true, (name, problems = ['was not told']) => {
    told++;
    for (const problem of problems) wrong.push(`${name}: ${problem}`);
  });
  t.deepEqual(wrong, []);
  t.is(told, stories.length);
  t.true(rows.length > 260);
});

test('a story tells what is not as it says, and is not told without its servers', async (t) => {
  const story: Story = {
    name: 'x',
    needs: ['standby'],
    run: async (_, findings) => {
      findings.same('a', 1, 1);
      findings.same('b', 1, 2);
      findings.that('c', false, [3]);
      throw new Error('d');
    },
  };
  const servers = { master: 'http://127.0.0.1:1', standby: 'http://127.0.0.1:1' };
  t.deepEqual(await tell(story, servers, true), ['b: 1, expected 2', 'c: [3]', 'd']);
  t.is(await tell(story, { master: servers.master }, true), undefined);
  t.is(await tell({ ...story, isOurs: true }, servers, false), undefined);
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
