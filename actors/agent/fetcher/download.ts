/** Brings a source's bytes into an open file. */
import * as fs from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../runtime/ports.ts';
import { formatBytes } from '../../../runtime/units/index.ts';
import { ask } from '../outgoing.ts';
import { type ProxyVariables, proxyVariables } from '../proxies.ts';
import { makeFile } from '../sandboxFiles.ts';
import { Stall, stallText } from '../stall.ts';
import { runProgram } from '../subprocess.ts';
import { copyFromHadoop, hadoopSize } from './hadoop.ts';
import type { Source } from './uri.ts';

const REDIRECTS_MAX = 10;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface DownloadOptions {
  readonly clock: Clock;
  /** `--fetcher_stall_timeout`: a download during which nothing comes for so long is given up. */
  readonly stallMs: number;
  readonly hadoopHome: string | undefined;
  /** Whoever wants the file: local files are read with that user's rights. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** Of the environment, as far as they name proxies. */
  readonly variables?: ProxyVariables;
  /** The container was given up. */
  readonly signal: AbortSignal;
}

/** Where a file is to be, whose folder others may be at work in. */
export interface Target {
  /** For the agent itself: no link that is put in the way leads from there. */
  readonly at: string;
  /** For programs that have the rights of the user alone. */
  readonly path: string;
}

/** To where nothing is yet; of what fails nothing stays. @throws Error in one line */
export async function download(source: Source, target: Target, options: DownloadOptions): Promise<void> {
  try {
    await bring(source, target, options);
  } catch (error) {
    // Half a file is of no use, and may be what fills the disk.
    await fs.promises.rm(target.at, { force: true });
    throw error;
  }
}

async function bring(source: Source, target: Target, options: DownloadOptions): Promise<void> {
  if (source.kind === 'other') {
    await copyFromHadoop(source.url, target, options);
    return;
  }
  const file = await makeFile(target.at);
  try {
    if (source.kind === 'file') await copyLocal(source.path, file, options);
    else if (source.kind === 'http') await copyHttp(source.url, file, options);
    else await copyFtp(source.url, file.fd, options);
  } finally {
    await file.close();
  }
}

/** Bytes of the source as far as it tells; undefined when it does not. */
export async function announcedSize(source: Source, options: DownloadOptions): Promise<number | undefined> {
  if (source.kind === 'file') {
    const stat = await fs.promises.stat(source.path);
    return stat.isFile() ? stat.size : undefined;
  }
  if (source.kind === 'other') return hadoopSize(source.url, options);
  if (source.kind === 'ftp') return ftpSize(source.url, options);
  const response = await request(source.url, 'HEAD', options);
  response.destroy();
  const length = Number(response.headers['content-length'] ?? 0);
  return response.statusCode === 200 && length > 0 ? length : undefined;
}

async function copyLocal(
  path: string,
  file: fs.promises.FileHandle,
  { user, signal }: DownloadOptions,
): Promise<void> {
  const stat = await fs.promises.stat(path);
  if (!stat.isFile()) throw new Error('it is no regular file');
  await expectRoom(file, stat.size);
  await runProgram('cat', ['--', path], { outputFd: file.fd, user, signal });
}

/** A full disk ends the agent, and all that runs there: better not begun. @throws Error saying how much is missing */
async function expectRoom(file: fs.promises.FileHandle, bytes: number): Promise<void> {
  const { bavail, bsize } = await fs.promises.statfs(`/proc/self/fd/${file.fd}`).catch(() => NO_LIMIT);
  const free = bavail * bsize;
  if (bytes > free)
    throw new Error(`it has ${formatBytes(bytes)}, and the disk has room for ${formatBytes(free)}`);
}

/** Where it cannot be told. */
const NO_LIMIT = { bavail: Number.POSITIVE_INFINITY, bsize: 1 };

async function copyHttp(url: string, file: fs.promises.FileHandle, options: DownloadOptions): Promise<void> {
  const response = await request(url, 'GET', options);
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`the server answered ${response.statusCode}`);
  }
  const announced = response.headers['content-length'];
  const stall = new Stall(options, () => response.destroy(new Error(stallText(options))));
  try {
    if (announced !== undefined) await expectRoom(file, Number(announced));
    for await (const chunk of response) {
      stall.restart();
      // Not `write`, which may write less.
      await file.writeFile(chunk as Buffer);
    }
  } finally {
    stall.end();
    response.destroy();
  }
  if (announced !== undefined && (await file.stat()).size !== Number(announced)) {
    throw new Error('the connection broke before the end');
  }
}

/** Follows redirects. */
async function request(
  url: string,
  method: 'GET' | 'HEAD',
  options: DownloadOptions,
): Promise<IncomingMessage> {
  for (let at = new URL(url), hops = 0; ; hops++) {
    if (at.protocol !== 'http:' && at.protocol !== 'https:') throw new Error(`redirected to ${at.protocol}`);
    const response = await ask(at, { method, ...options });
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return response;
    response.destroy();
    if (hops >= REDIRECTS_MAX) throw new Error(`more than ${REDIRECTS_MAX} redirects`);
    at = new URL(location, at);
  }
}

async function copyFtp(url: string, outputFd: number, options: DownloadOptions): Promise<void> {
  await curl(url, [], { ...options, outputFd });
}

async function ftpSize(url: string, options: DownloadOptions): Promise<number | undefined> {
  const size = /^content-length: *(\d+)/im.exec(await curl(url, ['--head'], options))?.[1];
  return size === undefined ? undefined : Number(size);
}

/** @returns what it prints */
function curl(
  url: string,
  more: readonly string[],
  { stallMs, user, signal, variables, outputFd }: DownloadOptions & { readonly outputFd?: number },
): Promise<string> {
  const seconds = String(Math.max(1, Math.ceil(stallMs / 1000)));
  const patience = ['-y', seconds, '-Y', '1', '--connect-timeout', seconds];
  const args = ['-sSf', '--globoff', '--proto', '=ftp,ftps', ...patience, ...more, '-K', '-'];
  // By standard input: what else is in its arguments, others see.
  const input = `url = "${url}"\n`;
  const environment = proxyVariables(variables ?? {});
  return runProgram('curl', args, {
    ...{ user, input, signal, environment },
    ...(outputFd === undefined ? {} : { outputFd }),
  });
}
