import { constants } from 'node:os';
import { join } from 'node:path';
import type { Clock, Timer } from '../../../runtime/ports.ts';
import { makeDirectory } from '../../../runtime/storage/index.ts';
import { sharedSandbox } from '../heldFolder.ts';
import type { AgentPaths } from '../paths.ts';
import {
  byLeader,
  type Container,
  type ContainerizerOptions,
  type ContainerSink,
  type Running,
  type Starting,
} from './container.ts';
import { type ExitStatus, exitStatusOfShell } from './exitStatus.ts';
import { Kills } from './kills.ts';
import { type ContainerLaunch, launchScript } from './launchScript.ts';
import { SessionIndex } from './processTable.ts';
import {
  type ContainerProcess,
  callOff,
  callOn,
  isDecided,
  namesIn,
  readRecord,
  readStatus,
  removeRuntimeDirectory,
  writeLaunchFile,
} from './runtimeFiles.ts';
import { createSandboxSoon } from './sandbox.ts';
import { leaderLives, sweepLeftovers } from './signals.ts';
import { markOf, type Report } from './starter.ts';
import { Starters } from './starters.ts';
import { type ContainerUsage, UsageTable, usageOf } from './usage.ts';

/** The end of a command is followed by a look for leftovers within this time; one look serves all that ended. */
const SWEEP_MS = 50;

/** Between looks that are further apart than this process numbers may have been given out twice. */
const INDEX_AGE_MS = 2000;

/** How often containers are looked at whose end cannot be reported to us: those of an agent before us. */
const RECOVERED_WATCH_MS = 250;

/** How often the others are: the end of their leader by SIGKILL is reported by nobody (Mesos reaps each second, too). */
const WATCH_MS = 1000;

/** A launch of which nothing was heard for this long is given up. */
const START_TIMEOUT_MS = 60_000;

/** Short commands of this many containers at a time need no process but their own. */
const LEADERS_MAX = 32;

/** A record that is not whole after this long was left by a launcher that was killed. */
const RECORD_TIMEOUT_MS = 5000;

/** How often a launch is handed to a new spawner after the one before died with it. */
const ATTEMPTS_MAX = 3;

/**
 * Runs containers as ordinary processes (Mesos' posix launcher): each in a session of its own below a small shell
 * that leaves pid and exit status in the runtime directory. Containers outlive the agent; `recover` finds them again.
 *
 * Nothing blocks for longer than a look at /proc; what happens is told to the container's sink.
 */
export class Containerizer {
  readonly #paths: AgentPaths;
  readonly #clock: Clock;
  readonly #containers = new Map<string, Container>();
  readonly #kills: Kills;
  readonly #index = new SessionIndex();
  readonly #starter: Starters;
  readonly #usageTable: UsageTable;
  readonly #onWarning: (text: string) => void;
  #sweepTimer: Timer | undefined;
  #lastSweep = Number.NEGATIVE_INFINITY;
  #watchTimer: Timer | undefined;
  #closed = false;

