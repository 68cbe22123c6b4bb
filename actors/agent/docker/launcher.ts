/**
 * Starts and ends containers of Docker's engine (agent.md §13). A note of each lies in the runtime directory, so that an
 * agent that is started again finds its own.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { ContainerStatus, ResourceStatistics } from '../../../proto/generated/types/v1.ts';
import type { Clock, Timer } from '../../../runtime/ports.ts';
import type { ContainerDns } from '../containerizer/dns.ts';
import {
  type ContainerLaunch,
  type ContainerSink,
  createSandbox,
  exitStatusOfShell,
  type LauncherPort,
} from '../containerizer/index.ts';
import { cgroupUsage } from '../containerizer/isolators/cgroups/foreign.ts';
import type { Hierarchies } from '../containerizer/isolators/cgroups/hierarchies.ts';
import { registryAuth } from './auth.ts';
import { createBody } from './create.ts';
import type { DockerEngine, InspectedContainer } from './engine.ts';
import { EngineError } from './engine.ts';
import { CommandsInside } from './inside.ts';
import { type LogStart, logStart, pumpLogs } from './logs.ts';

export interface DockerLauncherOptions {
  readonly engine: DockerEngine;
  readonly clock: Clock;
  /** Folder of the notes. */
  readonly notes: string;
  /** Tells this agent's containers from those of others. */
  readonly owner: string;
  readonly enableCfs: boolean;
  /** `--default_container_dns`. */
  readonly dns: ContainerDns | undefined;
  /** Where the engine's cgroups are. */
  readonly hierarchies: Hierarchies;
  /** May enter the networks of containers. */
  readonly isRoot: boolean;
  /** `--docker_remove_delay`, milliseconds. */
  readonly removeDelayMs: number;
  /** `--docker_kill_orphans`. */
  readonly killOrphans: boolean;
  /** `--docker_config`, as read. */
  readonly config: unknown;
  readonly onWarning: (text: string) => void;
}

/** What is known of a container before there is one. */
interface Note {
  readonly sandbox: string;
  readonly logs: LogStart;
}

interface Entry {
  readonly id: string;
  readonly sink: ContainerSink;
  readonly note: Note;
  readonly givenUp: AbortController;
  phase: 'preparing' | 'running' | 'ended';
  inspected: InspectedContainer | undefined;
}

const LABEL = 'mesostate.agent';
const NAME_PREFIX = 'mesos-';

/** When the engine does not answer, it is asked again after this long. */
const RETRY_MS = 1000;

export class DockerLauncher implements LauncherPort {
  readonly #options: DockerLauncherOptions;
  readonly #engine: DockerEngine;
  readonly #entries = new Map<string, Entry>();
  readonly #removals = new Set<Timer>();
  readonly #closing = new AbortController();
  readonly #inside: CommandsInside;

  constructor(options: DockerLauncherOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.#inside = new CommandsInside(options.engine);
    fs.mkdirSync(options.notes, { recursive: true, mode: 0o700 });
  }

