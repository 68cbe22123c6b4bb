/** The TaskInfo of an attempt. */
import type { CommandInfo, EnvironmentVariable, TaskInfo } from '../../../proto/index.ts';
import type { JobSpec } from './jobSpec.ts';
import type { Attempt, Job } from './jobTable.ts';
import type { Placement } from './matcher.ts';

/**
 * The task of a job's present attempt. Its name begins with the most general part, so that lists of tasks sort by framework
 * and job.
 *
 * @param framework short name of the framework
 */
export function taskOf(
  framework: string,
  { job, resources, ports }: Placement<Job>,
  attempt: Attempt,
): TaskInfo {
  const most = job.spec.maxRuntimeSeconds;
  return {
    name: `${framework}.${job.spec.name}.${job.attempts}`,
    task_id: { value: attempt.taskId },
    agent_id: { value: attempt.agentId },
    resources: [...resources],
    command: commandOf(job.spec, attempt.taskId, ports),
    ...(most !== undefined && { max_completion_time: { nanoseconds: Math.round(most * 1e9) } }),
  };
}

function commandOf(
  { command, env, arguments: args }: JobSpec,
  taskId: string,
  ports: readonly number[],
): CommandInfo {
  const all = { MESOS_TASK_ID: taskId, ...env, ...portVariables(ports) };
  const variables = Object.entries(all).map(([name, value]): EnvironmentVariable => ({ name, value }));
  const environment = { variables };
  if (args === undefined) return { value: command, environment };
  // The shell's own name is $0.
  return { shell: false, value: '/bin/sh', arguments: ['sh', '-c', command, 'sh', ...args], environment };
}

/** `PORT0`, `PORT1`, … and all of them in `PORTS`, separated by commas. */
function portVariables(ports: readonly number[]): Record<string, string> {
  if (ports.length === 0) return {};
  const each = ports.map((port, n) => [`PORT${n}`, String(port)] as const);
  return { ...Object.fromEntries(each), PORTS: ports.join(',') };
}
