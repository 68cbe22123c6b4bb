/** How commands end that are left before they are done, and what is said to those who name something else than a master. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { cli } from '../../cli/main.ts';
import { run, TestTerminal } from '../cli/support/terminal.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

async function world(t: ExecutionContext) {
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  const agent = await bootAgent(t, master, path.join(folder, 'agent'), ['--hostname=some-host']);
  const env = { MESOSTATE_MASTER: `127.0.0.1:${master.port}` };
  await until('the agent is registered', async () => (await run(['agents'], env)).stdout.includes('-S0'));
  return { folder, master, agent, env };
}

test('Ctrl-C ends what follows events, and says where it was', async (t) => {
  const { env } = await world(t);
  const following = boot(t, ['events', '--json', '--state'], env);
  await following.says(/"SUBSCRIBED"/);
  t.is(await following.end('SIGINT'), 0);
  t.regex(following.output(), /to go on: mesostate events --from=\S+:\d+/);
});

test('a question that is left without an answer is a no', async (t) => {
  const { env } = await world(t);
  const terminal = new TestTerminal(env);
  Object.assign(terminal.stdin, { isTTY: true });
  const asked = cli(['drain', 'some-host'], terminal);
  await until('it asks', () => terminal.said.includes('[y/N]'));
  terminal.stdin.end();
  t.is(await asked, 1);
  t.regex(terminal.said, /nothing was done\n$/);
  t.regex((await run(['agents'], env)).stdout, / active /);
});

test('what is no master is told in a line; so is a filter that names nobody; names are completed', async (t) => {
  const { env, agent } = await world(t);
  const asked = await run(['ps', `--master=127.0.0.1:${agent.port}`], env);
  t.is(asked.code, 1);
  t.regex(asked.stderr, /^mesostate: .*(is no master: |is this a master of ).*\n$/);
  t.regex((await run(['ps', '--agent=nobody'], env)).stderr, /there is no agent 'nobody'/);
  t.is((await run(['ps', '--agent=some-host'], env)).code, 0);
  t.regex((await run(['inspect', 'nobody'], env)).stderr, /there is no agent, framework or task 'nobody'/);
  const after = async (...words: string[]) => (await run(['completion', '__complete', ...words], env)).stdout;
  t.regex(await after('drain'), /^some-host$/m);
  t.regex(await after('hosts', 'off'), /^some-host$/m);
  t.regex(await after('hosts'), /^off$/m);
});

test('what a shell would run is not completed: ids are chosen by frameworks', async (t) => {
  const { env, folder } = await world(t);
  const group = path.join(folder, 'group.json');
  const task = (id: string): object => ({
    name: `name of ${id}`,
    task_id: { value: id },
    agent_id: { value: '' },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
    command: { value: 'while :; do sleep 1; done' },
  });
  writeFileSync(
    group,
    JSON.stringify({ tasks: [task('odd$(reboot)'), task('odd`reboot`'), task('plain-1')] }),
  );
  boot(t, ['run', `--task-group=${group}`], env);
  const words = await until('they run', async () => {
    const { stdout } = await run(['completion', '__complete', 'kill'], env);
    return stdout.includes('plain-1') ? stdout.split('\n') : undefined;
  });
  t.deepEqual(
    words.filter((word) => !word.startsWith('-') && word !== ''),
    ['plain-1'],
  );
});
