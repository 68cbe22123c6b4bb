/** A Docker engine of a test's own, with an image that no registry has to give. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from './folders.ts';
import { until } from './until.ts';

const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/sbin', '/bin'];

export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => fs.existsSync(path));
}

const dockerd = findProgram('dockerd');
const docker = findProgram('docker');
const busybox = findProgram('busybox');

/** Whether this machine and user can run an engine. */
export const canRunDocker: boolean =
  process.getuid?.() === 0 && [dockerd, docker, busybox].every((path) => path !== undefined);

export interface TestEngine {
  readonly socket: string;
  /** The command line client, for what a person would look at. */
  docker(...args: string[]): string;
}

export interface EngineOptions {
  /** With a bridge of its own, on which containers have addresses and their ports are published; default: none. */
  readonly bridged?: boolean;
}

/** Starts an engine and imports busybox as `shell:1`. It ends with the test file. */
export async function startEngine({
  bridged = false,
}: EngineOptions = {}): Promise<TestEngine & { stop(): Promise<void> }> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'docker-'));
  const socket = join(folder, 'S.sock');
  const bridge = bridged ? addBridge() : undefined;
  const args = [
    ...['--data-root', join(folder, 'D'), '--exec-root', join(folder, 'E'), '-H', `unix://${socket}`],
    ...['-p', join(folder, 'P.pid'), `--bridge=${bridge ?? 'none'}`],
    ...['--iptables=false', '--ip6tables=false'],
  ];
  const log = fs.openSync(join(folder, 'log'), 'w');
  const engine = spawn(dockerd ?? '', args, { stdio: ['ignore', log, log] });
  const run = (...words: string[]) =>
    execFileSync(docker ?? '', ['-H', `unix://${socket}`, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    await until(
      () => `the engine answers: ${fs.readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`,
      () => run('version'),
    );
    run('import', makeImage(folder), 'shell:1');
  } catch (error) {
    await stop(engine, folder, bridge);
    throw error;
  }
  return { socket, docker: run, stop: () => stop(engine, folder, bridge) };
}

/** A bridge of this process' own, on a network that its process id chooses. @returns its name */
function addBridge(): string {
  const name = `mb${process.pid}`;
  const address = `10.213.${process.pid % 250}.1/24`;
  execFileSync('ip', ['link', 'add', name, 'type', 'bridge']);
  execFileSync('ip', ['address', 'add', address, 'dev', name]);
  execFileSync('ip', ['link', 'set', name, 'up']);
  return name;
}

async function stop(engine: ChildProcess, folder: string, bridge: string | undefined): Promise<void> {
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  engine.kill('SIGTERM');
  await ended;
  try {
    execFileSync('umount', ['-l', join(folder, 'E/netns/default')], { stdio: 'ignore' });
  } catch {
    // Not every engine mounts it.
  }
  if (bridge !== undefined) execFileSync('ip', ['link', 'delete', bridge]);
  await removeFolder(folder);
}

/** A tar of busybox, its links and, when it is no static one, its libraries. */
function makeImage(folder: string): string {
  const root = join(folder, 'image');
  fs.mkdirSync(join(root, 'bin'), { recursive: true });
  fs.mkdirSync(join(root, 'tmp'));
  fs.copyFileSync(busybox ?? '', join(root, 'bin/busybox'));
  fs.chmodSync(join(root, 'bin/busybox'), 0o755);
  copyLibraries(busybox ?? '', root);
  for (const name of [
    'sh',
    'cat',
    'ls',
    'env',
    'sleep',
    'echo',
    'touch',
    'true',
    'seq',
    'mkdir',
    'httpd',
    'test',
  ])
    fs.symlinkSync('busybox', join(root, 'bin', name));
  const tar = join(folder, 'image.tar');
  execFileSync('tar', ['-cf', tar, '-C', root, '.']);
  return tar;
}

/** What a program that is no static one needs, into another root. */
export function copyLibraries(program: string, root: string): void {
  let needed: string;
  try {
    needed = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return;
  }
  for (const [path] of needed.matchAll(/\/\S+/g)) {
    const copy = join(root, path);
    fs.mkdirSync(copy.slice(0, copy.lastIndexOf('/')), { recursive: true });
    fs.copyFileSync(path, copy);
  }
}
