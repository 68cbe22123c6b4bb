/**
 * Containers that are not an executor's own: those inside an executor's, and those inside these, and standalone ones. Tasks of
 * groups run in them; operators and executors ask for them over HTTP.
 *
 * The end of each is kept until it is removed or its root has ended.
 */

import { ChartTable } from '../../../statecharts/engine.ts';
import { nestedContainerMachine } from '../../../statecharts/nestedContainer.ts';
import {
  type ContainerLaunch,
  type ContainerSink,
  type ExitStatus,
  type Limitation,
  waitStatus,
} from '../containerizer/index.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';
import { nestedSandbox } from '../paths.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import { ContainerIo } from './io/containerIo.ts';
import { openIo, TaskTerminals } from './io/terminals.ts';
import {
  type NestedListener,
  type NestedRecord,
  parentIdOf,
  type Termination,
  terminationOf,
} from './record.ts';

export interface NestedLaunch {
  readonly executor: ExecutorEntry | undefined;
  readonly launch: ContainerLaunch;
  readonly isDebug: boolean;
  readonly listener?: NestedListener;
  readonly io?: ContainerIo;
}

export class NestedContainers {
  private readonly host: AgentHost;
  /** Of command tasks, whose containers are their executors'. */
  readonly terminals: TaskTerminals;
  readonly chart: ChartTable<typeof nestedContainerMachine>;
  private readonly records = new Map<string, NestedRecord>();
  private readonly sink: ContainerSink;
  /** Of what is found again and has nobody. */
  private readonly unwanted: NestedListener;
  private readonly rootWaiters = new Map<string, ((termination: Termination) => void)[]>();
  /** Who waits for nothing to be left below a container. */
  private readonly emptied = new Map<string, (() => void)[]>();

  constructor(host: AgentHost) {
    this.host = host;
    this.terminals = new TaskTerminals(host);
    this.chart = this.makeChart();
    this.sink = {
      started: host.defer((id: string, pid: number) => this.started(id, pid)),
      exited: host.defer((id: string, status: ExitStatus) => this.exited(id, status)),
      limited: host.defer((id: string, limitation: Limitation) => {
        const record = this.records.get(id);
        if (record !== undefined) record.limitation ??= limitation;
      }),
      destroyed: host.defer((id: string) => void this.chart.step(id, { type: 'GONE' })),
      failed: host.defer((id: string, message: string) => this.failed(id, message)),
    };
    this.unwanted = {
      started: ({ id }) => this.destroy(id),
      exited: () => undefined,
      failed: () => undefined,
      ended: (record) => this.remove(record),
    };
  }

  get(containerId: string): NestedRecord | undefined {
    return this.records.get(containerId);
  }

  get all(): readonly NestedRecord[] {
    return [...this.records.values()];
  }

  isAlive(containerId: string): boolean {
    return this.chart.hasTag(containerId, 'alive');
  }

  /** @throws Error in words: the container cannot be launched */
  launch({ executor, launch, isDebug, listener, io }: NestedLaunch): NestedRecord {
    const { containerId: id, sandbox, resources } = launch;
    const record = this.add({ id, executor, sandbox, resources, isDebug, listener, io });
    if (io !== undefined) this.openIo(record, io);
    try {
      this.host.containers.launch(isDebug ? { ...launch, looksIntoParent: true } : launch, this.sink);
    } catch (error) {
      io?.close();
      this.forget(record);
      throw error;
    }
    return record;
  }

  /** Takes over a container that an earlier agent process launched; what it finds is told as after a launch. */
  adopt(executor: ExecutorEntry, containerId: string, listener?: NestedListener): void {
    this.resume(containerId, executor, nestedSandbox(executor.directory, containerId), listener);
  }

  /** The same for one that no executor has. */
  adoptStandalone(containerId: string): void {
    const listener = {
      ...this.unwanted,
      started: () => undefined,
      ended: (record: NestedRecord) => this.remove(record),
    };
    this.resume(containerId, undefined, this.host.paths.standaloneSandbox(containerId), listener);
    for (const id of this.host.containers.recordedBelow(containerId)) {
      this.resume(
        id,
        undefined,
        nestedSandbox(this.host.paths.standaloneSandbox(containerId), id),
        undefined,
      );
    }
  }

  private resume(
    id: string,
    executor: ExecutorEntry | undefined,
    sandbox: string,
    listener: NestedListener | undefined,
  ): void {
    const isDebug = !this.host.sandboxes.has(sandbox);
    const hasIo = !isDebug && this.host.pipes.has(this.host.paths.io(id));
    const io = hasIo ? new ContainerIo(true, false) : undefined;
    const record = this.add({ id, executor, sandbox, isDebug, listener, io });
    if (io !== undefined) this.openIo(record, io);
    this.host.containers.recover([id], this.sink);
  }

  /**
   * Looks for what an earlier agent process left inside an executor's container and nobody has asked for yet. What was
   * launched for itself goes on; what looked into another ends: whoever wanted it is gone.
   */
  adoptOthers(executor: ExecutorEntry): void {
    const others = this.host.containers
      .recordedBelow(executor.containerId)
      .filter((id) => !this.records.has(id));
    for (const id of others) this.adopt(executor, id, this.keeps(executor, id) ? undefined : this.unwanted);
  }

  /** Those that look into others have no sandbox of their own. */
  private keeps(executor: ExecutorEntry, containerId: string): boolean {
    return this.host.sandboxes.has(nestedSandbox(executor.directory, containerId));
  }

