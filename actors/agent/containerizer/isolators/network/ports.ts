/** network/ports: containers that listen on TCP ports of the machine which they were not given are told of, or ended (agent.md §10.2). */
import { TaskStatusReason, ValueType } from '../../../../../proto/generated/types/v1.ts';
import type { Clock, Timer } from '../../../../../runtime/ports.ts';
import { ProcessFamilies, readPids, readProcess } from '../../processTable.ts';
import type { ContainerResources } from '../../resources.ts';
import { readNote, readRecord, replaceNote } from '../../runtimeFiles.ts';
import type { IsolatedLaunch, Isolator, IsolatorEvents, Preparation } from '../isolator.ts';
import { listeningSockets, portsOf } from './listeners.ts';

export interface PortRange {
  readonly begin: number;
  readonly end: number;
}

export interface PortsOptions {
  readonly clock: Clock;
  readonly events: IsolatorEvents;
  /** `--container_ports_watch_interval`. */
  readonly intervalMs: number;
  /** `--enforce_container_ports`. */
  readonly enforce: boolean;
  /** Ports that are looked at; absent: all. */
  readonly isolated?: readonly PortRange[] | undefined;
  /** The runtime directory of a container. */
  readonly dirOf: (containerId: string) => string;
  /** Processes in the container's cgroups, where it has some: also those that left its sessions. */
  readonly processesOf: (containerId: string) => readonly number[];
}

/** In the runtime directory of a container: its ports, `begin-end` a line, for the next agent to go on. */
const NOTE = 'ports';

/** Processes that are read between two turns of the loop. */
const PIECE = 100;

export class PortsIsolator implements Isolator {
  readonly name = 'network/ports';
  readonly #options: PortsOptions;
  /** Containers that are looked at; those on networks of their own show no listeners here. */
  readonly #watched = new Set<string>();
  /** Of outermost containers; those inside share them. */
  readonly #given = new Map<string, readonly PortRange[]>();
  /** What was told of each. */
  readonly #told = new Map<string, string>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: PortsOptions) {
    this.#options = options;
  }

  prepare({ containerId, parentId, resources }: IsolatedLaunch): Preparation {
    this.#watch(containerId);
    if (parentId !== undefined) return {};
    const ranges = resources.ports ?? [];
    this.#given.set(containerId, ranges);
    return { notes: { [NOTE]: textOf(ranges) } };
  }

  recover(containerId: string): void {
    const text = readNote(this.#options.dirOf(containerId), NOTE);
    if (text !== undefined) this.#given.set(containerId, rangesOf(text));
    this.#watch(containerId);
  }

  update(containerId: string, { ports = [] }: ContainerResources): void {
    if (!this.#watched.has(containerId) || containerId.includes('.')) return;
    this.#given.set(containerId, ports);
    replaceNote(this.#options.dirOf(containerId), NOTE, textOf(ports));
  }

  cleanup(containerId: string): void {
    this.#watched.delete(containerId);
    this.#given.delete(containerId);
    this.#told.delete(containerId);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #watch(containerId: string): void {
    this.#watched.add(containerId);
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#closed || this.#watched.size === 0) return;
    this.#timer = this.#options.clock.setTimer(this.#options.intervalMs, () => void this.#look());
  }

  /** What could not be read this time is read the next: an agent does not end for it. */
  async #look(): Promise<void> {
    try {
      await this.#lookOnce();
    } catch (error) {
      this.#options.events.noticed(`who listens on which port is not known now: ${(error as Error).message}`);
    }
    this.#timer = undefined;
    this.#arm();
  }

  async #lookOnce(): Promise<void> {
    const sockets = new Map([...listeningSockets()].filter(([, port]) => this.#isIsolated(port)));
    // Most machines have listeners; on one that has none there is nothing to look for.
    const families = sockets.size === 0 ? undefined : await this.#families();
    // The inner ones first: what they do is not also told of the one around them, in whose cgroup they may be.
    const ids = [...this.#watched].sort((a, b) => b.length - a.length);
    const seen = new Set<number>();
    for (const containerId of ids) {
      if (families === undefined || this.#closed) break;
      this.#check(containerId, this.#portsOf(containerId, families, sockets, seen));
      await this.#pause();
    }
  }

  /** The machine's processes, read a few at a time. */
  async #families(): Promise<ProcessFamilies> {
    const families = new ProcessFamilies();
    for (const [at, pid] of readPids().entries()) {
      const stat = readProcess(pid);
      if (stat !== undefined) families.add(stat);
      if (at % PIECE === PIECE - 1) await this.#pause();
    }
    return families;
  }

  #portsOf(
    containerId: string,
    families: ProcessFamilies,
    sockets: ReadonlyMap<string, number>,
    seen: Set<number>,
  ): number[] {
    const { dirOf, processesOf } = this.#options;
    const { process } = readRecord(dirOf(containerId));
    if (process === undefined) return [];
    const family = families.membersOf(process.leader, new Set([process.leader])).map(({ pid }) => pid);
    const fresh = [...new Set([...family, ...processesOf(containerId)])].filter((pid) => !seen.has(pid));
    for (const pid of fresh) seen.add(pid);
    return [...new Set(fresh.flatMap((pid) => portsOf(pid, sockets)))].sort((a, b) => a - b);
  }

  #isIsolated(port: number): boolean {
    return this.#options.isolated === undefined || isIn(port, this.#options.isolated);
  }

  #check(containerId: string, listening: readonly number[]): void {
    const given = this.#given.get(containerId.split('.', 1)[0] ?? '');
    // What it has is not known before it is told again; what has ended meanwhile is nobody's.
    if (given === undefined || !this.#watched.has(containerId)) return;
    const ranges = joined(listening.filter((port) => !isIn(port, given)));
    const shown = `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`;
    if (ranges.length === 0 || this.#told.get(containerId) === shown) {
      if (ranges.length === 0) this.#told.delete(containerId);
      return;
    }
    this.#told.set(containerId, shown);
    const message = `Container ${containerId} is listening on unallocated port(s): ${shown}`;
    const { enforce, events } = this.#options;
    if (!enforce) {
      events.noticed(message);
      return;
    }
    events.limited(containerId, {
      reason: TaskStatusReason.REASON_CONTAINER_LIMITATION,
      message,
      resources: [{ name: 'ports', type: ValueType.RANGES, ranges: { range: ranges } }],
    });
  }

  #pause(): Promise<void> {
    return new Promise<void>((resolve) => void this.#options.clock.setTimer(0, resolve));
  }
}

function isIn(port: number, ranges: readonly PortRange[]): boolean {
  return ranges.some(({ begin, end }) => port >= begin && port <= end);
}

/** @param ports ascending */
function joined(ports: readonly number[]): PortRange[] {
  const ranges: PortRange[] = [];
  for (const port of ports) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === port - 1) ranges.splice(-1, 1, { begin: last.begin, end: port });
    else ranges.push({ begin: port, end: port });
  }
  return ranges;
}

function textOf(ranges: readonly PortRange[]): string {
  return ranges.map(({ begin, end }) => `${begin}-${end}\n`).join('');
}

function rangesOf(text: string): PortRange[] {
  return [...text.matchAll(/^(\d+)-(\d+)$/gm)].map(([, begin, end]) => ({
    begin: Number(begin),
    end: Number(end),
  }));
}
