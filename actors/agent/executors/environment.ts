/** The environment an executor (or the task of a command executor) starts with (v1-executor-api.md §4). */
import type {
  Environment,
  ExecutorInfo,
  FrameworkInfo,
  Secret,
  TaskInfo,
} from '../../../proto/generated/types/v1.ts';
import type { Pid } from '../../../runtime/pid.ts';
import { formatDuration } from '../../../runtime/units/index.ts';
import type { AgentHost } from '../host.ts';
import { allocationRole } from '../tables/entries.ts';

/** What every executor of an agent is told. */
export interface AgentEnvironment {
  readonly agentId: string;
  readonly agentPid: Pid;
  readonly recoveryTimeoutMs: number;
  readonly executorReregistrationTimeoutMs: number;
  readonly executorShutdownGracePeriodMs: number;
  /** The agent's own PATH, the only variable that is handed on. */
  readonly path: string | undefined;
  /** `--executor_environment_variables`, instead of the PATH. */
  readonly given?: Readonly<Record<string, string>> | undefined;
}

/**
 * Variables for an executor process; those of its own `CommandInfo.environment` win.
 *
 * @param directory sandbox on the host
 */
export function executorEnvironment(
  agent: AgentEnvironment,
  framework: FrameworkInfo,
  executor: ExecutorInfo,
  directory: string,
): Record<string, string> {
  const graceNs = executor.shutdown_grace_period?.nanoseconds;
  const graceMs = graceNs === undefined ? agent.executorShutdownGracePeriodMs : graceNs / 1e6;
  const variables: Record<string, string> = {
    LIBPROCESS_PORT: '0',
    LIBPROCESS_IP: agent.agentPid.host,
    MESOS_FRAMEWORK_ID: framework.id?.value ?? '',
    MESOS_EXECUTOR_ID: executor.executor_id.value,
    MESOS_SLAVE_ID: agent.agentId,
    MESOS_SLAVE_PID: agent.agentPid.toUpid(),
    MESOS_AGENT_ENDPOINT: agent.agentPid.address,
    MESOS_DIRECTORY: directory,
    MESOS_SANDBOX: directory,
    MESOS_CHECKPOINT: framework.checkpoint === true ? '1' : '0',
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: formatDuration(graceMs),
    MESOS_HTTP_COMMAND_EXECUTOR: '0',
  };
  if (agent.given !== undefined) Object.assign(variables, agent.given);
  else if (agent.path !== undefined) variables['PATH'] = agent.path;
  if (framework.checkpoint === true) {
    variables['MESOS_RECOVERY_TIMEOUT'] = formatDuration(agent.recoveryTimeoutMs);
    variables['MESOS_SUBSCRIPTION_BACKOFF_MAX'] = formatDuration(agent.executorReregistrationTimeoutMs);
  }
  return { ...variables, ...literals(executor.command?.environment) };
}

/** The same for the command of a task that a built-in executor runs: its own variables and its role come on top. */
export function taskEnvironment(
  executorVariables: Readonly<Record<string, string>>,
  environment: Environment | undefined,
  role: string | undefined,
): Record<string, string> {
  return {
    ...executorVariables,
    ...(role === undefined ? {} : { MESOS_ALLOCATION_ROLE: role }),
    ...literals(environment),
  };
}

/** For a task of a group: nothing of its executor's. @param sandbox of the task */
export function groupTaskEnvironment(
  { self, path }: Pick<AgentHost, 'self' | 'path'>,
  { command, resources }: TaskInfo,
  sandbox: string,
): Record<string, string> {
  const role = allocationRole(resources);
  return {
    ...(path === undefined ? {} : { PATH: path }),
    MESOS_SANDBOX: sandbox,
    MESOS_CONTAINER_IP: self.host,
    ...(role === undefined ? {} : { MESOS_ALLOCATION_ROLE: role }),
    ...literals(command?.environment),
  };
}

/**
 * Variables by name, secrets among them.
 *
 * @throws Error naming the variable whose secret is not given but referred to: there is nobody here who could resolve it
 */
export function literals(environment: Environment | undefined): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { name, value, secret } of environment?.variables ?? []) {
    if (secret !== undefined) variables[name] = secretOf(name, secret);
    else if (value !== undefined) variables[name] = value;
  }
  return variables;
}

function secretOf(name: string, { value }: Secret): string {
  if (value !== undefined) return Buffer.from(value.data).toString();
  throw new Error(
    `Environment variable '${name}': a secret by reference cannot be resolved, this agent has no secret resolver`,
  );
}

/** What this agent tells its executors. */
export function agentEnvironment(host: AgentHost): AgentEnvironment {
  return {
    agentId: host.agentId(),
    agentPid: host.self,
    recoveryTimeoutMs: host.flags.recovery_timeout,
    executorReregistrationTimeoutMs: host.flags.executor_reregistration_timeout,
    executorShutdownGracePeriodMs: host.flags.executor_shutdown_grace_period,
    path: host.path,
    given: host.flags.executor_environment_variables,
  };
}
