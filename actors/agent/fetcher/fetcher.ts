/** Brings the files a command asks for into its sandbox, before it starts (agent.md §9). */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CommandInfoURI } from '../../../proto/generated/types/v1.ts';
import type { Counter, MetricsRegistry } from '../../../runtime/metrics/index.ts';
import type { Clock } from '../../../runtime/ports.ts';
import type { ContainerLaunch, FetcherPort } from '../containerizer/index.ts';
import { descend, type HeldFolder, type SandboxWay, sandboxWay, within } from '../heldFolder.ts';
import type { ProxyVariables } from '../proxies.ts';
import { appendText, handOver, makeFolder } from '../sandboxFiles.ts';
import { userNumbers } from '../subprocess.ts';
import { extract } from './archive.ts';
import { type CacheEntry, FetcherCache } from './cache.ts';
import { announcedSize, type DownloadOptions, download, type Target } from './download.ts';
import { type FetchItem, fetchItem, shownUri } from './uri.ts';

/** Downloads under way at a time; others wait for their turn. */
const DOWNLOADS_MAX = 16;

export interface FetcherOptions {
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  /** `--fetcher_cache_dir`. */
  readonly cacheDir: string;
  /** `--fetcher_cache_size`, bytes. */
  readonly cacheBytes: number;
  /** `--fetcher_stall_timeout`, milliseconds. */
  readonly stallMs: number;
  /** `--frameworks_home`. */
  readonly frameworksHome: string;
  /** `--hadoop_home`. */
  readonly hadoopHome: string | undefined;
  /** Of the agent's environment; absent: there are no proxies. */
  readonly variables?: ProxyVariables;
}

/** One fetch of one container. */
interface Job {
  readonly item: FetchItem;
  readonly way: SandboxWay;
  /** Of the sandbox. */
  readonly path: string;
  readonly sandbox: HeldFolder;
  readonly userName: string | undefined;
  readonly options: DownloadOptions;
}

export class Fetcher implements FetcherPort {
  readonly #options: FetcherOptions;
  readonly #cache: FetcherCache;
  readonly #turns = new Turns(DOWNLOADS_MAX);
  readonly #succeeded: Counter;
  readonly #failed: Counter;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#cache = new FetcherCache(options.cacheDir, options.cacheBytes);
    const { metrics } = options;
    const name = (what: string) => `containerizer/fetcher/${what}`;
    this.#succeeded = metrics.counter(name('task_fetches_succeeded'), 'Containers that got all their files');
    this.#failed = metrics.counter(name('task_fetches_failed'), 'Containers that did not');
    metrics.gauge(name('cache_size_total_bytes'), () => this.#cache.capacity, 'Room of the cache');
    metrics.gauge(name('cache_size_used_bytes'), () => this.#cache.used, 'Of that taken');
  }

  /** One after another; the first that fails ends it. What was done is told in the sandbox's stderr. */
  async fetch(launch: ContainerLaunch, signal: AbortSignal): Promise<void> {
    const way = sandboxWay(launch.containerId, launch.sandbox);
    try {
      const user = launch.user === undefined ? undefined : await userNumbers(launch.user);
      if (user !== undefined) within(way.root, way.below, (sandbox) => sandbox.give(user));
      const { clock, stallMs, hadoopHome, variables = {} } = this.#options;
      const options = { clock, stallMs, hadoopHome, variables, user, signal };
      for (const uri of launch.uris ?? []) await this.#fetchOne(uri, launch, way, options);
      this.#succeeded.value += 1;
    } catch (error) {
      this.#failed.value += 1;
      throw error;
    }
  }

  async #fetchOne(
    uri: CommandInfoURI,
    { sandbox: path, user: userName }: ContainerLaunch,
    way: SandboxWay,
    options: DownloadOptions,
  ): Promise<void> {
    const shown = shownUri(uri.value.trimStart());
    const sandbox = descend(way.root, way.below);
    const stderr = sandbox.at('stderr');
    let said: string;
    try {
      const item = fetchItem(uri, this.#options.frameworksHome);
      said = await this.#bring({ item, way, path, sandbox, userName, options });
      await appendText(stderr, `Fetched '${shown}' ${said}\n`);
    } catch (error) {
      said = `cannot be fetched: ${(error as Error).message}`;
      await appendText(stderr, `URI '${shown}' ${said}\n`).catch(() => undefined);
      throw new Error(`URI '${shown}' ${said}`);
    } finally {
      sandbox.close();
    }
  }

  /** @returns how, for the log */
  async #bring(job: Job): Promise<string> {
    const { item, way, path, options } = job;
    // Archives that came before may have put links in the way.
    const folder = makeFolder(way, dirname(item.file), options.user);
    if (folder === undefined) throw new Error(`'${item.file}' leads out of the sandbox`);
    try {
      const target = { at: folder.at(basename(item.file)), path: join(path, item.file) };
      await fs.promises.unlink(target.at).catch(() => undefined);
      return await this.#bringTo(target, job);
    } finally {
      folder.close();
    }
  }

  async #bringTo(target: Target, job: Job): Promise<string> {
    const { item, options } = job;
    const cached = item.cache && this.#cache.capacity > 0 ? await this.#cached(job) : undefined;
    if (cached === undefined) {
      await this.#turns.take(() => download(item.source, target, options));
      return this.#finish(job, target);
    }
    try {
      return await this.#finish(job, target, cached.path);
    } finally {
      this.#cache.release(cached);
    }
  }

  /** @param cached where the bytes are, if not at the target */
  async #finish({ item, sandbox, options }: Job, { at, path }: Target, cached?: string): Promise<string> {
    const { user } = options;
    const how = cached === undefined ? '' : ' from the cache';
    // Into the sandbox, whatever folder output_file is in.
    if (item.extract && (await extract(basename(item.file), cached ?? path, sandbox, user))) {
      // Unless something of that name was in it.
      if (cached === undefined) await handOver(at, user, false).catch(() => undefined);
      return `and extracted it${how}`;
    }
    if (cached !== undefined) await fs.promises.copyFile(cached, at, fs.constants.COPYFILE_EXCL);
    await handOver(at, user, item.executable);
    return `to '${item.file}'${how}`;
  }

  /** The file in the cache, or undefined: then it is fetched for this container alone. */
  async #cached(job: Job): Promise<CacheEntry | undefined> {
    const { item, userName, options } = job;
    const { signal } = options;
    const key = `${userName ?? ''}\n${item.uri}`;
    let entry = this.#cache.find(key);
    if (entry === undefined) {
      const size = await announcedSize(item.source, options).catch(() => undefined);
      // Somebody may have begun meanwhile.
      entry = this.#cache.find(key) ?? (size === undefined ? undefined : this.#fill(key, job, size));
    }
    try {
      await (entry && Promise.race([entry.ready, aborted(signal)]));
      return entry;
    } catch {
      if (entry !== undefined) this.#cache.release(entry);
      return undefined;
    }
  }

  #fill(key: string, { item, userName, options }: Job, size: number): CacheEntry | undefined {
    const name = basename(item.file).slice(-100);
    // Others may wait for it, too.
    const lasting = { ...options, signal: new AbortController().signal };
    return this.#cache.add(key, userName ?? 'none', name, size, async (path) => {
      await this.#turns.take(() => download(item.source, { at: path, path }, lasting));
      return (await fs.promises.stat(path)).size;
    });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Lets so many run at a time, in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
