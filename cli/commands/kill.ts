/** Ends frameworks and tasks. */
import { MasterCallType } from '../../proto/index.ts';
import { confirm, yesOption } from '../ask.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import {
  called,
  frameworkNames,
  frameworksOf,
  type KnownTask,
  type Named,
  namesOfNamed,
  taskNames,
  tasksOf,
  theOne,
} from '../find/objects.ts';
import { safeText } from '../output/text.ts';
import { Problem } from '../problem.ts';

/** Something that can be ended. */
interface Victim extends Named {
  readonly task?: KnownTask;
}

export const kill = defineCommand({
  name: 'kill',
  words: 'ID',
  summary: 'Kills a task, or a framework with all its tasks',
  details:
    "A task's framework hears that it was killed, and may start another one in its place: that is its business.",
  options: { yes: yesOption },
  arity: { min: 1, max: 1 },
  completes: 'task',
  run: async (context, { yes }, [given = '']) => {
    const victim = theOne('task', given, await victims(context), namesOfNamed);
    if (victim.task === undefined) await tearDown(context, victim, yes);
    else await killTask(context, victim.task, yes);
    return undefined;
  },
});

async function victims({ master }: Context): Promise<Victim[]> {
  const [frameworks, tasks] = await Promise.all([frameworksOf(master), tasksOf(master)]);
  return [
    ...frameworks
      .filter(({ isCompleted }) => !isCompleted)
      .map((framework) => called(framework, frameworkNames)),
    ...tasks.filter(({ kept }) => kept !== 'completed').map((task) => ({ ...called(task, taskNames), task })),
  ];
}

async function tearDown(context: Context, { id, name }: Victim, yes: boolean): Promise<void> {
  await confirm(context, `Tear down framework “${safeText(name)}” (${id}) and kill all its tasks?`, yes);
  await context.master.perform({ type: MasterCallType.TEARDOWN, teardown: { framework_id: { value: id } } });
  context.say(`framework ${id} is torn down`);
}

async function killTask(context: Context, task: KnownTask, yes: boolean): Promise<void> {
  if (task.kept === 'unreachable')
    throw new Problem(
      `task ${task.task_id.value} is on an agent that cannot be reached: nobody could kill it now`,
    );
  await confirm(context, `Kill task ${task.task_id.value}?`, yes);
  const query = new URLSearchParams({ framework_id: task.framework_id.value, task_id: task.task_id.value });
  await context.master.http.ask({
    method: 'POST',
    path: '/tasks/kill',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: query.toString(),
  });
  context.say(`task ${task.task_id.value} is being killed`);
}