  constructor(options: ContainerizerOptions) {
    this.#paths = options.paths;
    this.#clock = options.clock;
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.#usageTable = new UsageTable(options.clock);
    this.#kills = new Kills(this.#containers, options.clock);
    if (options.paths.runtimeDir.includes('\n'))
      throw new Error('the runtime directory must not hold a line break');
    makeDirectory(options.paths.containers);
    this.#starter = new Starters(
      {
        shell: options.shell ?? '/bin/sh',
        clock: options.clock,
        name: `${options.paths.containers}#${process.pid}-${options.clock.now()}`,
        leadersMax: options.leadersMax ?? LEADERS_MAX,
        ...(options.longMs === undefined ? {} : { longMs: options.longMs }),
        spawner: options.spawner !== false,
      },
      {
        report: (report) => this.#report(report),
        lost: (containerIds, why) => this.#examine(this.#startingOf(containerIds), why),
      },
    );
  }

  /** Containers that have not been destroyed yet. */
  get containerIds(): string[] {
    return [...this.#containers.keys()];
  }

  /** Pid of the spawner, if containers are started that way. */
  get spawnerPid(): number | undefined {
    return this.#starter.spawnerPid;
  }

  /**
   * Launches a container. Whatever is wrong with it is told to `sink.failed`.
   *
   * @throws Error when the id breaks the rules or there is such a container already
   */
  launch(launch: ContainerLaunch, sink: ContainerSink): void {
    const { containerId: id } = launch;
    const dir = this.#paths.container(id);
    if (this.#containers.has(id)) throw new Error(`container ${id}: is there already`);
    const container: Starting = {
      phase: 'starting',
      id,
      dir,
      sink,
      recovered: false,
      since: this.#now(),
      attempts: 1,
    };
    this.#containers.set(id, container);
    if (launch.makesSandbox === true) {
      createSandboxSoon(launch.sandbox, (error) => this.#begin(container, launch, error));
    } else this.#begin(container, launch, null);
  }

  /** The sandbox is there, or why it is not. */
  #begin(container: Starting, launch: ContainerLaunch, problem: Error | null): void {
    if (this.#closed) return;
    try {
      if (problem !== null) throw new Error(`its sandbox cannot be made: ${problem.message}`);
      writeLaunchFile(container.dir, launchScript(launch, sharedSandbox(launch)), launch.isolation);
    } catch (error) {
      // At once: what another launch left in that directory is not this one's.
      this.#containers.delete(container.id);
      this.#later(() => container.sink.failed(container.id, (error as Error).message));
      return;
    }
    this.#starter.start(container.id, container.dir);
    this.#watch();
  }

  /** Sends a signal to every process of the container; to one that is just starting as soon as it has started. */
  kill(containerId: string, signal: NodeJS.Signals): void {
    this.#kills.kill(containerId, constants.signals[signal]);
  }

  /**
   * SIGTERM to every process of the container, SIGKILL to what is left after the grace period. A later call may
   * shorten the time that is left, never lengthen it (Mesos' rule for a second kill).
   */
  terminate(containerId: string, graceMs: number): void {
    this.#kills.terminate(containerId, graceMs);
  }

  /** Kills every process of the container (SIGKILL) and does so until it has ended. */
  destroy(containerId: string): void {
    this.#kills.destroy(containerId);
  }

  /**
   * Takes over containers that an agent process before this one launched. Each sink hears what it would have heard
   * of a launch: `started` and later `exited` of one that lives, both at once of one that ended meanwhile, `failed` of
   * one that was not started.
   */
  recover(containerIds: readonly string[], sink: ContainerSink): void {
    for (const id of containerIds) {
      if (this.#containers.has(id)) throw new Error(`container ${id}: is there already`);
      const known = { id, dir: this.#paths.container(id), sink, since: this.#now() };
      this.#containers.set(id, { ...known, phase: 'starting', recovered: true, attempts: ATTEMPTS_MAX });
    }
    this.#later(() => this.#examine(this.#startingOf(containerIds), 'the agent ended before it was started'));
    this.#watch();
  }

  /** Top-level containers that the runtime directory tells of; those the agent does not know are to be destroyed. */
  recordedContainers(): string[] {
    return namesIn(this.#paths.containers);
  }

  /** The same of containers inside this one, and inside those. */
  recordedBelow(containerId: string): string[] {
    return namesIn(join(this.#paths.container(containerId), 'containers')).flatMap((name) => {
      const id = `${containerId}.${name}`;
      return [id, ...this.recordedBelow(id)];
    });
  }

  /** What the container's processes use now (at most 0.5 s ago); undefined unless it runs. */
  usage(containerId: string): ContainerUsage | undefined {
    const container = this.#containers.get(containerId);
    if (container?.phase !== 'running') return undefined;
    return usageOf(this.#usageTable.families, container);
  }

  /** Steps after which `usage` need not read all processes at once. */
  measure(): Generator<undefined, void> {
    return this.#usageTable.refresh();
  }

  /** Removes what the runtime directory keeps of a container that is over; to be called when its end is recorded elsewhere. */
  remove(containerId: string): void {
    if (this.#containers.has(containerId)) throw new Error(`container ${containerId}: is not over`);
    removeRuntimeDirectory(this.#paths.container(containerId));
  }

  /** Lets go of all containers; they run on, and nothing is told any more. */
  close(): void {
    this.#closed = true;
    this.#starter.close();
    this.#kills.close();
    for (const timer of [this.#sweepTimer, this.#watchTimer]) timer?.cancel();
    this.#containers.clear();
  }

  // Starting

  #startingOf(ids: readonly string[]): Starting[] {
    return ids.flatMap((id) => {
      const container = this.#containers.get(id);
      return container?.phase === 'starting' ? container : [];
    });
  }

  /** Finds out what became of launches of which nobody reports; those that were not begun are begun again or fail. */
  #examine(list: readonly Starting[], why: string): void {
    for (const container of list) {
      const { failure } = readRecord(container.dir);
      if (failure !== undefined) this.#failed(container, failure);
      else if (!callOff(container.dir)) this.#conclude(container);
      else if (container.attempts < ATTEMPTS_MAX) this.#again(container);
      else this.#failed(container, `the container was not started: ${why}`);
    }
  }

  /** Somebody has decided before; a launcher may still be writing it down. */
  #conclude(container: Starting): void {
    const { process, status, calledOff, damaged } = readRecord(container.dir);
    for (const what of damaged)
      this.#onWarning(`container ${container.id}: ${what}; what it held is not known`);
    if (process !== undefined) {
      this.#started(container, process);
      if (status !== undefined) this.#exited(container.id, status);
    } else if (calledOff) {
      this.#failed(container, 'the container was not started: its launch was called off');
    } else if (damaged.length > 0) {
      this.#failed(container, `what is known of its process is damaged: ${damaged[0]}`);
    } else if (this.#isOlderThan(RECORD_TIMEOUT_MS, container)) {
      this.#failed(container, 'the container was not started: its process could not be written down');
    }
  }

  #again(container: Starting): void {
    this.#containers.set(container.id, { ...container, attempts: container.attempts + 1 });
    callOn(container.dir);
    this.#starter.start(container.id, container.dir);
  }

  // What happens to containers

  #report(report: Report): void {
    const container = this.#containers.get(report.containerId);
    if (container === undefined) return;
    if (report.kind === 'exited') {
      this.#exited(report.containerId, exitStatusOfShell(report.status));
    } else if (container.phase !== 'starting') {
      // Its leader is gone, or the directory is in which it would have left the status: its command is over.
      if (container.phase === 'running' && report.kind === 'missing')
        this.#exited(container.id, readStatus(container.dir) ?? { kind: 'unknown' });
    } else if (report.kind === 'started') {
      this.#started(container, {
        pid: report.pid,
        leader: report.leader,
        mark: report.mark ?? markOf(container.dir),
      });
    } else if (report.kind === 'failed') {
      this.#failed(container, report.text);
    } else {
      this.#examine([container], 'its launcher ended without a word');
    }
  }

  #started(container: Starting, process: ContainerProcess): void {
    const { id, dir, sink, recovered, since, signal, graceMs } = container;
    const sessions = new Set([process.leader]);
    this.#containers.set(id, { phase: 'running', id, dir, sink, recovered, since, process, sessions });
    if (signal !== undefined) this.#kills.kill(id, signal);
    if (graceMs !== undefined) this.#kills.killAfter(id, graceMs);
    sink.started(id, process.pid);
  }

  #exited(id: string, status: ExitStatus): void {
    const container = this.#containers.get(id);
    if (container?.phase !== 'running') return;
    container.kill?.timer.cancel();
    const { dir, sink, recovered, since, process, sessions } = container;
    this.#containers.set(id, { phase: 'ended', id, dir, sink, recovered, since, process, sessions });
    this.#sweepTimer ??= this.#clock.setTimer(SWEEP_MS, () => this.#sweep());
    sink.exited(id, status);
  }

  #failed(container: Starting, message: string): void {
    if (this.#containers.get(container.id)?.phase !== 'starting') return;
    this.#containers.delete(container.id);
    this.#starter.released(container.id);
    container.sink.failed(container.id, message);
  }

  // Looking after containers

  #sweep(): void {
    this.#sweepTimer = undefined;
    if (this.#now() - this.#lastSweep > INDEX_AGE_MS) this.#index.clear();
    this.#lastSweep = this.#now();
    const containers = [...this.#containers.values()];
    const ended = containers.filter((container) => container.phase === 'ended');
    const { passedOn, own } = byLeader(ended, containers);
    const gone = [...passedOn, ...sweepLeftovers(own, this.#index)];
    for (const { id } of gone) {
      this.#containers.delete(id);
      this.#starter.released(id);
    }
    if (gone.length < ended.length) this.#sweepTimer = this.#clock.setTimer(SWEEP_MS, () => this.#sweep());
    for (const { id, sink } of gone) if (!this.#closed) sink.destroyed(id);
  }

  #watch(): void {
    if (this.#watchTimer !== undefined || this.#containers.size === 0) return;
    const recovered = [...this.#containers.values()].some((container) => container.recovered);
    this.#watchTimer = this.#clock.setTimer(recovered ? RECOVERED_WATCH_MS : WATCH_MS, () => this.#look());
  }

  #look(): void {
    this.#watchTimer = undefined;
    const overdue: Starting[] = [];
    for (const container of [...this.#containers.values()]) {
      if (container.phase === 'running') this.#lookAt(container);
      else if (container.phase === 'starting' && this.#isOverdue(container)) overdue.push(container);
      else if (container.phase === 'starting' && this.#isOlderThan(RECORD_TIMEOUT_MS, container))
        this.#concludeIfDecided(container);
    }
    this.#examine(overdue, `nothing was heard of it for ${START_TIMEOUT_MS / 1000} s`);
    this.#watch();
  }

  #isOverdue(container: Starting): boolean {
    return container.recovered || this.#isOlderThan(START_TIMEOUT_MS, container);
  }

  #isOlderThan(ms: number, { since }: Starting): boolean {
    return this.#now() - since > ms;
  }

  /** Nothing was heard of it, though a launcher began: its word or its record was lost. */
  #concludeIfDecided(container: Starting): void {
    if (isDecided(container.dir)) this.#conclude(container);
  }

  #lookAt(container: Running): void {
    const alive = leaderLives(container.process);
    if (alive && !container.recovered) return;
    // Read after the look at the leader, which writes the status before it goes.
    const status = readStatus(container.dir);
    if (status !== undefined) this.#exited(container.id, status);
    else if (!alive) this.#exited(container.id, { kind: 'unknown' });
  }

  #now(): number {
    return this.#clock.monotonic();
  }

  #later(callback: () => void): Timer {
    return this.#clock.setTimer(0, () => {
      if (!this.#closed) callback();
    });
  }
}
