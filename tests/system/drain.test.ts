/** Draining with real processes: a master that is killed, agents that end real commands, tasks that move elsewhere. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { boot, bootAgent, bootMaster, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface State {
  readonly slaves: {
    readonly id: string;
    readonly hostname: string;
    readonly active: boolean;
    readonly drain_info?: { readonly state: string };
  }[];
  readonly frameworks: {
    readonly tasks: { readonly id: string; readonly state: string; readonly slave_id: string }[];
    readonly completed_tasks: {
      readonly slave_id: string;
      readonly state: string;
      readonly statuses: { readonly state: string }[];
    }[];
  }[];
}

test.serial(
  'a drained agent ends its tasks in time, whatever they do, though its master is killed meanwhile',
  async (t) => {
    const folder = scratch(t);
    const flags = ['--allocation_interval=200ms'];
    const first = await bootMaster(t, folder, flags);
    const agents = new Map<string, Awaited<ReturnType<typeof bootAgent>>>();
    for (const host of ['h1', 'h2']) {
      const more = [`--hostname=${host}`, '--resources=cpus:2;mem:512;disk:512'];
      agents.set(host, await bootAgent(t, first, path.join(folder, host), more));
    }
    const file = path.join(folder, 'jobs.json');
    // A command that will not end by itself, nor by SIGTERM.
    const command = 'trap "" TERM; while :; do sleep 0.2; done';
    writeFileSync(
      file,
      JSON.stringify({ jobs: [{ name: 'stubborn', cpus: 2, mem: 64, command, retries: 100 }] }),
    );
    boot(t, ['--role=framework', '--framework=jobs', `--master=127.0.0.1:${first.port}`, `--jobs=${file}`]);
    const state = () => getJson<State>(`${first.url}/state`);
    const runningTask = async () =>
      (await state()).frameworks[0]?.tasks.find((task) => task.state === 'TASK_RUNNING');
    const before = await until('the task runs', runningTask);
    const call = (type: string, body: object) =>
      fetch(`${first.url}/api/v1`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          type,
          [type.toLowerCase()]: { agent_id: { value: before.slave_id }, ...body },
        }),
      });
    const answer = await call('DRAIN_AGENT', { max_grace_period: { seconds: 2 } });
    t.is(answer.status, 200, await answer.text());
    await first.end('SIGKILL');
    const port = ['--role=master', `--port=${first.port}`, `--work_dir=${folder}/master`, ...flags];
    await boot(t, port).says(/listens on/);
    const drained = await until('the agent is drained', async () => {
      const { slaves } = await state().catch(() => ({ slaves: [] as State['slaves'] }));
      return slaves.find(({ id, drain_info }) => id === before.slave_id && drain_info?.state === 'DRAINED');
    });
    t.false(drained.active);
    const moved = await until('the task runs elsewhere', async () => {
      const now = await runningTask();
      return now?.slave_id === before.slave_id ? undefined : now;
    });
    t.not(moved.slave_id, before.slave_id);
    t.is((await call('REACTIVATE_AGENT', {})).status, 200);
    await until('it is active again', async () => (await state()).slaves.every(({ active }) => active));
  },
);
