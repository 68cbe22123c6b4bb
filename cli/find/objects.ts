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
/** A task and how it is kept: `archived` by the master's archive alone. */
export type KnownTask = Task & {
  readonly kept: 'pending' | 'active' | 'unreachable' | 'completed' | 'archived';
};

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

/** Nothing fits, where it might have been too much. */
export class NotFound extends Problem {}

/** What things of a kind are called. */
export interface Names<T> {
  idOf(each: T): string;
  nameOf(each: T): string;
  /** What is goes before what was, where both have the name. */
  isAlive(each: T): boolean;
}

/**
 * The one thing that a person meant: by its id, its name, or the beginning or end of its id.
 *
 * @param what `agent`, `task` … for the error
 * @throws Problem when nothing or more than one fits
 */
export function theOne<T>(what: string, given: string, all: readonly T[], names: Names<NoInfer<T>>): T {
  const { idOf, nameOf, isAlive } = names;
  // Ids are long and differ at their ends (`…-S3`), those of tasks at both.
  const near = (each: T): boolean =>
    given !== '' && (idOf(each).startsWith(given) || idOf(each).endsWith(given));
  for (const fits of [(each: T) => idOf(each) === given, (each: T) => nameOf(each) === given, near]) {
    const fitting = all.filter(fits);
    const alive = fits === near ? [] : fitting.filter(isAlive);
    const [first, ...others] = alive.length > 0 ? alive : fitting;
    if (first === undefined) continue;
    if (others.length > 0) throw several(what, given, [first, ...others].map(idOf));
    return first;
  }
  const list = what.includes(' ') ? 'tasks' : `${what}s`;
  const hint = list === 'tasks' ? ' (--all: ended ones, too)' : '';
  throw new NotFound(`there is no ${what} '${given}'; \`mesostate ${list}\` lists them${hint}`);
}

function several(what: string, given: string, ids: readonly string[]): Problem {
  const shown = ids.slice(0, 5).join(', ');
  const more = ids.length > 5 ? ', …' : '';
  return new Problem(`'${given}' may be one of ${ids.length} ${what}s: ${shown}${more}; give more of the id`);
}

export const agentNames: Names<Agent> = {
  idOf: agentId,
  nameOf: ({ agent_info }) => agent_info.hostname,
  isAlive: () => true,
};
export const frameworkNames: Names<Framework> = {
  idOf: frameworkId,
  nameOf: ({ framework_info }) => framework_info.name,
  isAlive: ({ isCompleted }) => !isCompleted,
};
export const taskNames: Names<KnownTask> = {
  idOf: ({ task_id }) => task_id.value,
  nameOf: ({ name }) => name,
  isAlive: ({ kept }) => kept === 'active',
};

/** Any of these, where one may mean several kinds. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly isAlive: boolean;
}

export function called<T>(thing: T, { idOf, nameOf, isAlive }: Names<T>): Named {
  return { id: idOf(thing), name: nameOf(thing), isAlive: isAlive(thing) };
}

export const namesOfNamed: Names<Named> = {
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  isAlive: ({ isAlive }) => isAlive,
};

/** @throws Problem as `theOne` */
export async function findAgent(master: MasterApi, given: string): Promise<Agent> {
  return theOne('agent', given, await agentsOf(master), agentNames);
}

/** @throws Problem as `theOne` */
export async function findFramework(master: MasterApi, given: string): Promise<Framework> {
  return theOne('framework', given, await frameworksOf(master), frameworkNames);
}

/** @throws Problem as `theOne` */
export async function findTask(master: MasterApi, given: string): Promise<KnownTask> {
  return theOne('task', given, await tasksOf(master), taskNames);
}
