/** What there is: agents, frameworks, roles, tasks. */
import { enumName } from '../../proto/enums.ts';
import { DrainState, MasterCallType, TaskState } from '../../proto/index.ts';
import { toJson } from '../../proto/json.ts';
import { type CommandDefinition, defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { type Archive, wholeArchiveOf } from '../find/archive.ts';
import {
  type Agent,
  agentId,
  agentsOf,
  type Framework,
  frameworkId,
  frameworksOf,
  type KnownTask,
  tasksOf,
} from '../find/objects.ts';
import { part } from '../http/operator.ts';
import { providersText } from '../output/providers.ts';
import type { Column, Style } from '../output/table.ts';
import { agoText, numberText, scalarOf, sizeText } from '../output/text.ts';
import { Problem, usageProblem } from '../problem.ts';

const MIB = 1024 * 1024;

export const agents = defineCommand({
  name: 'agents',
  summary: 'Lists the agents: state, resources allocated of what they have, attributes',
  run: async (context) => {
    const all = await agentsOf(context.master);
    context.list(all, agentColumns(context), (agent) =>
      toJson('mesos.v1.master.Response.GetAgents.Agent', agent),
    );
    return undefined;
  },
});

function agentColumns(context: Context): Column<Agent>[] {
  return [
    { title: 'id', cut: 'start', text: agentId },
    { title: 'host', text: ({ agent_info }) => agent_info.hostname },
    { title: 'state', text: agentState, style: (text) => (text === 'active' ? 'green' : 'yellow') },
    { title: 'cpus', align: 'right', text: (agent) => shareOf(agent, 'cpus', numberText) },
    { title: 'mem', align: 'right', text: (agent) => shareOf(agent, 'mem', memoryText) },
    { title: 'disk', align: 'right', text: (agent) => shareOf(agent, 'disk', memoryText) },
    { title: 'gpus', align: 'right', text: (agent) => shareOf(agent, 'gpus', numberText) },
    {
      title: 'since',
      align: 'right',
      text: (agent) => agoText(context.now(), secondsOf(agent.reregistered_time ?? agent.registered_time)),
    },
    { title: 'providers', text: ({ resource_providers }) => providersText(resource_providers) },
    { title: 'attributes', text: attributesText },
  ];
}

/** The one word for an agent's life: draining says more than inactive. */
export function agentState({ active, deactivated, drain_info }: Agent): string {
  if (drain_info !== undefined) return enumName(DrainState, drain_info.state).toLowerCase();
  if (deactivated === true) return 'deactivated';
  return active ? 'active' : 'disconnected';
}

function shareOf(agent: Agent, name: string, text: (value: number) => string): string {
  const total = scalarOf(agent.total_resources, name);
  return total === 0 ? '-' : `${text(scalarOf(agent.allocated_resources, name))}/${text(total)}`;
}

function memoryText(mebibytes: number): string {
  return sizeText(mebibytes * MIB).replace(' ', '');
}

function attributesText({ agent_info }: Agent): string {
  return (agent_info.attributes ?? [])
    .map(({ name, text, scalar }) => `${name}:${text?.value ?? scalar?.value ?? '…'}`)
    .join(' ');
}

function secondsOf(time: { readonly nanoseconds: number } | undefined): number | undefined {
  return time === undefined ? undefined : time.nanoseconds / 1e9;
}

export const frameworks = defineCommand({
  name: 'frameworks',
  summary: 'Lists the frameworks: state, roles, what they hold',
  options: { all: { kind: 'flag', short: 'a', help: 'Completed ones, too' } },
  run: async (context, { all }) => {
    const [known, tasks] = await Promise.all([frameworksOf(context.master), tasksOf(context.master)]);
    const shown = known.filter((each) => all || !each.isCompleted);
    const active = countBy(
      tasks.filter((task) => task.kept === 'active'),
      (task) => task.framework_id.value,
    );
    context.list(shown, frameworkColumns(context, active), (each) =>
      toJson('mesos.v1.master.Response.GetFrameworks.Framework', each),
    );
    return undefined;
  },
});

function frameworkColumns(context: Context, tasks: ReadonlyMap<string, number>): Column<Framework>[] {
  return [
    { title: 'id', cut: 'start', text: frameworkId },
    { title: 'name', text: (each) => each.framework_info.name },
    { title: 'state', text: frameworkState, style: (text) => (text === 'active' ? 'green' : 'yellow') },
    { title: 'user', text: (each) => each.framework_info.user },
    {
      title: 'roles',
      text: (each) => (each.framework_info.roles ?? [each.framework_info.role ?? '*']).join(','),
    },
    { title: 'tasks', align: 'right', text: (each) => String(tasks.get(frameworkId(each)) ?? 0) },
    { title: 'cpus', align: 'right', text: (each) => numberText(scalarOf(each.allocated_resources, 'cpus')) },
    { title: 'mem', align: 'right', text: (each) => memoryText(scalarOf(each.allocated_resources, 'mem')) },
    {
      title: 'since',
      align: 'right',
      text: (each) => agoText(context.now(), secondsOf(each.reregistered_time ?? each.registered_time)),
    },
  ];
}

function frameworkState({ active, connected, recovered, isCompleted }: Framework): string {
  if (isCompleted) return 'completed';
  if (recovered) return 'recovered';
  if (!connected) return 'disconnected';
  return active ? 'active' : 'inactive';
}

export const roles = defineCommand({
  name: 'roles',
  summary: 'Lists the roles: weight, frameworks, what is allocated to them',
  run: async (context) => {
    const answer = await context.master.call({ type: MasterCallType.GET_ROLES });
    context.list(
      part(answer.get_roles, 'get_roles').roles ?? [],
      [
        { title: 'role', text: ({ name }) => name },
        { title: 'weight', align: 'right', text: ({ weight }) => numberText(weight) },
        { title: 'frameworks', align: 'right', text: (role) => String(role.frameworks?.length ?? 0) },
        { title: 'cpus', align: 'right', text: ({ resources }) => numberText(scalarOf(resources, 'cpus')) },
        { title: 'mem', align: 'right', text: ({ resources }) => memoryText(scalarOf(resources, 'mem')) },
        { title: 'disk', align: 'right', text: ({ resources }) => memoryText(scalarOf(resources, 'disk')) },
      ],
      (role) => toJson('mesos.v1.Role', role),
    );
    return undefined;
  },
});

const TASK_FILTERS = {
  framework: {
    kind: 'text',
    value: 'ID',
    help: 'Only those of this framework (its id, the end of it, or its name)',
  },
  agent: { kind: 'text', value: 'ID', help: 'Only those of this agent (its id, the end of it, or its host)' },
  state: { kind: 'text', value: 'STATE', help: 'Only those in this state: running, failed, …' },
} as const;

export const tasks = defineCommand({
  name: 'tasks',
  summary: 'Lists tasks with state, where they are and why they ended',
  options: {
    ...TASK_FILTERS,
    all: { kind: 'flag', short: 'a', help: 'Those that ended, too' },
    archived: { kind: 'flag', help: "Those of the master's archive, which it remembers no more" },
  },
  run: async (context, { framework, agent, state, all, archived }) =>
    listTasks(
      context,
      { framework, agent, state },
      (task) => archived || all || state !== undefined || task.kept !== 'completed',
      archived ? await wholeArchiveOf(context.master) : undefined,
    ),
});

export const ps = defineCommand({
  name: 'ps',
  summary: 'Lists the tasks that are alive',
  options: TASK_FILTERS,
  run: (context, filters) => listTasks(context, filters, (task) => task.kept === 'active'),
} satisfies CommandDefinition<typeof TASK_FILTERS>);

interface TaskFilters {
  readonly framework: string | undefined;
  readonly agent: string | undefined;
  readonly state: string | undefined;
}

async function listTasks(
  context: Context,
  filters: TaskFilters,
  wanted: (task: KnownTask) => boolean,
  archive?: Archive,
): Promise<undefined> {
  const [all, known, hosts] = await Promise.all([
    archive?.tasks ?? tasksOf(context.master),
    frameworksOf(context.master),
    agentsOf(context.master),
  ]);
  const names = new Map([
    ...(archive?.frameworkNames ?? []),
    ...known.map((each) => [frameworkId(each), each.framework_info.name] as const),
  ]);
  const hostOf = new Map(hosts.map((agent) => [agentId(agent), agent.agent_info.hostname]));
  const state = filters.state === undefined ? undefined : stateNamed(filters.state);
  expectKnown('framework', filters.framework, [...names, ...all.map((task) => [task.framework_id.value])]);
  expectKnown('agent', filters.agent, [...hostOf, ...all.map((task) => [task.agent_id.value])]);
  const named = (given: string | undefined, id: string, name: string | undefined): boolean =>
    given === undefined || id === given || id.endsWith(given) || name === given;
  const shown = all.filter(
    (task) =>
      wanted(task) &&
      (state === undefined || task.state === state) &&
      named(filters.framework, task.framework_id.value, names.get(task.framework_id.value)) &&
      named(filters.agent, task.agent_id.value, hostOf.get(task.agent_id.value)),
  );
  context.list(shown, taskColumns(context, names, hostOf), ({ kept, ...task }) => ({
    ...(toJson('mesos.v1.Task', task) as object),
    kept,
  }));
  if (archive !== undefined && archive.total > archive.tasks.length)
    context.say(`the youngest ${archive.tasks.length} of ${archive.total}; the page's search finds the rest`);
  return undefined;
}

/** Nothing found and nobody of that name are two answers. @throws Problem */
function expectKnown(
  what: string,
  given: string | undefined,
  names: readonly (readonly (string | undefined)[])[],
): void {
  if (given === undefined || names.some(([id, name]) => id?.endsWith(given) === true || name === given))
    return;
  throw new Problem(`there is no ${what} '${given}'; \`mesostate ${what}s\` lists them`);
}

/** @throws Problem naming the states there are */
function stateNamed(text: string): TaskState {
  const name = text.toUpperCase().replace(/^(TASK_)?/, 'TASK_');
  const state = Object.entries(TaskState).find(([each]) => each === name)?.[1];
  if (state === undefined) {
    const known = Object.keys(TaskState).map(stateText);
    throw usageProblem(`--state: expected one of ${known.join(', ')}, got '${text}'`);
  }
  return state;
}

function taskColumns(
  context: Context,
  frameworkNames: ReadonlyMap<string, string>,
  hosts: ReadonlyMap<string, string>,
): Column<KnownTask>[] {
  return [
    { title: 'task', cut: 'start', text: (task) => task.task_id.value },
    { title: 'name', text: (task) => task.name },
    { title: 'state', text: (task) => stateText(enumName(TaskState, task.state)), style: styleOfState },
    { title: 'health', text: healthText, style: (text) => (text === 'unhealthy' ? 'red' : undefined) },
    {
      title: 'framework',
      text: (task) => frameworkNames.get(task.framework_id.value) ?? task.framework_id.value,
    },
    { title: 'host', text: (task) => hosts.get(task.agent_id.value) ?? task.agent_id.value },
    { title: 'cpus', align: 'right', text: (task) => numberText(scalarOf(task.resources, 'cpus')) },
    { title: 'mem', align: 'right', text: (task) => memoryText(scalarOf(task.resources, 'mem')) },
    {
      title: 'since',
      align: 'right',
      text: (task) => agoText(context.now(), task.statuses?.at(-1)?.timestamp),
    },
    { title: 'message', text: (task) => task.statuses?.at(-1)?.message ?? '' },
  ];
}

/** `TASK_RUNNING` is `running`. */
export function stateText(name: string): string {
  return name.replace(/^TASK_/, '').toLowerCase();
}

/** Colour is never the only sign: the state's name stands there as well. */
export function styleOfState(text: string): Style | undefined {
  if (text === 'running' || text === 'finished') return 'green';
  if (/failed|lost|error|dropped|gone/.test(text)) return 'red';
  return /unreachable|killing|unknown/.test(text) ? 'yellow' : undefined;
}

function healthText(task: KnownTask): string {
  const healthy = task.statuses?.at(-1)?.healthy;
  if (healthy === undefined) return '-';
  return healthy ? 'healthy' : 'unhealthy';
}

function countBy<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
  return counts;
}
