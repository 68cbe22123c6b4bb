/** Everything the master tells of one thing. */
import { enumName } from '../../proto/enums.ts';
import { TaskState, type TaskStatus, TaskStatusReason } from '../../proto/index.ts';
import { toJson } from '../../proto/json.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { archiveOf } from '../find/archive.ts';
import {
  type Agent,
  agentNames,
  agentsOf,
  called,
  frameworkNames,
  frameworksOf,
  type KnownTask,
  type Named,
  NotFound,
  namesOfNamed,
  taskNames,
  tasksOf,
  theOne,
} from '../find/objects.ts';
import { providerLines } from '../output/providers.ts';
import { momentText, safeText } from '../output/text.ts';
import { stateText, styleOfState } from './lists.ts';

/** Something that an id may name. */
interface Thing extends Named {
  readonly kind: 'agent' | 'framework' | 'task';
  readonly json: unknown;
  readonly task?: KnownTask;
  readonly agent?: Agent;
}

export const inspect = defineCommand({
  name: 'inspect',
  words: 'ID',
  summary: 'Shows everything known of an agent, a framework or a task',
  details: 'ID may be a name, or the beginning or the end of an id, when no other fits.',
  arity: { min: 1, max: 1 },
  completes: 'task',
  run: async (context, _, [given = '']) => {
    const thing = await found(context, given);
    if (context.isJson) context.json(thing.json);
    else print(context, thing);
    return undefined;
  },
});

/** What the master remembers goes before what is in its archive. @throws Problem */
async function found(context: Context, given: string): Promise<Thing> {
  const what = 'agent, framework or task';
  try {
    return theOne(what, given, await everything(context), namesOfNamed);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    const archived = await archiveOf(context.master, { search: given }).catch(() => undefined);
    const things = (archived?.tasks ?? []).map(thingOf);
    if (things.length === 0) throw error;
    return theOne(what, given, things, namesOfNamed);
  }
}

function thingOf(known: KnownTask): Thing {
  const { kept, ...task } = known;
  return {
    kind: 'task',
    ...called(known, taskNames),
    json: { ...(toJson('mesos.v1.Task', task) as object), kept },
    task: known,
  };
}

async function everything({ master }: Context): Promise<Thing[]> {
  const [agents, frameworks, tasks] = await Promise.all([
    agentsOf(master),
    frameworksOf(master),
    tasksOf(master),
  ]);
  return [
    ...agents.map((agent) => ({
      kind: 'agent' as const,
      ...called(agent, agentNames),
      json: toJson('mesos.v1.master.Response.GetAgents.Agent', agent),
      agent,
    })),
    ...frameworks.map((known) => {
      const { isCompleted, ...framework } = known;
      return {
        kind: 'framework' as const,
        ...called(known, frameworkNames),
        json: toJson('mesos.v1.master.Response.GetFrameworks.Framework', framework),
      };
    }),
    ...tasks.map(thingOf),
  ];
}

function print(context: Context, { kind, id, json, task, agent }: Thing): void {
  context.print(`${context.paint('bold', kind)} ${safeText(id)}`);
  if (task !== undefined) printHistory(context, task.statuses ?? []);
  for (const line of providerLines(agent?.resource_providers)) context.print(`  ${safeText(line)}`);
  printTree(context, json, 1);
}

function printHistory(context: Context, statuses: readonly TaskStatus[]): void {
  for (const { state, timestamp, reason, message } of statuses) {
    const text = stateText(enumName(TaskState, state));
    const style = styleOfState(text);
    const shown = style === undefined ? text : context.paint(style, text);
    const when = timestamp === undefined ? '' : momentText(timestamp);
    const why = reason === undefined ? '' : ` ${enumName(TaskStatusReason, reason)}`;
    context.print(`  ${when} ${shown}${why}${message ? ` ${safeText(message)}` : ''}`);
  }
}

/** Names and values, indented; what has one member only stands on one line. */
function printTree(context: Context, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    // They were told above, in fewer words.
    if (name === 'statuses' || name === 'resource_providers') continue;
    const label = `${'  '.repeat(depth)}${context.paint('blue', name)}:`;
    const short = shortText(member);
    if (short !== undefined) context.print(`${label} ${short}`);
    else {
      context.print(label);
      printTree(context, member, depth + 1);
    }
  }
}

function shortText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return safeText(String(value));
  const entries = Object.entries(value);
  const [first] = entries;
  if (first === undefined) return '-';
  return entries.length === 1 && first[0] === 'value' ? shortText(first[1]) : undefined;
}
