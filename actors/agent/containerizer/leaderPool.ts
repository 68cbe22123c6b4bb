import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../../../runtime/ports.ts';
import { SCRIPT_ENVIRONMENT } from './programs.ts';
import { launcherDir, markOf, ReportReader, type StarterEvents, type StarterOptions } from './starter.ts';

/** A leader whose command runs longer than this is no longer counted as one of the pool. */
const LONG_MS = 3000;

interface Leader {
  readonly child: ChildProcess;
  readonly reader: ReportReader;
  /** The container it was given last; undefined while it waits for one. */
  containerId: string | undefined;
  since: number;
}

export interface LeaderPoolOptions extends StarterOptions {
  readonly clock: Clock;
  /** Marks its leaders among all processes of the machine. */
  readonly name: string;
  /** Leaders that are kept for short commands, at most. */
  readonly leadersMax: number;
  /** A leader whose command runs for longer than this, in milliseconds, makes room for another one; default 3000. */
  readonly longMs?: number;
}

/**
 * Leaders that run one container after another: a session is used again when no process of the container before is
 * left in it. A short command then costs one fork and one exec, a third of what a fresh leader costs.
 */
export class LeaderPool {
  readonly #options: LeaderPoolOptions;
  readonly #events: StarterEvents;
  readonly #leaders = new Set<Leader>();
  readonly #idle: Leader[] = [];
  readonly #byContainer = new Map<string, Leader>();
  #made = 0;

  constructor(options: LeaderPoolOptions, events: StarterEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** @returns false when no leader is free: then another starter has to do it */
  start(containerId: string, dir: string): boolean {
    this.#dismiss(containerId);
    const leader = this.#idle.pop() ?? this.#another();
    if (leader === undefined) return false;
    leader.containerId = containerId;
    leader.since = this.#options.clock.monotonic();
    this.#byContainer.set(containerId, leader);
    leader.child.stdin?.write(`${containerId} ${markOf(dir)}\n`);
    return true;
  }

  /** Nothing of the container is left: its leader is free again. */
  released(containerId: string): void {
    const leader = this.#byContainer.get(containerId);
    if (leader === undefined) return;
    this.#byContainer.delete(containerId);
    leader.containerId = undefined;
    if (this.#leaders.has(leader)) this.#idle.push(leader);
    else leader.child.stdin?.end();
  }

  /** Leaders end when their container has. */
  close(): void {
    for (const leader of new Set([...this.#leaders, ...this.#byContainer.values()])) {
      leader.child.removeAllListeners('close');
      leader.child.stdin?.end();
      leader.reader.close();
      leader.child.unref();
    }
  }

  /** @returns undefined when there are enough leaders for short commands */
  #another(): Leader | undefined {
    const { leadersMax } = this.#options;
    if (this.#leaders.size >= leadersMax) this.#letGo();
    return this.#leaders.size < leadersMax ? this.#make() : undefined;
  }

  /** Those with long commands make room for others. */
  #letGo(): void {
    const before = this.#options.clock.monotonic() - (this.#options.longMs ?? LONG_MS);
    for (const leader of this.#leaders) {
      if (leader.containerId !== undefined && leader.since < before) this.#leaders.delete(leader);
    }
  }

  #make(): Leader {
    const { shell, name } = this.#options;
    const mark = `${name}-${++this.#made}`;
    const child = spawn(shell, [join(launcherDir, 'run-container.sh'), mark], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      env: SCRIPT_ENVIRONMENT,
    });
    const report: StarterEvents['report'] = (one) =>
      this.#events.report(one.kind === 'started' ? { ...one, mark } : one);
    const reader = new ReportReader({ ...this.#events, report }, () => {});
    const leader: Leader = { child, reader, containerId: undefined, since: 0 };
    const channel = child.stdio[3];
    if (channel) reader.read(channel as Readable);
    child.stdin?.on('error', () => {});
    child.on('error', (error) => this.#failed(leader, error.message));
    child.on('close', () => this.#gone(leader));
    this.#leaders.add(leader);
    return leader;
  }

  /** A leader that was given this container before did not begin it: it is not trusted with another one. */
  #dismiss(containerId: string): void {
    const leader = this.#byContainer.get(containerId);
    if (leader === undefined) return;
    this.#forget(leader);
    leader.child.stdin?.end();
  }

  #failed(leader: Leader, text: string): void {
    const { containerId } = leader;
    this.#forget(leader);
    if (containerId !== undefined) this.#events.report({ kind: 'failed', containerId, text });
  }

  /** Killed, or its shell cannot work: what it was given and did not begin is for another. */
  #gone(leader: Leader): void {
    const { containerId } = leader;
    this.#forget(leader);
    if (containerId !== undefined) this.#events.report({ kind: 'missing', containerId });
  }

  #forget(leader: Leader): void {
    this.#leaders.delete(leader);
    const at = this.#idle.indexOf(leader);
    if (at >= 0) this.#idle.splice(at, 1);
    const { containerId } = leader;
    if (containerId !== undefined && this.#byContainer.get(containerId) === leader)
      this.#byContainer.delete(containerId);
    leader.containerId = undefined;
  }
}
