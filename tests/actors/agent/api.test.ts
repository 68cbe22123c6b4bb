/** The agent's endpoints (v1-operator-api.md §6, §7.1), over real HTTP. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TaskState } from '../../../proto/generated/types/v1.ts';
import { until } from '../../support/until.ts';
import { realAgent, realMaster, registeredAgent, temporaryFolder } from './support/realAgent.ts';
import { commandTask } from './support/testMaster.ts';

const { TASK_RUNNING, TASK_FAILED, TASK_FINISHED } = TaskState;

type Json = Record<string, unknown>;

async function getJson(url: string): Promise<Json> {
  // No connection is kept: the next agent of a test may have the same address.
  const response = await fetch(url, { headers: { connection: 'close' } });
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Json;
}

/** A framework with one running and one failed task. */
async function busyAgent(t: Parameters<typeof registeredAgent>[0]) {
  const made = await registeredAgent(t, { attributes: 'rack:r1;zone:z1' });
  made.master.run(
    commandTask('sleeps', 'echo hello; sleep 1000', { labels: { labels: [{ key: 'x', value: 'y' }] } }),
  );
  made.master.run(commandTask('fails', 'exit 3'));
  await until('one runs', () => made.master.states('sleeps').includes(TASK_RUNNING));
  await until('one failed', () => made.master.states('fails').includes(TASK_FAILED));
  return made;
}

test('/state says who the agent is and what it has', async (t) => {
  const { agent } = await busyAgent(t);
  const state = await getJson(`${agent.url}/state`);
  t.like(state, { id: 'agent-S0', hostname: 'localhost', attributes: { rack: 'r1', zone: 'z1' } });
  t.regex(String(state['pid']), /^slave\(1\)@127\.0\.0\.1:\d+$/);
  t.deepEqual(state['resources'], { cpus: 4, mem: 2048, disk: 1000, gpus: 0, ports: '[31000-31010]' });
  t.like(state['unreserved_resources_allocated'], { cpus: 0.2, mem: 64 });
});

test('/containers and /monitor/statistics say what runs', async (t) => {
  const { agent } = await busyAgent(t);
  const list = (await getJson(`${agent.url}/containers`)) as unknown as Json[];
  t.deepEqual(
    list.map((each) => each['executor_id']),
    ['sleeps'],
  );
  t.like(list[0], { framework_id: 'framework-0000', source: 'sleeps' });
  t.true(Number((list[0]?.['status'] as Json | undefined)?.['executor_pid']) > 0);
  const statistics = (await getJson(`${agent.url}/monitor/statistics`)) as unknown as Json[];
  t.like(statistics[0]?.['statistics'], { mem_limit_bytes: 67108864, cpus_soft_limit: 0.2 });
  t.true(Number((statistics[0]?.['statistics'] as Json | undefined)?.['mem_rss_bytes']) > 0);
  const one = `${agent.url}/containers?framework_id=framework-0000&executor_id=sleeps`;
  t.is(((await getJson(one)) as unknown as Json[]).length, 1);
  t.is((await fetch(`${agent.url}/containers?executor_id=sleeps`)).status, 400);
  t.is((await fetch(`${agent.url}/containers?container_id=a&framework_id=b`)).status, 400);
});

test('/health, /flags', async (t) => {
  const { agent } = await registeredAgent(t);
  t.is((await fetch(`${agent.url}/health`)).status, 200);
  t.is((await fetch(`${agent.url}/slave(1)/health`)).status, 200);
  t.like((await getJson(`${agent.url}/flags`))['flags'], {
    hostname: 'localhost',
    executor_shutdown_grace_period: '5secs',
    reconfiguration_policy: 'equal',
  });
});

test('/state is refused while the agent recovers, /health is not', async (t) => {
  // An agent that waits for an executor of its own to come back.
  const workDir = temporaryFolder(t);
  const world = await realMaster(t);
  const first = await realAgent(t, world, workDir, { executor_reregistration_timeout: '5secs' });
  await until('it is registered', () => world.master.messages('mesos.internal.UpdateSlaveMessage')[0]);
  const executor = { executor_id: { value: 'custom' }, command: { value: 'sleep 1000' } };
  world.master.run(commandTask('one', '', { command: undefined, executor }));
  await until(
    'it was started',
    () => first.listening.node.metrics.snapshot()['slave/executors_registering'] === 1,
  );
  await until(
    'it runs',
    async () => ((await getJson(`${first.url}/containers`)) as unknown as Json[]).length === 1,
  );
  const port = String(first.listening.node.address.port);
  await first.leave();
  const agent = await realAgent(t, world, workDir, { executor_reregistration_timeout: '5secs', port });
  t.is((await fetch(`${agent.url}/state`)).status, 503);
  const headers = { 'content-type': 'application/json' };
  const call = { method: 'POST', headers, body: '{"type":"GET_HEALTH"}' };
  t.is((await fetch(`${agent.url}/api/v1`, call)).status, 503);
  t.is((await fetch(`${agent.url}/health`)).status, 200);
});

