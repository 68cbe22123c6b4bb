/** What an id names: agents, frameworks and tasks, by their whole id, its beginning or its end. */
import {
  MasterCallType,
  type MasterResponseGetAgentsAgent,
  type MasterResponseGetFrameworksFramework,
  type Task,
} from '../../proto/index.ts';
import { type MasterApi, part } from '../http/operator.ts';
import { Problem } from '../problem.ts';

export type Agent = MasterResponseGetAgentsAgent;
export type Framework = MasterResponseGetFrameworksFramework & { readonly isCompleted: boolean };
/** A task and how it is kept: pending, active, unreachable or completed. */
export type KnownTask = Task & { readonly kept: 'pending' | 'active' | 'unreachable' | 'completed' };

export async function agentsOf(master: MasterApi): Promise<Agent[]> {
  const answer = await master.call({ type: MasterCallType.GET_AGENTS });
  return [...(part(answer.get_agents, 'get_agents').agents ?? [])];
}

export async function frameworksOf(master: MasterApi): Promise<Framework[]> {
  const answer = await master.call({ type: MasterCallType.GET_FRAMEWORKS });
  const { frameworks, completed_frameworks } = part(answer.get_frameworks, 'get_frameworks');
  return [
    ...(frameworks ?? []).map((each) => ({ ...each, isCompleted: false })),
    ...(completed_frameworks ?? []).map((each) => ({ ...each, isCompleted: true })),
  ];
}

export async function tasksOf(master: MasterApi): Promise<KnownTask[]> {
  const answer = await master.call({ type: MasterCallType.GET_TASKS });
  const tasks = part(answer.get_tasks, 'get_tasks');
  return [
    ...(tasks.pending_tasks ?? []).map((task) => ({ ...task, kept: 'pending' as const })),
    ...(tasks.tasks ?? []).map((task) => ({ ...task, kept: 'active' as const })),
    ...(tasks.unreachable_tasks ?? []).map((task) => ({ ...task, kept: 'unreachable' as const })),
    ...(tasks.completed_tasks ?? []).map((task) => ({ ...task, kept: 'completed' as const })),
  ];
}

export const agentId = (agent: Agent): string => agent.agent_info.id?.value ?? '';
export const frameworkId = (framework: Framework): string => framework.framework_info.id?.value ?? '';

/**
 * The one thing that a person meant.
 *
 * @param what `agent`, `task` … for the error
 * @throws Problem when nothing or more than one fits
 */
export function theOne<T>(what: string, given: string, all: readonly T[], nameOf: (each: T) => string): T {
  const exact = all.filter((each) => nameOf(each) === given);
  const near = exact.length > 0 ? exact : all.filter((each) => fits(nameOf(each), given));
  const [first, ...others] = near;
  if (first === undefined) {
    const listed = `mesostate ${what}s`;
    throw new Problem(
      `there is no ${what} '${given}'; \`${listed}\` lists them${what === 'task' ? ' (--all: ended ones, too)' : ''}`,
    );
  }
  if (others.length > 0) {
    const names = near.slice(0, 5).map(nameOf).join(', ');
    throw new Problem(
      `'${given}' may be one of ${near.length} ${what}s: ${names}${near.length > 5 ? ', …' : ''}; give more of the id`,
    );
  }
  return first;
}

/** Ids are long and differ at their ends (`…-S3`), those of tasks at both. */
function fits(name: string, given: string): boolean {
  return given.length > 0 && (name.startsWith(given) || name.endsWith(given));
}

/** @throws Problem as `theOne` */
export async function findAgent(master: MasterApi, given: string): Promise<Agent> {
  const agents = await agentsOf(master);
  const byHost = agents.filter(({ agent_info }) => agent_info.hostname === given);
  const [only] = byHost;
  return only !== undefined && byHost.length === 1 ? only : theOne('agent', given, agents, agentId);
}

/** @throws Problem as `theOne` */
export async function findFramework(master: MasterApi, given: string): Promise<Framework> {
  const frameworks = await frameworksOf(master);
  const byName = frameworks.filter((each) => each.framework_info.name === given && !each.isCompleted);
  const [only] = byName;
  return only !== undefined && byName.length === 1
    ? only
    : theOne('framework', given, frameworks, frameworkId);
}

/**
 * A task by its id; of several with that id one that runs goes first.
 *
 * @throws Problem as `theOne`
 */
export async function findTask(master: MasterApi, given: string): Promise<KnownTask> {
  const tasks = await tasksOf(master);
  const nameOf = (task: KnownTask): string => task.task_id.value;
  const active = tasks.filter((task) => task.kept === 'active' && nameOf(task) === given);
  const [only] = active;
  return only !== undefined && active.length === 1 ? only : theOne('task', given, tasks, nameOf);
}