  launch(launch: ContainerLaunch, sink: ContainerSink): void {
    const { containerId: id, sandbox } = launch;
    if (this.#entries.has(id) || this.#inside.has(id)) throw new Error(`container ${id}: is there already`);
    const [around = id] = id.split('.');
    if (around !== id) {
      this.#inside.launch(nameOf(around), launch, sink);
      return;
    }
    if (launch.makesSandbox === true) createSandbox(sandbox);
    const entry = this.#enter(id, sink, { sandbox, logs: logStart(sandbox) });
    void this.#run(entry, launch).catch((error: Error) => this.#failed(entry, error.message));
  }

  kill(containerId: string, signal: NodeJS.Signals): void {
    this.#inside.kill(containerId);
    const entry = this.#entries.get(containerId);
    if (entry?.phase === 'preparing') entry.givenUp.abort(new Error('the container was destroyed'));
    else if (entry?.phase === 'running') void this.#signal(entry, signal);
  }

  cancel(containerId: string): void {
    if (this.#entries.get(containerId)?.phase === 'preparing') this.destroy(containerId);
  }

  destroy(containerId: string): void {
    this.kill(containerId, 'SIGKILL');
  }

  recover(containerIds: readonly string[], sink: ContainerSink): void {
    for (const id of containerIds) {
      const entry = this.#enter(
        id,
        sink,
        readNote(join(this.#options.notes, id)) ?? { sandbox: '', logs: { stdout: 0, stderr: 0 } },
      );
      void this.#find(entry);
    }
    void this.#clearOrphans();
  }

  recordedContainers(): string[] {
    return fs.readdirSync(this.#options.notes);
  }

  /** None is nested in another. */
  recordedBelow(): string[] {
    return [];
  }

  /** By its cgroups, as the engine is slow to tell. */
  usage(containerId: string): Partial<ResourceStatistics> | undefined {
    const entry = this.#entries.get(containerId);
    if (entry?.phase !== 'running' || entry.inspected === undefined) return undefined;
    return cgroupUsage(entry.inspected.State.Pid, this.#options.hierarchies);
  }

  /** Nothing to be read before: each is looked at by itself. */
  *measure(): Generator<undefined, void> {}

  /** Addresses of a container with a network of its own. */
  status(containerId: string): Partial<ContainerStatus> {
    const networks = this.#entries.get(containerId)?.inspected?.NetworkSettings?.Networks ?? {};
    const infos = Object.entries(networks).flatMap(([name, { IPAddress }]) =>
      IPAddress === undefined || IPAddress === ''
        ? []
        : [{ name, ip_addresses: [{ ip_address: IPAddress }] }],
    );
    return infos.length === 0 ? {} : { network_infos: infos };
  }

  /** Of a container that is not on the machine's own network. */
  networkOf(containerId: string): string | undefined {
    const { inspected, phase } = this.#entries.get(containerId) ?? {};
    const networks = Object.keys(inspected?.NetworkSettings?.Networks ?? {});
    if (!this.#options.isRoot || phase !== 'running' || inspected === undefined) return undefined;
    return networks.includes('host') ? undefined : `/proc/${inspected.State.Pid}/ns/net`;
  }

  /** Not before its end is recorded elsewhere: until then the engine alone can tell it to an agent that is started again. */
  remove(containerId: string): void {
    fs.rm(join(this.#options.notes, containerId), (error) => {
      if (error === null && !this.#closing.signal.aborted) this.#removeLater(nameOf(containerId));
    });
  }

  close(): void {
    this.#closing.abort();
    this.#inside.close();
    for (const timer of this.#removals) timer.cancel();
    this.#entries.clear();
  }

  // ---- a container's way ----------------------------------------------------------------------------------------

  #enter(id: string, sink: ContainerSink, note: Note): Entry {
    const entry: Entry = {
      ...{ id, sink, note, givenUp: new AbortController(), phase: 'preparing' },
      ...{ inspected: undefined },
    };
    this.#entries.set(id, entry);
    return entry;
  }

  async #run(entry: Entry, launch: ContainerLaunch): Promise<void> {
    const { signal } = entry.givenUp;
    const name = nameOf(entry.id);
    const body = createBody(launch, {
      name,
      labels: { [LABEL]: this.#options.owner },
      enableCfs: this.#options.enableCfs,
      dns: this.#options.dns,
    });
    await this.#provide(launch, signal);
    await fs.promises.writeFile(join(this.#options.notes, entry.id), JSON.stringify(entry.note), {
      mode: 0o600,
    });
    signal.throwIfAborted();
    await this.#engine.create(name, body);
    try {
      signal.throwIfAborted();
      await this.#engine.start(name);
    } catch (error) {
      await this.#engine.remove(name).catch(() => undefined);
      throw error;
    }
    await this.#begun(entry);
    // Given up between both: it has a process now, which can be ended.
    if (signal.aborted) void this.#signal(entry, 'SIGKILL');
  }

  async #provide({ container, sandbox }: ContainerLaunch, signal: AbortSignal): Promise<void> {
    const image = container?.docker?.image ?? '';
    if (!/^[\w][\w.:@/-]*$/.test(image)) throw new Error(`'${image}' is no name of an image`);
    const isForced = container?.docker?.force_pull_image === true;
    if (!isForced && (await this.#engine.hasImage(image))) return;
    try {
      await this.#engine.pull(image, await registryAuth(image, sandbox, this.#options.config), signal);
    } catch (error) {
      throw new Error(`image '${image}' cannot be pulled: ${(error as Error).message}`);
    }
  }

  async #begun(entry: Entry): Promise<void> {
    const inspected = await this.#engine.inspect(nameOf(entry.id));
    if (this.#closing.signal.aborted) return;
    entry.inspected = inspected;
    entry.phase = 'running';
    entry.sink.started(entry.id, inspected.State.Pid);
    void this.#follow(entry);
  }

  /** Until its end, which is told when all that it wrote is in the sandbox. */
  async #follow(entry: Entry): Promise<void> {
    const { signal } = this.#closing;
    const written = this.#pump(entry);
    for (;;) {
      try {
        const status = await this.#engine.wait(nameOf(entry.id), signal);
        await written;
        this.#ended(entry, status);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof EngineError && error.status === 404) {
          this.#ended(entry, undefined);
          return;
        }
        // The engine is away, perhaps for a restart.
        await new Promise<void>((resolve) => void this.#options.clock.setTimer(RETRY_MS, resolve));
      }
    }
  }

  async #pump({ id, note }: Entry): Promise<void> {
    try {
      await pumpLogs(await this.#engine.logs(nameOf(id), this.#closing.signal), note.sandbox, note.logs);
    } catch (error) {
      if (!this.#closing.signal.aborted)
        this.#options.onWarning(`container ${id}: what it writes is not kept: ${(error as Error).message}`);
    }
  }

  #ended(entry: Entry, status: number | undefined): void {
    if (this.#closing.signal.aborted || entry.phase === 'ended') return;
    entry.phase = 'ended';
    entry.sink.exited(entry.id, status === undefined ? { kind: 'unknown' } : exitStatusOfShell(status));
    this.#entries.delete(entry.id);
    entry.sink.destroyed(entry.id);
  }

  #failed(entry: Entry, message: string): void {
    if (this.#closing.signal.aborted) return;
    this.#entries.delete(entry.id);
    entry.sink.failed(entry.id, message);
  }

  async #signal({ id }: Entry, signal: NodeJS.Signals): Promise<void> {
    try {
      await this.#engine.kill(nameOf(id), signal);
    } catch (error) {
      this.#options.onWarning(`container ${id}: could not be sent ${signal}: ${(error as Error).message}`);
    }
  }

  // ---- what an earlier agent left -------------------------------------------------------------------------------

  async #find(entry: Entry): Promise<void> {
    const name = nameOf(entry.id);
    const inspected = await this.#answered(() => this.#engine.inspect(name));
    if (this.#closing.signal.aborted) return;
    if (inspected === undefined) {
      this.#failed(entry, 'there is no such container any more');
      return;
    }
    if (inspected.State.Status === 'created') {
      await this.#engine.remove(name).catch(() => undefined);
      this.#failed(entry, 'the agent ended before it was started');
      return;
    }
    entry.inspected = inspected;
    entry.phase = 'running';
    entry.sink.started(entry.id, inspected.State.Pid);
    if (entry.givenUp.signal.aborted) void this.#signal(entry, 'SIGKILL');
    await this.#follow(entry);
  }

  /**
   * What the engine answers, which may be away or starting together with the agent: its containers are not given up for that.
   *
   * @returns undefined for what is not there
   */
  async #answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.#closing.signal.aborted) return undefined;
        if (error instanceof EngineError && error.status === 404) return undefined;
        await new Promise<void>((resolve) => void this.#options.clock.setTimer(RETRY_MS, resolve));
      }
    }
  }

  /** Containers of this agent that it knows nothing of any more. */
  async #clearOrphans(): Promise<void> {
    if (!this.#options.killOrphans) return;
    try {
      const label = `${LABEL}=${this.#options.owner}`;
      for (const name of (await this.#answered(() => this.#engine.list(label))) ?? []) {
        const id = name.slice(NAME_PREFIX.length);
        if (this.#entries.has(id) || this.#closing.signal.aborted) continue;
        await this.#engine.kill(name, 'SIGKILL');
        this.#removeLater(name);
      }
    } catch (error) {
      this.#options.onWarning(
        `Docker containers that nobody knows are not looked for: ${(error as Error).message}`,
      );
    }
  }

  #removeLater(name: string): void {
    const timer = this.#options.clock.setTimer(this.#options.removeDelayMs, () => {
      this.#removals.delete(timer);
      void this.#engine.remove(name).catch((error: Error) => {
        this.#options.onWarning(`container ${name} is not removed: ${error.message}`);
      });
    });
    this.#removals.add(timer);
  }
}

function nameOf(containerId: string): string {
  return `${NAME_PREFIX}${containerId}`;
}

function readNote(path: string): Note | undefined {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as Note;
  } catch {
    return undefined;
  }
}
