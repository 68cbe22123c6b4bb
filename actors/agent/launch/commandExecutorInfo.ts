/**
 * The ExecutorInfo that an agent makes for a task that brings a command and no executor (spec: agent.md §4.1,
 * v1-executor-api.md §6).
 */
import type {
  CommandInfo,
  ExecutorInfo,
  FrameworkInfo,
  TaskInfo,
} from '../../../proto/generated/types/v1.ts';
import { parseResources, type Resources } from '../../../proto/resources/index.ts';

/** What the executor takes on top of its task; the master does not count it. */
const OVERHEAD = parseResources('cpus:0.1;mem:32');

/** Commands longer than this are cut, to twelve characters and three dots. */
const COMMAND_CHARACTERS_MAX = 15;

/** A second for the reaper and a second for the executor's own end, on top of the task's grace period. */
const GRACE_MARGIN_NS = 2e9;

const overheadOfRole = new Map<string, ReturnType<Resources['toMessages']>>();

/** Executor id and source are the task's id, so that the executor's sandbox is found under the name of its task. */
export function commandExecutorInfo(framework: FrameworkInfo, task: TaskInfo): ExecutorInfo {
  const id = task.task_id.value;
  const grace = task.kill_policy?.grace_period?.nanoseconds;
  return {
    executor_id: { value: id },
    framework_id: framework.id,
    name: `Command Executor (Task: ${id}) (Command: ${shortCommand(task.command)})`,
    source: id,
    command: task.command,
    container: task.container,
    resources: overhead(allocationRole(task)),
    labels: task.labels,
    discovery: task.discovery,
    shutdown_grace_period: grace === undefined ? undefined : { nanoseconds: grace + GRACE_MARGIN_NS },
  };
}

/** `sh -c 'sleep 1000'`, `[ls, -l]`; long ones are cut. */
export function shortCommand(command: CommandInfo | undefined): string {
  if (command === undefined) return 'NO COMMAND';
  if (command.shell !== false) {
    return command.value === undefined ? 'NO COMMAND' : `sh -c '${cut(command.value)}'`;
  }
  if (command.value === undefined) return 'NO EXECUTABLE';
  return `[${cut([command.value, ...(command.arguments ?? [])].join(', '))}]`;
}

function cut(text: string): string {
  return text.length > COMMAND_CHARACTERS_MAX ? `${text.slice(0, COMMAND_CHARACTERS_MAX - 3)}...` : text;
}

function allocationRole(task: TaskInfo): string | undefined {
  return task.resources?.find((resource) => resource.allocation_info?.role !== undefined)?.allocation_info
    ?.role;
}

/** The same few messages for every task of a role: they are shared, never changed. */
function overhead(role: string | undefined): ReturnType<Resources['toMessages']> {
  const key = role ?? '';
  let messages = overheadOfRole.get(key);
  if (messages === undefined) {
    messages = (role === undefined ? OVERHEAD : OVERHEAD.allocatedTo(role)).toMessages();
    overheadOfRole.set(key, messages);
  }
  return messages;
}
