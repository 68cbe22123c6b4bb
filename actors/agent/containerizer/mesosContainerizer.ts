/**
 * The Mesos containerizer: containers of the posix launcher with isolators around them (agent.md §10).
 *
 * A plain container, one that no isolator concerns and that has nothing to fetch, goes straight to the launcher. Each other
 * one is an instance of the container chart; what that asks for is done here.
 */
import type { ContainerStatus, ResourceStatistics } from '../../../proto/generated/types/v1.ts';
import { containerMachine } from '../../../statecharts/container.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import type { ContainerPort } from '../host.ts';
import type { ContainerSink } from './container.ts';
import type { ExitStatus } from './exitStatus.ts';
import { isolationOf } from './isolators/isolation.ts';
import type { Isolator, Limitation } from './isolators/isolator.ts';
import type { ContainerLaunch } from './launchScript.ts';
import { isolatedLaunch, type Managed, unknownContainer } from './managed.ts';
import type { LauncherPort, MesosContainerizerOptions } from './ports.ts';
import type { ContainerResources } from './resources.ts';
import { createSandbox } from './sandbox.ts';
import { cleanUp, fetchFiles, imagesOf, provision, releaseImage } from './steps.ts';

export class MesosContainerizer implements ContainerPort {
  readonly enforces: ReadonlySet<string>;
  readonly #options: MesosContainerizerOptions;
  readonly #launcher: LauncherPort;
  readonly #isolators: readonly Isolator[];
  readonly #managed = new Map<string, Managed>();
  readonly chart: ChartTable<typeof containerMachine>;
  readonly #launcherSink: ContainerSink;
  #closed = false;