test('/files shows sandboxes and nothing else', async (t) => {
  const { agent, workDir } = await busyAgent(t);
  const virtual = '/frameworks/framework-0000/executors/sleeps/runs/latest';
  const files = (what: string, query: Record<string, string>) =>
    fetch(`${agent.url}/files/${what}?${new URLSearchParams(query)}`);
  const listing = (await (await files('browse', { path: virtual })).json()) as Json[];
  t.deepEqual(
    listing.map(({ path }) => path),
    [`${virtual}/stderr`, `${virtual}/stdout`],
  );
  t.like(listing[1], { nlink: 1, size: 6 });
  t.regex(String(listing[1]?.['mode']), /^-rw/);
  const read = (query: Record<string, string>) => files('read', { path: `${virtual}/stdout`, ...query });
  t.deepEqual(await (await read({})).json(), { offset: 6, data: '' });
  t.deepEqual(await (await read({ offset: '-1' })).json(), { offset: 6, data: '' });
  t.deepEqual(await (await read({ offset: '0' })).json(), { offset: 0, data: 'hello\n' });
  t.deepEqual(await (await read({ offset: '1', length: '3' })).json(), { offset: 1, data: 'ell' });
  t.deepEqual(await (await read({ offset: '99' })).json(), { offset: 99, data: '' });
  const latest = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/sleeps/runs/latest`;
  t.is((await files('browse', { path: latest })).status, 200);
  symlinkSync('/etc', join(latest, 'out'));
  mkdirSync(join(latest, 'inner'));
  execFileSync('mkfifo', [join(latest, 'pipe')]);
  const bad: [string, Record<string, string>, number][] = [
    ['browse', {}, 400],
    ['browse', { path: '/etc' }, 404],
    ['browse', { path: `${virtual}/nothing` }, 404],
    ['browse', { path: `${virtual}/out` }, 400],
    ['read', { path: `${virtual}/out/passwd`, offset: '0' }, 400],
    ['read', { path: `${virtual}/../../fails/runs/latest/stdout`, offset: '0' }, 400],
    ['read', { path: `${virtual}/inner`, offset: '0' }, 400],
    ['read', { path: `${virtual}/stdout`, offset: '-2' }, 400],
    ['read', { path: `${virtual}/stdout`, offset: 'x' }, 400],
    ['download', { path: `${virtual}/inner` }, 400],
    ['download', { path: `${virtual}/nothing` }, 404],
    // Nobody writes into it; who asks is told so, and all that others ask for comes.
    ['read', { path: `${virtual}/pipe`, offset: '0' }, 400],
    ['download', { path: `${virtual}/pipe` }, 400],
  ];
  for (const [what, query, status] of bad) {
    t.is((await files(what, query)).status, status, `${what} ${JSON.stringify(query)}`);
  }
  const large = 'x'.repeat(300_000);
  writeFileSync(join(latest, 'large.txt'), large);
  const download = await files('download', { path: `${virtual}/large.txt` });
  t.is(download.headers.get('content-type'), 'text/plain');
  t.is(download.headers.get('content-disposition'), 'attachment; filename=large.txt');
  t.is(await download.text(), large);
  const part = (await (await files('read', { path: `${virtual}/large.txt`, offset: '0' })).json()) as Json;
  t.is(String(part['data']).length, 65_536);
  const debug = await getJson(`${agent.url}/files/debug`);
  t.regex(String(debug[virtual]), /\/runs\/[0-9a-f-]{36}$/);
});

test('sandboxes of ended tasks can still be read', async (t) => {
  const { agent, master } = await registeredAgent(t);
  master.run(commandTask('short', 'echo over'));
  await until('it ends', () => master.states('short').includes(TASK_FINISHED));
  await until(
    'it is completed',
    () => agent.listening.node.metrics.snapshot()['slave/frameworks_active'] === 0,
  );
  const path = '/frameworks/framework-0000/executors/short/runs/latest/stdout';
  const response = await fetch(`${agent.url}/files/read?offset=0&path=${path}`);
  t.deepEqual(await response.json(), { offset: 0, data: 'over\n' });
});
