/** Brings the files a command asks for into its sandbox, before it starts (agent.md §9). */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CommandInfoURI } from '../../../proto/generated/types/v1.ts';
import type { Counter, MetricsRegistry } from '../../../runtime/metrics/index.ts';
import type { Clock } from '../../../runtime/ports.ts';
import type { ContainerLaunch, FetcherPort } from '../containerizer/index.ts';
import { appendText, handOver, makeFolder } from '../sandboxFiles.ts';
import { userNumbers } from '../subprocess.ts';
import { extract } from './archive.ts';
import { type CacheEntry, FetcherCache } from './cache.ts';
import { announcedSize, type DownloadOptions, download } from './download.ts';
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
}

/** One fetch of one container. */
interface Job {
  readonly item: FetchItem;
  readonly sandbox: string;
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
    try {
      const user = launch.user === undefined ? undefined : await userNumbers(launch.user);
      if (user !== undefined) await fs.promises.chown(launch.sandbox, user.uid, user.gid);
      const { clock, stallMs, hadoopHome } = this.#options;
      const options = { clock, stallMs, hadoopHome, user, signal };
      for (const uri of launch.uris ?? []) await this.#fetchOne(uri, launch, options);
      this.#succeeded.value += 1;
    } catch (error) {
      this.#failed.value += 1;
      throw error;
    }
  }

  async #fetchOne(uri: CommandInfoURI, launch: ContainerLaunch, options: DownloadOptions): Promise<void> {
    const { sandbox, user: userName } = launch;
    const shown = shownUri(uri.value.trimStart());
    let said: string;
    try {
      const item = fetchItem(uri, this.#options.frameworksHome);
      said = await this.#bring({ item, sandbox, userName, options });
    } catch (error) {
      said = `cannot be fetched: ${(error as Error).message}`;
      await appendText(join(sandbox, 'stderr'), `URI '${shown}' ${said}\n`).catch(() => undefined);
      throw new Error(`URI '${shown}' ${said}`);
    }
    await appendText(join(sandbox, 'stderr'), `Fetched '${shown}' ${said}\n`);
  }

  /** @returns how, for the log */
  async #bring(job: Job): Promise<string> {
    const path = await targetOf(job);
    const cached = job.item.cache && this.#cache.capacity > 0 ? await this.#cached(job) : undefined;
    if (cached === undefined) {
      await this.#turns.take(() => download(job.item.source, path, job.options));
      return this.#finish(job, path, path);
    }
    try {
      return await this.#finish(job, cached.path, path);
    } finally {
      this.#cache.release(cached);
    }
  }

  /** @param from the bytes. @param path where they belong */
  async #finish({ item, sandbox, options: { user } }: Job, from: string, path: string): Promise<string> {
    const isCached = from !== path;
    const how = isCached ? ' from the cache' : '';
    if (item.extract && (await this.#extracted(item, from, sandbox, user))) {
      // Unless something of that name was in it.
      if (!isCached) await handOver(path, user, false).catch(() => undefined);
      return `and extracted it${how}`;
    }
    if (isCached) await fs.promises.copyFile(from, path, fs.constants.COPYFILE_EXCL);
    await handOver(path, user, item.executable);
    return `to '${item.file}'${how}`;
  }

  async #extracted(
    { file }: FetchItem,
    from: string,
    sandbox: string,
    user: DownloadOptions['user'],
  ): Promise<boolean> {
    // Into the sandbox, whatever folder output_file is in.
    return extract(basename(file), from, sandbox, user);
  }

  /** The file in the cache, or undefined: then it is fetched for this container alone. */
  async #cached(job: Job): Promise<CacheEntry | undefined> {
    const { item, userName, options } = job;
    const key = `${userName ?? ''}\n${item.uri}`;
    let entry = this.#cache.find(key);
    if (entry === undefined) {
      const size = await announcedSize(item.source, options).catch(() => undefined);
      // Somebody may have begun meanwhile.
      entry = this.#cache.find(key) ?? (size === undefined ? undefined : this.#fill(key, job, size));
    }
    try {
      await (entry && Promise.race([entry.ready, aborted(options.signal)]));
      return entry;
    } catch {
      return undefined;
    }
  }

  #fill(key: string, { item, userName, options }: Job, size: number): CacheEntry | undefined {
    const name = basename(item.file).slice(-100);
    // Others may wait for it, too.
    const lasting = { ...options, signal: new AbortController().signal };
    return this.#cache.add(key, userName ?? 'none', name, size, async (path) => {
      await this.#turns.take(() => download(item.source, path, lasting));
      return (await fs.promises.stat(path)).size;
    });
  }
}

/** Where the file goes. Archives that came before may have put links in the way. */
async function targetOf({ item, sandbox, options: { user } }: Job): Promise<string> {
  if (!(await makeFolder(sandbox, dirname(item.file), user)))
    throw new Error(`'${item.file}' leads out of the sandbox`);
  const path = join(sandbox, item.file);
  await fs.promises.unlink(path).catch(() => undefined);
  return path;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
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
