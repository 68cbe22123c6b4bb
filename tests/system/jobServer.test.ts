/** A job processor that stays: jobs by HTTP, their progress read at a real agent, a host that is off, `kill -9` (docs/beyond-marathon.md). */
import { readFileSync, writeFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { boot, bootAgent, bootMaster, freePort, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const UUID = '6b1c3a1e-0000-4000-8000-00000000000';

interface Job {
  readonly state: string;
  readonly progress?: number;
  readonly progress_message?: string;
  readonly reasons?: readonly { readonly reason: string }[];
}

/** A master and an agent, and a job processor that may be started again and again at its port, with its folder. */
async function processor(t: ExecutionContext) {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, `${folder}/agent`, ['--resources=cpus:2;mem:256', '--hostname=127.0.0.1']);
  const port = await freePort();
  const start = async () => {
    const flags = ['--serve_jobs', `--port=${port}`, `--work_dir=${folder}/jobs`];
    const booted = boot(t, [
      '--role=framework',
      '--framework=jobs',
      `--master=127.0.0.1:${master.port}`,
      ...flags,
    ]);
    await booted.says(/connected/);
    return booted;
  };
  return { folder, master, port, start };
}

test('jobs are taken once, tell how far they are, and outlive their processor', async (t) => {
  const { folder, master, port, start } = await processor(t);
  const send = async (method: string, url: string, body?: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const sent = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const answer = await fetch(url, sent);
    await answer.text();
    return answer.status;
  };
  const jobs = `http://127.0.0.1:${port}/jobs`;
  const jobOf = async (n: number): Promise<Job> => (await (await fetch(`${jobs}/${UUID}${n}`)).json()) as Job;
  const first = await start();
  const command = `echo "progress: 25 a quarter"; while [ ! -e ${folder}/go ]; do sleep 0.1; done; echo "progress: 100"`;
  const job = {
    name: 'one',
    cpus: 0.1,
    mem: 16,
    uuid: `${UUID}1`,
    progress: 'progress: ([0-9]+) ?(.*)',
    command,
  };
  t.is(await send('POST', jobs, { jobs: [job] }), 201);
  t.is(await send('POST', jobs, { jobs: [job] }), 409);
  const quarter = await until('a quarter is done', async () => {
    const now = await jobOf(1);
    return now.progress === 25 ? now : undefined;
  });
  t.is(quarter.progress_message, 'a quarter');
  await first.end('SIGKILL');
  await start();
  t.is(await send('POST', jobs, { jobs: [job] }), 409, 'known to the next one, too');
  writeFileSync(`${folder}/go`, '');
  await until('it is done', async () => (await jobOf(1)).state === 'successful');

  const host = `${master.url}/hosts/127.0.0.1`;
  t.is(await send('PUT', host, { status: 'off', message: 'a new disk' }), 200);
  t.is(await send('POST', jobs, { jobs: [{ ...job, uuid: `${UUID}2`, command: 'true' }] }), 201);
  const waiting = await jobOf(2);
  t.is(waiting.state, 'pending');
  t.true((waiting.reasons?.length ?? 0) > 0);
  t.is(await send('DELETE', host), 200);
  await until('it runs when the host is on again', async () => (await jobOf(2)).state === 'successful');
});

test('a defined job runs with its arguments, and goes on being known after kill -9', async (t) => {
  const { folder, port, start } = await processor(t);
  const url = `http://127.0.0.1:${port}/definitions/report`;
  const send = (method: string, to: string, body: object) =>
    fetch(to, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  interface Runs {
    readonly runs: readonly { readonly state: string; readonly arguments: readonly string[] }[];
  }
  const runs = async () => ((await (await fetch(`${url}/runs`)).json()) as Runs).runs;
  const first = await start();
  const command = `printf '%s|' "$@" >'${folder}/out'`;
  t.is((await send('PUT', url, { command, cpus: 0.1, mem: 16 })).status, 201);
  t.is((await send('POST', `${url}/runs`, { arguments: ['one two', '$HOME', ''] })).status, 201);
  await until('it ran', async () => (await runs())[0]?.state === 'successful');
  t.is(readFileSync(`${folder}/out`, 'utf8'), 'one two|$HOME||');
  await first.end('SIGKILL');
  await start();
  // Its end may be told again: it is not acknowledged before it is on disk.
  await until('its end is known', async () => (await runs())[0]?.state === 'successful');
  t.deepEqual(
    (await runs()).map((each) => each.arguments),
    [['one two', '$HOME', '']],
  );
  t.is((await send('POST', `${url}/runs`, {})).status, 201);
  await until('it ran again', async () => (await runs()).every(({ state }) => state === 'successful'));
  t.is((await runs()).length, 2);
});
