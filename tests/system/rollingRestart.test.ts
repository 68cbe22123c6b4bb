/** All agents of a cluster are restarted, one after the other, each in another way: their tasks do not notice. */
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
  type AgentID,
  FrameworkInfoCapabilityType,
  SchedulerCallType,
  SchedulerEventType,
  type TaskInfo,
  TaskState,
} from '../../proto/index.ts';
import { parseResources } from '../../proto/resources/index.ts';
import { type AgentProcess, bootAgent, bootMaster, getJson, scratch } from '../support/processes.ts';
import { SchedulerClient } from '../support/schedulerClient.ts';
import { until } from '../support/until.ts';

const { MULTI_ROLE, PARTITION_AWARE } = FrameworkInfoCapabilityType;
const INFO = {
  user: 'nobody',
  name: 'rolling',
  roles: ['*'],
  checkpoint: true,
  failover_timeout: 600,
  capabilities: [MULTI_ROLE, PARTITION_AWARE].map((type) => ({ type })),
};
const AGENTS = 3;
const SMALL = parseResources('cpus:0.1;mem:32').allocatedTo('*').toMessages();
const FLAGS = ['--resources=cpus:1;mem:512;disk:100;ports:[31000-31001]'];

/** How each agent is taken down and what it comes back with. */
const WAYS = [
  { name: 'asked to end', signal: 'SIGTERM', flags: FLAGS, torn: false },
  {
    name: 'killed, back with more resources under --reconfiguration_policy=additive',
    signal: 'SIGKILL',
    flags: ['--resources=cpus:2;mem:768;disk:100;ports:[31000-31001]', '--reconfiguration_policy=additive'],
    torn: false,
  },
  { name: 'killed while it wrote', signal: 'SIGKILL', flags: FLAGS, torn: true },
] as const;

const tasksOf = (agent_id: AgentID): TaskInfo[] =>
  ['a', 'b'].map((which) => ({
    name: which,
    task_id: { value: `${agent_id.value.slice(-2)}-${which}` },
    agent_id,
    resources: SMALL,
    command: { value: 'echo began >>began; exec sleep 1000' },
  }));

interface Executor {
  readonly directory: string;
  readonly container: string;
  readonly tasks: readonly { readonly id: string; readonly state: string }[];
}

interface AgentState {
  readonly id: string;
  readonly resources: { readonly cpus: number };
  readonly frameworks: readonly { readonly executors: readonly Executor[] }[];
}

const stateOf = (agent: AgentProcess) => getJson<AgentState>(`${agent.url}/state`);

const executorsOf = ({ frameworks }: AgentState): Executor[] =>
  frameworks
    .flatMap(({ executors }) => executors)
    .map(({ directory, container, tasks }) => ({
      directory,
      container,
      tasks: tasks.map(({ id, state }) => ({ id, state })),
    }));

/** Half a record, as a write leaves it that a crash cut short. */
function tear({ workDir }: AgentProcess): void {
  for (const name of ['checkpoints.journal', 'updates.journal'])
    appendFileSync(path.join(workDir, 'meta', name), new Uint8Array([0, 0, 1, 7, 99, 98]));
}

test('a rolling restart of all agents loses no task, whatever the way', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  const workDirs = Array.from({ length: AGENTS }, (_, i) => path.join(folder, `agent${i}`));
  const agents = await Promise.all(workDirs.map((workDir) => bootAgent(t, master, workDir, FLAGS)));
  const client = await SchedulerClient.subscribe(t, master.url, INFO);
  const used = new Set<string>();
  const statuses = () => client.events.flatMap(({ update }) => update?.status ?? []);
  const told = (state: TaskState) =>
    new Set(statuses().flatMap((status) => (status.state === state ? status.task_id.value : [])));
  await until('two tasks run on each agent', async () => {
    for (const { id, agent_id } of client.events.flatMap(({ offers }) => offers?.offers ?? [])) {
      if (used.has(agent_id.value)) continue;
      used.add(agent_id.value);
      const launch = { task_infos: tasksOf(agent_id) };
      const accept = { offer_ids: [id], operations: [{ type: 1 as const, launch }] };
      await client.call({ type: SchedulerCallType.ACCEPT, accept });
    }
    return told(TaskState.TASK_RUNNING).size === 2 * AGENTS;
  });

  for (const [i, { name, signal, flags, torn }] of WAYS.entries()) {
    const agent = agents[i];
    const workDir = workDirs[i];
    if (agent === undefined || workDir === undefined) throw new Error(`agent ${i} is missing`);
    const before = await stateOf(agent);
    await agent.end(signal);
    if (torn) tear(agent);
    const back = await bootAgent(t, master, workDir, flags, { port: agent.port });
    await until(`${name}: it is registered again`, async () => {
      const metrics = await getJson<Record<string, number>>(`${back.url}/metrics/snapshot`);
      return metrics['slave/registered'] === 1 && metrics['slave/tasks_running'] === 2;
    });
    const after = await stateOf(back);
    t.is(after.id, before.id, name);
    t.deepEqual(executorsOf(after), executorsOf(before), name);
    t.is(after.resources.cpus, flags === FLAGS ? 1 : 2, name);
    for (const { directory } of executorsOf(after))
      t.is(readFileSync(path.join(directory, 'began'), 'utf8'), 'began\n', name);
  }

  t.deepEqual(
    [...new Set(statuses().map(({ state }) => state))].sort(),
    [TaskState.TASK_RUNNING, TaskState.TASK_STARTING].sort(),
  );
  for (const id of told(TaskState.TASK_RUNNING))
    await client.call({ type: SchedulerCallType.KILL, kill: { task_id: { value: id } } });
  await until('all end as they are asked to', () => told(TaskState.TASK_KILLED).size === 2 * AGENTS);
  t.is(client.events.filter(({ type }) => type === SchedulerEventType.FAILURE).length, 0);
});
