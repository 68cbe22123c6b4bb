/** What an ExecutorInfo must be (v1-scheduler-api.md §10.5). */

import { validateId } from '../../../proto/ids.ts';
import { ContainerInfoType, type ExecutorInfo, ExecutorInfoType } from '../../../proto/index.ts';
import { validateCommand, validateContainer } from '../../../proto/validation/containers.ts';
import { prefixed } from '../../../proto/validation/problems.ts';
import type { ExecutorRecord } from '../agents/record.ts';
import { sameMessage } from '../sameMessage.ts';
import { validateHeld } from './common.ts';

/**
 * @param executor with framework id and allocation roles
 * @param running the executor of that id that runs on the agent already
 * @returns what is wrong, or undefined
 */
export function validateExecutor(
  executor: ExecutorInfo,
  frameworkId: string,
  running: ExecutorRecord | undefined,
): string | undefined {
  return (
    typeProblem(executor) ??
    prefixed('Executor ID', validateId(executor.executor_id.value)) ??
    graceProblem(executor) ??
    validateCommand(executor.command) ??
    validateContainer(executor.container) ??
    frameworkProblem(executor, frameworkId) ??
    validateHeld(executor.resources) ??
    runningProblem(executor, running)
  );
}

function typeProblem({ type, command, container }: ExecutorInfo): string | undefined {
  if (type === ExecutorInfoType.CUSTOM) {
    return command === undefined ? "'ExecutorInfo.command' must be set for 'CUSTOM' executor" : undefined;
  }
  if (type !== ExecutorInfoType.DEFAULT) return undefined;
  if (command !== undefined) return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
  if (container === undefined) return undefined;
  if (container.type !== ContainerInfoType.MESOS) {
    return "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor";
  }
  return container.mesos?.image === undefined
    ? undefined
    : "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor";
}

function graceProblem({ shutdown_grace_period }: ExecutorInfo): string | undefined {
  return (shutdown_grace_period?.nanoseconds ?? 0) < 0
    ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative"
    : undefined;
}

function frameworkProblem({ framework_id }: ExecutorInfo, frameworkId: string): string | undefined {
  if (framework_id === undefined) return "'ExecutorInfo.framework_id' must be set";
  return framework_id.value === frameworkId
    ? undefined
    : `ExecutorInfo has an invalid FrameworkID '${framework_id.value}', expected '${frameworkId}'`;
}

function runningProblem(executor: ExecutorInfo, running: ExecutorRecord | undefined): string | undefined {
  if (running === undefined || sameMessage(running.info, executor)) return undefined;
  return `ExecutorInfo is not compatible with the executor '${executor.executor_id.value}' that runs on the agent`;
}