  /** @param told how it ended, at once if it has. @returns false for a container that is not known */
  wait(containerId: string, told: (termination: Termination) => void): boolean {
    const record = this.records.get(containerId);
    if (record === undefined) return false;
    if (this.isAlive(containerId)) record.waiters.push(told);
    else told(terminationOf(record));
    return true;
  }

  /** The same for an executor's own container. */
  waitForRoot(containerId: string, told: (termination: Termination) => void): void {
    const waiting = this.rootWaiters.get(containerId);
    if (waiting === undefined) this.rootWaiters.set(containerId, [told]);
    else waiting.push(told);
  }

  rootEnded(containerId: string, exit: ExitStatus | undefined): void {
    const waiting = this.rootWaiters.get(containerId) ?? [];
    this.rootWaiters.delete(containerId);
    for (const told of waiting) told(exit === undefined ? {} : { exit_status: waitStatus(exit) });
  }

  /** @returns false for one that is not known or has ended */
  signal(containerId: string, signal: NodeJS.Signals): boolean {
    if (!this.isAlive(containerId)) return false;
    this.host.containers.kill(containerId, signal);
    return true;
  }

  destroy(containerId: string): void {
    if (this.isAlive(containerId)) this.host.containers.destroy(containerId);
  }

  /** Ends a session whose client is gone: nobody will ask how. */
  abandon(containerId: string): void {
    const record = this.records.get(containerId);
    if (record === undefined) return;
    record.isAbandoned = true;
    this.destroy(containerId);
  }

  /** Forgets one that has ended, with all that is left of it. */
  remove(record: NestedRecord): void {
    for (const child of this.below(record.id)) this.forget(child);
    this.forget(record);
    this.host.containers.remove(record.id);
    if (!record.isDebug) this.host.sandboxes.removeNested(record.sandbox);
  }

  /** Ends everything below a container. @param done called when nothing is left, at once if so */
  endAll(containerId: string, done: () => void): void {
    const alive = this.below(containerId).filter(({ id }) => this.isAlive(id));
    if (alive.length === 0) {
      done();
      return;
    }
    const waiting = this.emptied.get(containerId);
    if (waiting === undefined) this.emptied.set(containerId, [done]);
    else waiting.push(done);
    for (const { id } of alive) this.host.containers.destroy(id);
  }

  /** The root is over: nobody will ask for what was inside. */
  forgetBelow(rootId: string): void {
    for (const record of this.below(rootId)) this.forget(record);
  }

  /** Lets go of inputs and outputs; the containers go on. */
  close(): void {
    for (const { io } of this.records.values()) io?.close();
    this.terminals.close();
  }

  below(containerId: string): NestedRecord[] {
    const prefix = `${containerId}.`;
    return [...this.records.values()].filter(({ id }) => id.startsWith(prefix));
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private add(
    facts: Pick<NestedRecord, 'id' | 'executor' | 'sandbox' | 'resources' | 'isDebug' | 'listener' | 'io'>,
  ): NestedRecord {
    const { id } = facts;
    const record: NestedRecord = {
      ...facts,
      parentId: parentIdOf(id),
      processId: undefined,
      exit: undefined,
      failure: undefined,
      limitation: undefined,
      waiters: [],
    };
    this.records.set(id, record);
    this.chart.start(id);
    return record;
  }

  /** What goes through the pipes of one that looks into another is nobody else's to keep. */
  private openIo({ id, sandbox, isDebug }: NestedRecord, io: ContainerIo): void {
    openIo(this.host, id, io, isDebug ? undefined : sandbox);
  }

  private forget({ id, io, isDebug }: NestedRecord): void {
    if (io !== undefined || isDebug) this.host.pipes.remove(this.host.paths.io(id));
    this.records.delete(id);
    this.chart.stop(id);
  }

  private started(id: string, pid: number): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    record.processId = pid;
    this.chart.step(id, { type: 'STARTED' });
    record.listener?.started(record, pid);
  }

  private exited(id: string, status: ExitStatus): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    record.exit = status;
    this.chart.step(id, { type: 'EXITED' });
    record.listener?.exited(record, status);
  }

  private failed(id: string, message: string): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    record.failure = message;
    record.io?.close();
    this.chart.step(id, { type: 'LAUNCH_FAILED' });
    record.listener?.failed(record, message);
  }

  private concluded(record: NestedRecord): void {
    if (record.exit !== undefined) record.listener?.ended(record);
    const termination = terminationOf(record);
    if (this.records.get(record.id) === record && record.io !== undefined)
      this.host.pipes.remove(this.host.paths.io(record.id));
    for (const told of record.waiters.splice(0)) told(termination);
    for (let above = record.parentId; above !== undefined; above = parentIdOf(above))
      this.checkEmptied(above);
  }

  private checkEmptied(containerId: string): void {
    const waiting = this.emptied.get(containerId);
    if (waiting === undefined || this.below(containerId).some(({ id }) => this.isAlive(id))) return;
    this.emptied.delete(containerId);
    for (const done of waiting) done();
  }

  private makeChart(): ChartTable<typeof nestedContainerMachine> {
    return new ChartTable(nestedContainerMachine, {
      clock: chartClock(this.host),
      onError: chartError(this.host),
      actions: {
        destroyChildren: ({ id }) =>
          this.endAll(
            id,
            this.host.defer(() => void this.chart.step(id, { type: 'CHILDREN_GONE' })),
          ),
        // Later: the chart is in the middle of a step.
        announceEnd: ({ id }) => {
          const record = this.records.get(id);
          if (record !== undefined) this.host.dispatch(() => this.concluded(record));
        },
      },
    });
  }
}
