/** What executors say over HTTP (v1-executor-api.md §2), once their call has passed the checks of `api/executor.ts`. */
import type { ExecutorCallSubscribe } from '../../../proto/generated/types/executor.ts';
import type { ExecutorInfo, TaskStatus } from '../../../proto/generated/types/v1.ts';
import { ExecutorInfoType } from '../../../proto/generated/types/v1.ts';
import type { MediaType } from '../../../proto/mediaTypes.ts';
import type { HttpStream } from '../../../runtime/index.ts';
import type { AgentHost } from '../host.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import { type ExecutorEntry, executorId } from '../tables/entries.ts';
import type { ExecutorDrivers } from './drivers.ts';
import type { Executors } from './executors.ts';
import type { Frameworks } from './frameworks.ts';
import { HttpConnection } from './httpConnection.ts';
import { dropUnknown } from './returned.ts';

export interface SubscriptionParts {
  readonly frameworks: Frameworks;
  readonly executors: Executors;
  readonly updates: StatusUpdates;
  readonly drivers: ExecutorDrivers;
}

export class ExecutorSubscriptions {
  private readonly host: AgentHost;
  private readonly parts: SubscriptionParts;

  constructor(host: AgentHost, parts: SubscriptionParts) {
    this.host = host;
    this.parts = parts;
  }

  /** Opens the executor's stream; one that should not be here is told to end. */
  subscribe(executor: ExecutorEntry, call: ExecutorCallSubscribe, stream: HttpStream, type: MediaType): void {
    const { executors, updates } = this.parts;
    const connection: HttpConnection = new HttpConnection(stream, type, {
      delay: this.host.delay,
      lost: this.host.defer(() => this.lost(executor, connection)),
    });
    if (this.isUnwanted(executor)) {
      connection.shutDown();
      connection.close();
      return;
    }
    executor.connection?.close();
    executor.connection = connection;
    for (const { status } of call.unacknowledged_updates ?? []) this.update(executor, status);
    const held = new Set((call.unacknowledged_tasks ?? []).map((task) => task.task_id.value));
    dropUnknown(this.host, updates, executor, held);
    if (executors.isIdle(executor)) {
      // It is there: it is asked to end, and has its grace period for that.
      executors.registered(executor);
      executors.shutDown(executor);
      return;
    }
    connection.welcome({
      executor_info: describe(executor),
      framework_info: executor.framework.info,
      agent_info: this.host.info(),
      container_id: { value: executor.containerId },
    });
    executors.registered(executor);
    this.host.log.info('An executor subscribed', () => ({
      framework_id: executor.framework.id,
      executor_id: executorId(executor),
    }));
  }

  /** UPDATE. The executor's uuid is kept to the scheduler. */
  update(executor: ExecutorEntry, status: TaskStatus): void {
    this.parts.updates.fromExecutor({
      framework_id: { value: executor.framework.id },
      executor_id: executor.info.executor_id,
      slave_id: { value: this.host.agentId() },
      status: { ...status, agent_id: { value: this.host.agentId() } },
      timestamp: status.timestamp ?? this.host.clock.now() / 1000,
      uuid: status.uuid,
    });
  }

  /** MESSAGE: to the framework, without any promise. */
  message(executor: ExecutorEntry, data: Uint8Array): void {
    this.parts.drivers.toFramework({
      slave_id: { value: this.host.agentId() },
      framework_id: { value: executor.framework.id },
      executor_id: executor.info.executor_id,
      data,
    });
  }

  /** A stream that is no more: the executor may come back, its container decides whether it is gone. */
  private lost(executor: ExecutorEntry, connection: HttpConnection): void {
    if (executor.connection !== connection) return;
    executor.connection = undefined;
    this.host.log.info('The stream of an executor was closed', {
      framework_id: executor.framework.id,
      executor_id: executorId(executor),
    });
  }

  private isUnwanted(executor: ExecutorEntry): boolean {
    const { frameworks, executors } = this.parts;
    return executors.isEnding(executor) || frameworks.isTerminating(executor.framework);
  }
}

/** With what Mesos always says of an executor. */
function describe({ info, framework }: ExecutorEntry): ExecutorInfo {
  return { type: ExecutorInfoType.CUSTOM, ...info, framework_id: { value: framework.id } };
}
