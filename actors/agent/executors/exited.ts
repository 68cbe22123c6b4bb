import { type ExitStatus, waitStatus } from '../containerizer/index.ts';
import type { AgentHost } from '../host.ts';

/** What an executor that was never started is reported as having ended with. */
const NO_STATUS = -1;

/** ExitedExecutorMessage. @param exit undefined for an executor that the master charged for and that was not started */
export function tellExited(
  host: AgentHost,
  frameworkId: string,
  executorId: string,
  exit: ExitStatus | undefined,
): void {
  host.send(host.master(), 'mesos.internal.ExitedExecutorMessage', {
    slave_id: { value: host.agentId() },
    framework_id: { value: frameworkId },
    executor_id: { value: executorId },
    status: exit === undefined ? NO_STATUS : waitStatus(exit),
  });
}
