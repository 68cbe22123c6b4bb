/**
 * Removes sandboxes of runs that are over: a week after their end, and sooner the fuller the disk (agent.md §8).
 *
 * Only runs are scheduled. Folders above one (executor, framework, old agent) go with their last run, as empty folders only:
 * nothing that starts meanwhile can lose its sandbox.
 */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Counter, MetricsRegistry } from '../../../runtime/metrics/index.ts';
import type { Clock, Timer } from '../../../runtime/ports.ts';
import { removeTree } from '../removal.ts';

export interface SandboxGcOptions {
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly workDir: string;
  /** `--gc_delay`, milliseconds. */
  readonly delayMs: number;
  /** `--gc_disk_headroom`, 0 to 1: how much of the disk is to stay free. */
  readonly headroom: number;
  /** `--disk_watch_interval`, milliseconds. */
  readonly watchMs: number;
  /** Used part of the disk, 0 to 1; by default of the file system of `workDir`. */
  readonly diskUsage?: () => number;
  readonly onWarning: (text: string) => void;
}

/**
 * The age that sandboxes may reach, milliseconds.
 *
 * @param usage used part of the disk, 0 to 1
 */
export function maxAllowedAgeMs(delayMs: number, headroom: number, usage: number): number {
  return delayMs * Math.max(0, 1 - headroom - usage);
}

export class SandboxGc {
  readonly #options: SandboxGcOptions;
  /** When each is due by its age alone, by the monotonic clock: path → milliseconds. */
  readonly #due = new Map<string, number>();
  readonly #succeeded: Counter;
  readonly #failed: Counter;
  #isLive: (containerId: string) => boolean = () => false;
  #allowedMs: number;
  #timer: Timer | undefined;
  #removing = false;
  #closed = false;

  constructor(options: SandboxGcOptions) {
    this.#options = options;
    this.#allowedMs = options.delayMs;
    const { metrics } = options;
    metrics.gauge('gc/path_removals_pending', () => this.#due.size, 'Sandboxes that wait for their removal');
    this.#succeeded = metrics.counter('gc/path_removals_succeeded', 'Sandboxes removed');
    this.#failed = metrics.counter('gc/path_removals_failed', 'Sandboxes that could not be removed');
    const age = 'slave/executor_directory_max_allowed_age_secs';
    metrics.gauge(age, () => this.#allowedMs / 1000, 'Age that sandboxes may reach, by how full the disk is');
  }

  /** The run of this sandbox is over. */
  schedule(sandbox: string): void {
    this.#due.set(sandbox, this.#options.clock.monotonic() + this.#options.delayMs);
  }

  /**
   * Begins to watch, and looks for what earlier agents left.
   *
   * @param isLive whether a container is not over
   * @returns when all are found
   */
  start(isLive: (containerId: string) => boolean): Promise<void> {
    this.#isLive = isLive;
    this.#watch();
    return this.#scan();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #watch(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.setTimer(Math.min(this.#options.watchMs, this.#options.delayMs), () => {
      this.#look();
      this.#watch();
    });
  }

  #look(): void {
    const { clock, delayMs, headroom } = this.#options;
    this.#allowedMs = maxAllowedAgeMs(delayMs, headroom, this.#diskUsage());
    const soonerMs = delayMs - this.#allowedMs;
    const now = clock.monotonic();
    const ripe = [...this.#due].filter(([, due]) => due - now <= soonerMs).map(([path]) => path);
    if (!this.#removing && ripe.length > 0) void this.#remove(ripe);
  }

  #diskUsage(): number {
    if (this.#options.diskUsage !== undefined) return this.#options.diskUsage();
    try {
      const { blocks, bfree } = fs.statfsSync(this.#options.workDir);
      return blocks === 0 ? 0 : 1 - bfree / blocks;
    } catch {
      return 0;
    }
  }

  /** One at a time, the oldest first. */
  async #remove(sandboxes: readonly string[]): Promise<void> {
    this.#removing = true;
    for (const sandbox of sandboxes) {
      if (this.#closed) return;
      this.#due.delete(sandbox);
      if (this.#isLive(basename(sandbox))) continue;
      try {
        await removeTree(sandbox);
        await removeEmptied(sandbox, join(this.#options.workDir, 'slaves'));
        this.#succeeded.value += 1;
      } catch (error) {
        this.#failed.value += 1;
        this.#options.onWarning(`sandbox ${sandbox} cannot be removed: ${(error as Error).message}`);
      }
    }
    this.#removing = false;
  }

  async #scan(): Promise<void> {
    const root = join(this.#options.workDir, 'slaves');
    for (const agent of await folders(root)) {
      for (const framework of await folders(join(agent, 'frameworks'))) {
        for (const executor of await folders(join(framework, 'executors'))) {
          for (const run of await folders(join(executor, 'runs'))) await this.#found(run);
        }
      }
    }
  }

  async #found(run: string): Promise<void> {
    if (this.#isLive(basename(run)) || this.#due.has(run)) return;
    const stat = await fs.promises.stat(run).catch(() => undefined);
    if (stat === undefined) return;
    const { clock, delayMs } = this.#options;
    // One that is of tomorrow was left when the clock was wrong.
    const ageMs = Math.max(0, clock.now() - stat.mtimeMs);
    this.#due.set(run, clock.monotonic() - ageMs + delayMs);
  }
}

/** Real folders, no links. */
async function folders(path: string): Promise<string[]> {
  try {
    const entries = await fs.promises.readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch {
    return [];
  }
}

/** The folders above that hold nothing any more, and the link to the newest run when that was the one. */
async function removeEmptied(sandbox: string, root: string): Promise<void> {
  const latest = join(dirname(sandbox), 'latest');
  const target = await fs.promises.readlink(latest).catch(() => undefined);
  if (target === sandbox) await fs.promises.unlink(latest).catch(() => undefined);
  for (let folder = dirname(sandbox); folder.startsWith(`${root}/`); folder = dirname(folder)) {
    try {
      await fs.promises.rmdir(folder);
    } catch {
      return;
    }
  }
}