  constructor(options: MesosContainerizerOptions) {
    this.#options = options;
    this.#launcher = options.launcher;
    this.#isolators = options.isolators;
    const parts = [options, ...options.isolators];
    this.enforces = new Set(parts.flatMap(({ enforces }) => [...(enforces ?? [])]));
    this.chart = this.#makeChart();
    this.#launcherSink = {
      started: (id, pid) => this.#started(id, pid),
      exited: (id, status) => this.#exited(id, status),
      destroyed: (id) => this.chart.step(id, { type: 'PROCESSES_GONE' }),
      failed: (id, message) => this.#stepFailed(id, message),
    };
  }

  /**
   * Launches a container. Whatever is wrong with it is told to `sink.failed`.
   *
   * @throws Error when the id breaks the rules or there is such a container already
   */
  launch(launch: ContainerLaunch, sink: ContainerSink): void {
    const id = launch.containerId;
    if (this.#managed.has(id)) throw new Error(`container ${id}: is there already`);
    const isolated = isolatedLaunch(launch);
    const concerned = this.#isolators.filter((isolator) => isolator.concerns?.(isolated) ?? true);
    const hasImages = imagesOf(launch).length > 0;
    if (concerned.length === 0 && (launch.uris ?? []).length === 0 && !hasImages) {
      this.#launcher.launch(launch, sink);
      return;
    }
    if (launch.makesSandbox === true) createSandbox(launch.sandbox);
    this.#begin({
      ...unknownContainer(id, sink),
      launch: { ...launch, makesSandbox: false },
      isolators: concerned,
      resources: launch.resources,
    });
    // Later: no sink is told anything from within this call.
    this.#later(() => this.chart.step(id, { type: hasImages ? 'IMAGE_NEEDED' : 'NO_IMAGE_NEEDED' }));
  }

  cancel(containerId: string): void {
    if (this.#isBeforeProcess(containerId)) this.destroy(containerId);
    else this.#launcher.cancel?.(containerId);
  }

  kill(containerId: string, signal: NodeJS.Signals): void {
    // What has no process yet cannot be asked.
    if (this.#isBeforeProcess(containerId)) this.destroy(containerId);
    else this.#launcher.kill(containerId, signal);
  }

  destroy(containerId: string): void {
    const managed = this.#managed.get(containerId);
    managed?.givenUp.abort(new Error('the container was destroyed'));
    if (managed === undefined) this.#launcher.destroy(containerId);
    else if (!this.chart.step(containerId, { type: 'DESTROY_REQUESTED' }).changed) {
      if (this.chart.matches(containerId, 'destroying.killing')) this.#launcher.destroy(containerId);
    }
  }

  recover(containerIds: readonly string[], sink: ContainerSink): void {
    if (this.#isolators.length === 0) {
      this.#launcher.recover(containerIds, sink);
      return;
    }
    for (const id of containerIds) {
      this.#begin({ ...unknownContainer(id, sink), isolators: this.#isolators });
      this.chart.step(id, { type: 'LAUNCHED_EARLIER' });
      for (const isolator of this.#isolators) this.#recoverBy(isolator, id);
    }
    this.#launcher.recover(containerIds, this.#launcherSink);
  }

  /** What an isolator left may be damaged; the container goes on all the same. */
  #recoverBy(isolator: Isolator, id: string): void {
    try {
      isolator.recover?.(id);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.onWarning(`container ${id}: ${isolator.name} does not know it any more: ${why}`);
    }
  }

  recordedContainers(): string[] {
    const known = this.#isolators.flatMap((isolator) => [...(isolator.known?.() ?? [])]);
    // An agent may have ended between the making of a root file system and the launch.
    const made = (this.#options.provisioner?.known() ?? []).filter((id) => !id.includes('.'));
    return [...new Set([...this.#launcher.recordedContainers(), ...known, ...made])];
  }

  async pruneImages(excluded: readonly string[]): Promise<void> {
    await this.#options.provisioner?.prune(excluded);
  }

  recordedBelow(containerId: string): string[] {
    return this.#launcher.recordedBelow(containerId);
  }

  /** The container's resources are others now; what cannot be changed ends it, as in Mesos. */
  update(containerId: string, summed: () => ContainerResources): void {
    const managed = this.#managed.get(containerId);
    if (managed === undefined) return;
    const resources = summed();
    managed.resources = resources;
    for (const isolator of managed.isolators) isolator.update?.(containerId, resources);
  }

  usage(containerId: string): Partial<ResourceStatistics> | undefined {
    const managed = this.#managed.get(containerId);
    const summed = this.#options.sumsProcesses ? this.#launcher.usage(containerId) : undefined;
    if (managed === undefined) return summed;
    if (!this.chart.matches(containerId, 'running')) return undefined;
    const told = managed.isolators.map((isolator) => isolator.usage?.(containerId) ?? {});
    return Object.assign({}, summed, ...told);
  }

  *measure(): Generator<undefined, void> {
    if (this.#options.sumsProcesses) yield* this.#launcher.measure();
  }

  status(containerId: string): Partial<ContainerStatus> {
    const isolators = this.#managed.get(containerId)?.isolators ?? [];
    const own = this.#launcher.status?.(containerId);
    return Object.assign({}, own, ...isolators.map((isolator) => isolator.status?.(containerId) ?? {}));
  }

  networkOf(containerId: string): string | undefined {
    const isolators = this.#managed.get(containerId)?.isolators ?? [];
    const files = isolators.map((isolator) => isolator.networkOf?.(containerId));
    return files.find((file) => file !== undefined) ?? this.#launcher.networkOf?.(containerId);
  }

  remove(containerId: string): void {
    this.#launcher.remove(containerId);
    // After a boot nothing runs and nothing was recovered, but files may be left.
    if (this.#managed.has(containerId)) return;
    if (this.#isolators.some(({ known }) => known !== undefined))
      void cleanUp(this.#options, containerId, this.#isolators);
    for (const id of this.#options.provisioner?.known() ?? [])
      if (id === containerId || id.startsWith(`${containerId}.`)) void releaseImage(this.#options, id);
  }

  /** A limit was broken: its sink is told why, then it ends. */
  limited(containerId: string, limitation: Limitation): void {
    const managed = this.#managed.get(containerId);
    if (managed === undefined || this.chart.done(containerId)) return;
    managed.sink.limited?.(containerId, limitation);
    this.destroy(containerId);
  }

  close(): void {
    this.#closed = true;
    this.#launcher.close();
    for (const isolator of this.#isolators) isolator.close?.();
    for (const id of [...this.chart.ids()]) this.chart.stop(id);
    this.#managed.clear();
  }

  // ---- the way of a container -----------------------------------------------------------------------------------

  #begin(managed: Managed): void {
    this.#managed.set(managed.id, managed);
    this.chart.start(managed.id);
  }

  #makeChart(): ChartTable<typeof containerMachine> {
    const on = (act: (managed: Managed) => void) => {
      return ({ id }: { id: string }) => {
        const managed = this.#managed.get(id);
        if (managed !== undefined && !this.#closed) act(managed);
      };
    };
    return new ChartTable(containerMachine, {
      onError: ({ id, where, error }) =>
        this.#options.onWarning(
          `container ${id}: ${where}: ${error instanceof Error ? error.message : error}`,
        ),
      actions: {
        provision: on((managed) => void this.#provision(managed)),
        prepare: on((managed) => void this.#prepare(managed)),
        fetch: on((managed) => void this.#fetch(managed)),
        launch: on((managed) => this.#launchProcess(managed)),
        announceStart: on(({ id, sink, pid }) => sink.started(id, pid)),
        announceExit: on((managed) => this.#announceExit(managed)),
        destroyChildren: on((managed) => this.#destroyChildren(managed)),
        killProcesses: on((managed) => this.#killProcesses(managed)),
        cleanUp: on((managed) => void this.#takeAway(managed)),
        releaseImage: on((managed) => void this.#releaseImage(managed)),
        announceEnd: on((managed) => this.#announceEnd(managed)),
      },
    });
  }

  async #provision(managed: Managed): Promise<void> {
    try {
      managed.images = await provision(this.#options, managed);
    } catch (error) {
      this.#stepFailed(managed.id, (error as Error).message);
      return;
    }
    if (!this.#endedStep(managed.id)) this.chart.step(managed.id, { type: 'PROVISIONED' });
  }

  async #releaseImage({ id }: Managed): Promise<void> {
    await releaseImage(this.#options, id);
    if (!this.#closed) this.#later(() => this.chart.step(id, { type: 'IMAGE_RELEASED' }));
  }

  async #prepare(managed: Managed): Promise<void> {
    const { id, launch, isolators } = managed;
    if (launch === undefined) return;
    const isolated = isolatedLaunch(launch, managed.images);
    try {
      for (const isolator of isolators) {
        const preparation = await isolator.prepare(isolated);
        if (preparation !== undefined) managed.preparations.push(preparation);
        if (this.#endedStep(id)) return;
      }
    } catch (error) {
      this.#stepFailed(id, (error as Error).message);
      return;
    }
    this.chart.step(id, { type: 'PREPARED' });
  }

  async #fetch(managed: Managed): Promise<void> {
    const { id } = managed;
    try {
      await fetchFiles(this.#options, managed);
    } catch (error) {
      this.#stepFailed(id, (error as Error).message);
      return;
    }
    if (!this.#endedStep(id)) this.#later(() => this.chart.step(id, { type: 'FETCHED' }));
  }

  /** A step came to its end after the container was given up. */
  #endedStep(id: string): boolean {
    if (this.#closed) return true;
    if (!this.chart.matches(id, 'destroying')) return false;
    this.chart.step(id, { type: 'STEP_ENDED' });
    return true;
  }

  #launchProcess({ launch, preparations }: Managed): void {
    if (launch === undefined) return;
    try {
      this.#launcher.launch(isolationOf(launch, preparations), this.#launcherSink);
    } catch (error) {
      this.#later(() => this.#stepFailed(launch.containerId, (error as Error).message));
    }
  }

  #stepFailed(id: string, message: string): void {
    const managed = this.#managed.get(id);
    if (managed === undefined || this.#closed) return;
    managed.failure ??= message;
    this.chart.step(id, { type: 'STEP_FAILED' });
  }

  #started(id: string, pid: number): void {
    const managed = this.#managed.get(id);
    if (managed === undefined) return;
    managed.pid = pid;
    managed.announced = true;
    const isRecovered = managed.launch === undefined;
    this.chart.step(id, { type: isRecovered ? 'RECOVERED' : 'ISOLATED' });
  }

  #exited(id: string, status: ExitStatus): void {
    const managed = this.#managed.get(id);
    if (managed === undefined) return;
    managed.exit = status;
    this.chart.step(id, { type: 'PROCESS_EXITED' });
  }

  #announceExit({ id, isolators, sink, exit }: Managed): void {
    if (exit === undefined) return;
    for (const isolator of isolators) {
      const limitation = isolator.ended?.(id);
      if (limitation !== undefined) sink.limited?.(id, limitation);
    }
    sink.exited(id, exit);
  }

  #isBeforeProcess(id: string): boolean {
    const hasNone = this.#managed.has(id) && this.chart.hasTag(id, 'launching');
    return hasNone && !['isolating', 'recovering'].some((state) => this.chart.matches(id, state));
  }

  // ---- taking down ----------------------------------------------------------------------------------------------

  #destroyChildren({ id }: Managed): void {
    for (const each of this.#managed.keys()) if (each.startsWith(`${id}.`)) this.destroy(each);
    this.#later(() => this.#checkChildren(id));
  }

  #checkChildren(id: string): void {
    const isLeft = [...this.#managed.keys()].some((each) => each.startsWith(`${id}.`));
    if (!isLeft) this.chart.step(id, { type: 'CHILDREN_DESTROYED' });
  }

  #killProcesses({ id, failure, announced }: Managed): void {
    if (failure !== undefined || (!announced && !this.chart.matches(id, 'destroying.starting'))) {
      // No process was started, or there is none any more.
      this.#later(() => this.chart.step(id, { type: 'PROCESSES_GONE' }));
    } else {
      this.#launcher.destroy(id);
    }
  }

  async #takeAway({ id, isolators }: Managed): Promise<void> {
    await cleanUp(this.#options, id, isolators);
    if (!this.#closed) this.chart.step(id, { type: 'CLEANED_UP' });
  }

  #announceEnd({ id, sink, announced, failure }: Managed): void {
    this.#later(() => {
      this.chart.stop(id);
      this.#managed.delete(id);
      if (announced) sink.destroyed(id);
      else sink.failed(id, failure ?? 'the container was destroyed before it was started');
      const parent = id.slice(0, Math.max(0, id.lastIndexOf('.')));
      if (this.#managed.has(parent)) this.#checkChildren(parent);
    });
  }

  #later(callback: () => void): void {
    this.#options.clock.setTimer(0, () => {
      if (!this.#closed) callback();
    });
  }
}
