/** `mesostate run` against masters and agents that are killed while its task runs. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { cli } from '../../cli/main.ts';
import { TestTerminal } from '../cli/support/terminal.ts';
import {
  type AgentProcess,
  boot,
  bootAgent,
  bootMaster,
  getJson,
  type MasterProcess,
  scratch,
} from '../support/processes.ts';
import { until } from '../support/until.ts';

const RESOURCES = '--resources=cpus:4;mem:1024;disk:1000';

interface Run {
  readonly folder: string;
  readonly master: MasterProcess;
  readonly agent: AgentProcess;
  readonly terminal: TestTerminal;
  readonly exitCode: Promise<number>;
  /** The next master, with what the first one wrote down. */
  nextMaster(): Promise<void>;
}

/** A command that runs until there is a file `go`. */
async function running(t: ExecutionContext, last: string): Promise<Run> {
  const folder = scratch(t);
  const flags = ['--allocation_interval=100ms'];
  const master = await bootMaster(t, folder, flags);
  const agent = await bootAgent(t, master, path.join(folder, 'agent'), [RESOURCES]);
  const terminal = new TestTerminal({ MESOSTATE_MASTER: `127.0.0.1:${master.port}` });
  t.teardown(() => {
    // The first one waits for the task, the second does not.
    for (const name of ['SIGINT', 'SIGINT'] as const) terminal.signal(name);
  });
  const command = `echo begun; until [ -e '${folder}/go' ]; do sleep 0.1; done; ${last}`;
  const exitCode = cli(['run', command], terminal);
  await until('it runs', () => terminal.printed.includes('begun'));
  const nextMaster = async (): Promise<void> => {
    const next = boot(t, ['--role=master', `--port=${master.port}`, `--work_dir=${folder}/master`, ...flags]);
    await next.says(/listens on/);
  };
  return { folder, master, agent, terminal, exitCode, nextMaster };
}

test('a task that ends while no master is there is heard of, with its exit code', async (t) => {
  const { folder, master, terminal, exitCode, nextMaster } = await running(t, 'echo over; exit 3');
  await master.end('SIGKILL');
  await until('it is told', () => terminal.said.includes('the master is gone'));
  writeFileSync(path.join(folder, 'go'), '');
  await nextMaster();
  t.is(await exitCode, 3, terminal.said);
  t.is(terminal.printed, 'begun\nover\n');
});

test('a task that the next master never heard of is asked for by name', async (t) => {
  const { master, agent, terminal, exitCode, nextMaster } = await running(t, 'exit 0');
  const { slaves } = await getJson<{ slaves: { id: string }[] }>(`${master.url}/slaves`);
  await agent.end('SIGKILL');
  await master.end('SIGKILL');
  await nextMaster();
  const gone = { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: slaves[0]?.id } } };
  const headers = { 'content-type': 'application/json' };
  await until('the master has read its registry', async () => {
    const { status } = await fetch(`${master.url}/api/v1`, {
      method: 'POST',
      headers,
      body: JSON.stringify(gone),
    });
    return status === 200;
  });
  t.is(await exitCode, 1, terminal.said);
  t.regex(terminal.said, /gone_by_operator: Reconciliation: Agent has been marked gone\n/);
});
