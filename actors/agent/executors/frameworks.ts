/** The frameworks that have something on this agent. */
import type {
  ShutdownFrameworkMessage,
  UpdateFrameworkMessage,
} from '../../../proto/generated/types/internal.ts';
import type { FrameworkInfo } from '../../../proto/generated/types/v1.ts';
import { agentFrameworkMachine } from '../../../statecharts/agentFramework.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import type { AgentHost } from '../host.ts';
import type { ExecutorEntry, FrameworkEntry } from '../tables/entries.ts';

export interface FrameworksEvents {
  /** The framework is going: its executor has to end. */
  shutDown(executor: ExecutorEntry): void;
  /** A framework that was shut down is gone. */
  ended(framework: FrameworkEntry): void;
  /** The last framework is gone. */
  allEnded(): void;
}

export class Frameworks {
  private readonly host: AgentHost;
  private readonly events: FrameworksEvents;
  readonly chart: ChartTable<typeof agentFrameworkMachine>;

  constructor(host: AgentHost, events: FrameworksEvents) {
    this.host = host;
    this.events = events;
    this.chart = new ChartTable(agentFrameworkMachine, {
      actions: {
        shutDownExecutors: ({ id }) => this.shutDownExecutors(id),
      },
    });
  }

  /** The framework of a launch; new ones are written down when they ask for that. */
  of(id: string, info: FrameworkInfo, pid: string | undefined): FrameworkEntry {
    const present = this.host.tables.frameworks.get(id);
    if (present !== undefined) return present;
    const framework = this.restore(id, info, pid);
    this.keep(framework);
    return framework;
  }

  /** The framework as an earlier run of the agent wrote it down. */
  restore(id: string, info: FrameworkInfo, pid: string | undefined): FrameworkEntry {
    const framework = this.host.tables.addFramework(id, info, pid);
    this.chart.start(id);
    return framework;
  }

  isTerminating(framework: FrameworkEntry): boolean {
    return !this.chart.hasTag(framework.id, 'takesTasks');
  }

  /** UpdateFrameworkMessage: its scheduler is another one, or it changed its FrameworkInfo. */
  update(message: UpdateFrameworkMessage): void {
    const framework = this.host.tables.frameworks.get(message.framework_id.value);
    if (framework === undefined || this.isTerminating(framework)) return;
    if (message.framework_info !== undefined) framework.info = message.framework_info;
    framework.pid = message.pid === '' ? undefined : message.pid;
    this.keep(framework);
  }

  /** ShutdownFrameworkMessage. */
  shutDown(message: ShutdownFrameworkMessage): void {
    const id = message.framework_id.value;
    if (!this.host.tables.frameworks.has(id)) return;
    this.host.log.info('Asked to shut down a framework', { framework_id: id });
    this.end(id);
  }

  /** Shuts every framework down: the agent itself is going. */
  shutDownAll(): void {
    const ids = [...this.host.tables.frameworks.keys()];
    for (const id of ids) this.end(id);
    if (ids.length === 0) this.events.allEnded();
  }

  removeIfEmpty(framework: FrameworkEntry): void {
    if (framework.executors.size > 0) return;
    const isShutDown = this.isTerminating(framework);
    if (!this.chart.step(framework.id, { type: 'EMPTIED' }).handled) return;
    this.conclude(framework);
    if (isShutDown) this.events.ended(framework);
  }

  private end(id: string): void {
    this.chart.step(id, { type: 'SHUTDOWN_ORDERED' });
    const framework = this.host.tables.frameworks.get(id);
    if (framework !== undefined) this.removeIfEmpty(framework);
  }

  private shutDownExecutors(id: string): void {
    for (const executor of [...(this.host.tables.frameworks.get(id)?.executors.values() ?? [])]) {
      this.events.shutDown(executor);
    }
  }

  private conclude(framework: FrameworkEntry): void {
    const { tables, checkpoints } = this.host;
    this.chart.stop(framework.id);
    tables.removeFramework(framework);
    if (framework.info.checkpoint === true) checkpoints.frameworkEnded(framework.id);
    // Later: whoever emptied it may still have something to say about it.
    if (tables.frameworks.size === 0) this.host.dispatch(() => this.events.allEnded());
  }

  private keep(framework: FrameworkEntry): void {
    if (framework.info.checkpoint !== true) return;
    this.host.checkpoints.framework(framework.info, framework.pid, () => undefined);
  }
}
