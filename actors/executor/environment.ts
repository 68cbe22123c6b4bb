/** What an agent tells an executor's process in its environment (v1 executor API §4.1 of Mesos). */
import { Pid } from '../../runtime/index.ts';
import { parseDuration } from '../../runtime/units/index.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface ExecutorEnvironment {
  /** `MESOS_SLAVE_PID` */
  readonly agent: Pid;
  readonly frameworkId: string;
  readonly executorId: string;
  /** `MESOS_DIRECTORY`: the sandbox. */
  readonly directory: string;
  /** The framework checkpoints: the executor outlives a restart of its agent. */
  readonly checkpoint: boolean;
  /** How long an agent that is gone is waited for. */
  readonly recoveryTimeoutMs: number;
  /** Bound of the random pause before an agent is called again. */
  readonly subscriptionBackoffMaxMs: number;
  /** From the order to shut down to the kill. */
  readonly shutdownGraceMs: number;
}

/** What cannot be an executor's environment: one sentence that names the variable. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  /** Exit code of the program. */
  readonly exitCode = 1;
}

/** @throws EnvironmentError when a variable is missing or makes no sense */
export function executorEnvironment(variables: Variables): ExecutorEnvironment {
  return {
    agent: agentPid(variables),
    frameworkId: required(variables, 'MESOS_FRAMEWORK_ID'),
    executorId: required(variables, 'MESOS_EXECUTOR_ID'),
    directory: required(variables, 'MESOS_DIRECTORY'),
    checkpoint: variables['MESOS_CHECKPOINT'] === '1',
    recoveryTimeoutMs: durationMs(variables, 'MESOS_RECOVERY_TIMEOUT', '15mins'),
    subscriptionBackoffMaxMs: durationMs(variables, 'MESOS_SUBSCRIPTION_BACKOFF_MAX', '2secs'),
    shutdownGraceMs: durationMs(variables, 'MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD', '5secs'),
  };
}

function agentPid(variables: Variables): Pid {
  const text = required(variables, 'MESOS_SLAVE_PID');
  const pid = Pid.parse(text);
  if (pid !== undefined) return pid;
  throw new EnvironmentError(
    `MESOS_SLAVE_PID: expected an address such as slave(1)@10.0.0.1:5051, got '${text}'`,
  );
}

function required(variables: Variables, name: string): string {
  const text = variables[name];
  if (text !== undefined && text !== '') return text;
  throw new EnvironmentError(`${name} is not set: an executor is started by an agent, which sets it`);
}

function durationMs(variables: Variables, name: string, otherwise: string): number {
  const text = variables[name] ?? otherwise;
  try {
    return parseDuration(text);
  } catch (error) {
    throw new EnvironmentError(`${name}: ${(error as Error).message}`);
  }
}
