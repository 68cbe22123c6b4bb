/** What the containerizer tells of executors' containers, in the agent's own turn. */
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import type { ContainerSink, ExitStatus, Limitation } from '../containerizer/index.ts';
import type { AgentHost } from '../host.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import { limitationVerdict } from './containerLaunch.ts';
import type { ExecutorChart } from './executorChart.ts';

export interface ExecutorContainerEvents {
  /** The process of a launch is there, and the chart knows. */
  started(executor: ExecutorEntry): void;
  /** A container of an earlier agent process lives, and the chart knows. */
  found(executor: ExecutorEntry): void;
  /** Nothing is left of it; the chart is still to be told. */
  destroyed(executor: ExecutorEntry): void;
}

export class ExecutorContainers {
  /** For launches. */
  readonly sink: ContainerSink;
  /** For containers of an earlier agent process. */
  readonly recoveredSink: ContainerSink;
  private readonly host: AgentHost;
  private readonly chart: ExecutorChart;
  private readonly events: ExecutorContainerEvents;

  constructor(host: AgentHost, chart: ExecutorChart, events: ExecutorContainerEvents) {
    this.host = host;
    this.chart = chart;
    this.events = events;
    this.sink = {
      started: host.defer((id: string, pid: number) => this.started(id, pid)),
      exited: host.defer((id: string, status: ExitStatus) => this.exited(id, status)),
      limited: host.defer((id: string, limitation: Limitation) => this.limited(id, limitation)),
      destroyed: host.defer((id: string) => this.destroyed(id)),
      failed: host.defer((id: string, message: string) => this.failed(id, message)),
    };
    this.recoveredSink = {
      ...this.sink,
      started: host.defer((id: string, pid: number) => this.found(id, pid)),
    };
  }

  private started(containerId: string, pid: number): void {
    const executor = this.host.tables.runs.get(containerId);
    if (executor === undefined) return;
    executor.processId = pid;
    this.chart.step(containerId, { type: 'LAUNCHED' });
    this.events.started(executor);
  }

  private found(containerId: string, pid: number): void {
    const executor = this.host.tables.runs.get(containerId);
    if (executor === undefined) return;
    executor.processId = pid;
    this.chart.step(containerId, { type: 'FOUND_ALIVE' });
    this.events.found(executor);
  }

  private exited(containerId: string, status: ExitStatus): void {
    const executor = this.host.tables.runs.get(containerId);
    if (executor !== undefined) executor.exit = status;
  }

  private limited(containerId: string, limitation: Limitation): void {
    const executor = this.host.tables.runs.get(containerId);
    if (executor === undefined) return;
    this.host.log.info('A container broke a limit', {
      container_id: containerId,
      message: limitation.message,
    });
    executor.verdict ??= limitationVerdict(limitation);
  }

  private destroyed(containerId: string): void {
    const executor = this.host.tables.runs.get(containerId);
    if (executor !== undefined) this.events.destroyed(executor);
  }

  private failed(containerId: string, message: string): void {
    const executor = this.host.tables.runs.get(containerId);
    if (executor === undefined) return;
    this.host.metrics.containerLaunchErrors.value += 1;
    this.host.log.warn('The container of an executor could not be launched', {
      container_id: containerId,
      message,
    });
    executor.verdict ??= {
      state: TaskState.TASK_FAILED,
      reason: TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED,
      message: `Failed to launch container: ${message}`,
    };
    this.chart.step(containerId, { type: 'LAUNCH_FAILED' });
  }
}
