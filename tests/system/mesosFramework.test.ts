/** npm's mesos-framework, unchanged, as scheduler and as executor (where CI installed it: MESOS_CLIENTS names the folder). */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bootAgent, bootMaster, getJson, repositoryRoot, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const clients = process.env['MESOS_CLIENTS'];

const supportFolder = path.join(repositoryRoot, 'tests/system/support');

interface Said {
  readonly subscribed?: string;
  readonly task?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly sent?: string;
  readonly message?: string;
  readonly error?: string;
}

/** Runs a script of ours that does nothing but use the client. */
function drive(t: ExecutionContext, folder: string, args: readonly string[], name = 'mesosFramework.cjs') {
  const script = path.join(supportFolder, name);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const gather = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const said = (): Said[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Said);
  const hears = (what: Said) =>
    until(
      () => `${JSON.stringify(what)} is heard; it said:\n${text.slice(-2000)}`,
      () =>
        said().find((each) =>
          Object.entries(what).every(([key, value]) => each[key as keyof Said] === value),
        ),
    );
  return { child, said, hears, ended };
}

test("npm's mesos-framework launches, fails over, reconciles, kills and leaves (where CI installed it)", async (t) => {
  if (clients === undefined) {
    // CI installs it; elsewhere there is nothing to run.
    t.pass();
    return;
  }
  t.truthy(createRequire(path.join(clients, 'x.js')).resolve('mesos-framework'));
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=50ms']);
  await bootAgent(t, master, `${folder}/agent`);
  const first = drive(t, folder, [clients, String(master.port)]);
  await first.hears({ task: 'short-1', state: 'TASK_FINISHED' });
  await first.hears({ task: 'long-1', state: 'TASK_RUNNING' });
  const id = first.said().find(({ subscribed }) => subscribed !== undefined)?.subscribed ?? '';
  first.child.kill('SIGKILL');
  await first.ended;
  const second = drive(t, folder, [clients, String(master.port), id]);
  await second.hears({ subscribed: id });
  await second.hears({ task: 'long-1', state: 'TASK_RUNNING', reason: 'REASON_RECONCILIATION' });
  await second.hears({ sent: 'sent_kill' });
  await second.hears({ task: 'long-1', state: 'TASK_KILLED' });
  await second.ended;
  const errors = (said: readonly Said[]) => said.flatMap(({ error }) => error ?? []);
  t.deepEqual(errors(first.said()), []);
  // It holds the end of its stream, which follows TEARDOWN, for an error.
  t.deepEqual(
    errors(second.said()).filter((each) => each !== 'Long-running connection was closed!'),
    [],
  );
  await until('the framework is gone', async () => {
    const { completed_frameworks } = await getJson<{ completed_frameworks: { id: string }[] }>(
      `${master.url}/frameworks`,
    );
    return completed_frameworks.some((each) => each.id === id);
  });
});

test("npm's mesos-framework runs its own executor, and another scheduler takes its tasks over (where CI installed it)", async (t) => {
  if (clients === undefined) {
    // CI installs it; elsewhere there is nothing to run.
    t.pass();
    return;
  }
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=50ms']);
  await bootAgent(t, master, `${folder}/agent`);
  const executor = path.join(supportFolder, 'mesosFrameworkExecutor.cjs');
  const args = [clients, String(master.port), `'${process.execPath}' '${executor}' '${clients}'`];
  const first = drive(t, folder, args, 'mesosFrameworkTasks.cjs');
  await first.hears({ task: 'short', state: 'TASK_FINISHED' });
  await first.hears({ task: 'long', state: 'TASK_RUNNING' });
  await first.hears({ message: 'heard hello' });
  const id = first.said().find(({ subscribed }) => subscribed !== undefined)?.subscribed ?? '';
  first.child.kill('SIGKILL');
  await first.ended;
  const second = drive(t, folder, [...args, id], 'mesosFrameworkTasks.cjs');
  await second.hears({ task: 'long', state: 'TASK_RUNNING', reason: 'REASON_RECONCILIATION' });
  await second.hears({ task: 'long', state: 'TASK_KILLED' });
  await second.ended;
  const all = [...first.said(), ...second.said()];
  t.deepEqual(
    all.flatMap(({ error }) => error ?? []),
    [],
  );
  const states = all.flatMap(({ task, state }) => (task === 'short' ? (state ?? []) : []));
  t.deepEqual([...new Set(states)], ['TASK_RUNNING', 'TASK_FINISHED']);
});
