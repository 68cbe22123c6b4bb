/** URIs that Hadoop's client knows (hdfs, s3a, …): it is asked for their size and copies them, as the user who wants the file. */
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { runProgram } from '../subprocess.ts';
import type { DownloadOptions, Target } from './download.ts';

/** What the client looks for in its environment: where it and Java are, its configuration, who it is to Kerberos, proxies. */
const OF_HADOOP = /^(JAVA_HOME|(HADOOP|HDFS|KRB5).*|[a-z]+_proxy)$/;

/** Its name in a folder or, without one, in the PATH. */
function programOf(home: string | undefined): string {
  const folder = home ?? process.env['HADOOP_HOME'];
  return folder === undefined || folder === '' ? 'hadoop' : join(folder, 'bin', 'hadoop');
}

function run(args: readonly string[], { hadoopHome, user, signal }: DownloadOptions): Promise<string> {
  const environment: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(process.env))
    if (OF_HADOOP.test(name)) environment[name] = value;
  if (hadoopHome !== undefined) environment['HADOOP_HOME'] = hadoopHome;
  return runProgram(programOf(hadoopHome), ['fs', ...args], { user, signal, environment, cwd: '/' });
}

/** Bytes of the file; undefined when it does not tell. */
export async function hadoopSize(url: string, options: DownloadOptions): Promise<number | undefined> {
  const said = await run(['-du', url], options);
  // `SIZE PATH`, or `SIZE SIZE-OF-ALL-COPIES PATH`, after a count of items with old ones.
  const size = /^\s*(\d+)\s/m.exec(said)?.[1];
  return size === undefined ? undefined : Number(size);
}

/**
 * Copies to a path where nothing is yet, in whoever's folder: the client writes as its user into one of its own beside it.
 *
 * @throws Error in one line
 */
export async function copyFromHadoop(
  url: string,
  { at, path }: Target,
  options: DownloadOptions,
): Promise<void> {
  const { user } = options;
  const folder = `${at}.hadoop`;
  await fs.promises.rm(folder, { recursive: true, force: true });
  await fs.promises.mkdir(folder, { mode: 0o700 });
  try {
    if (user !== undefined) await fs.promises.lchown(folder, user.uid, user.gid);
    const name = basename(path);
    await run(['-copyToLocal', url, join(`${path}.hadoop`, name)], options);
    await fs.promises.rename(join(folder, name), at);
    if (!(await fs.promises.lstat(at)).isFile()) {
      await fs.promises.rm(at, { recursive: true });
      throw new Error('it is no regular file');
    }
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}
