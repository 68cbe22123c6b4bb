/** A master as an OS process, full of emulated agents, and what can be asked of both. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../runtime/build.ts';
import type { EmulationOptions } from '../emulated/main.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const WAIT_MS = 600_000;

export interface LoadedMaster {
  readonly port: number;
  /** Seconds from the start until all agents were registered for the first time. */
  readonly registrationSeconds: number;
  /** Kills the master and starts another one. @returns seconds from its leading to the last agent's return */
  failOver(): Promise<number>;
  /** The answer's text. */
  get(page: string): Promise<string>;
  metrics(): Promise<Record<string, number>>;
  /** Of the master, in bytes. */
  residentBytes(): number;
  close(): Promise<void>;
}

export async function loadedMaster(options: Omit<EmulationOptions, 'masterPort'>): Promise<LoadedMaster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-bench-'));
  const port = await freePort();
  let master = bootMaster(port, folder);
  const get = async (page: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${page}`)).text();
  const metrics = async () => JSON.parse(await get('/metrics/snapshot')) as Record<string, number>;
  await until(async () => (await get('/health')) === '');
  const startedAt = performance.now();
  const emulation = emulate({ ...options, masterPort: port });
  await until(() => emulation.registered() >= options.agents);
  const registrationSeconds = (performance.now() - startedAt) / 1000;
  return {
    port,
    registrationSeconds,
    get,
    metrics,
    residentBytes: () => Number(readFileSync(`/proc/${master.pid}/statm`, 'utf8').split(' ')[1] ?? 0) * 4096,
    failOver: async () => {
      await ended(master, 'SIGKILL');
      master = bootMaster(port, folder);
      const recovery = async () => {
        const { leading, recovery: left } = JSON.parse(await get('/leadership')) as Leadership;
        return leading ? left : undefined;
      };
      await until(async () => (await recovery()) !== undefined);
      const leadingAt = performance.now();
      await until(async () => {
        const left = await recovery();
        return left !== undefined && left.settled >= left.agents;
      });
      return (performance.now() - leadingAt) / 1000;
    },
    close: async () => {
      emulation.end();
      await ended(master, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

interface Leadership {
  readonly leading: boolean;
  readonly recovery: { readonly agents: number; readonly settled: number };
}

function bootMaster(port: number, folder: string): ChildProcess {
  const args = ['--role=master', `--port=${port}`, `--work_dir=${folder}`, '--logging_level=ERROR'];
  return spawn(
    process.execPath,
    [path.join(packageRoot, 'runtime/boot.js'), ...args, '--metrics_snapshot_rate_limit='],
    {
      cwd: packageRoot,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

function emulate(options: EmulationOptions): { registered(): number; end(): void } {
  const child = fork(path.join(here, '../emulated/main.js'), { stdio: 'inherit' });
  let registered = 0;
  child.on('message', (message) => {
    registered = (message as { registered: number }).registered;
  });
  child.send(options);
  return { registered: () => registered, end: () => child.disconnect() };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  return gone;
}

/** @throws Error after ten minutes */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    if (await Promise.resolve(condition()).catch(() => false)) return;
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
