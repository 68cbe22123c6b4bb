/** A master as an OS process, full of emulated agents, and what can be asked of both. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../runtime/build.ts';
import type { EmulationOptions } from '../emulated/main.ts';
import { pause } from './pause.ts';
import { heldUp, type Pauses, type Phase } from './phases.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const WAIT_MS = 600_000;
/** The master tells of whole seconds. */
const SECOND_MS = 1100;

export interface LoadedMaster {
  readonly port: number;
  /** Seconds from the start until all agents were registered for the first time. */
  readonly registrationSeconds: number;
  /** What held the master up meanwhile. */
  readonly registrationHeldUp: Pick<Phase<unknown>, 'pauseMs' | 'pieces'>;
  /** Kills the master and starts another one. */
  failOver(): Promise<FailedOver>;
  /** The answer's text. */
  get(page: string): Promise<string>;
  /** Reads a page to its end, uncompressed. @param call of the operator API, posted, and the type of its answer @returns its size */
  read(page: string, call?: { readonly body: string; readonly accept: string }): Promise<number>;
  pauses(): Promise<Pauses>;
  /** Processor time of the master so far, in seconds. */
  masterSeconds(): number;
  metrics(): Promise<Record<string, number>>;
  /** Of the master, in bytes. */
  residentBytes(): number;
  close(): Promise<void>;
}

export interface FailedOver {
  /** From the new master's leading to the last agent's return. */
  readonly seconds: number;
  /** Processor time of the master and of the program of emulated agents meanwhile. */
  readonly masterSeconds: number;
  readonly emulationSeconds: number;
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
  const pauses = async () => JSON.parse(await get('/__pauses__')) as Pauses;
  await pause(SECOND_MS);
  const registrationHeldUp = heldUp(await pauses(), 0, Number.POSITIVE_INFINITY);
  return {
    port,
    registrationSeconds,
    registrationHeldUp,
    pauses,
    get,
    metrics,
    residentBytes: () => Number(readFileSync(`/proc/${master.pid}/statm`, 'utf8').split(' ')[1] ?? 0) * 4096,
    read: (page, call) => readWhole(port, page, call),
    masterSeconds: () => processorSeconds(master.pid),
    failOver: async () => {
      await ended(master, 'SIGKILL');
      master = bootMaster(port, folder);
      const recovery = async () => {
        const { leading, recovery: left } = JSON.parse(await get('/leadership')) as Leadership;
        return leading ? left : undefined;
      };
      await until(async () => (await recovery()) !== undefined);
      const leadingAt = performance.now();
      const before = [processorSeconds(master.pid), processorSeconds(emulation.pid)] as const;
      await until(async () => {
        const left = await recovery();
        return left !== undefined && left.settled >= left.agents;
      });
      return {
        seconds: (performance.now() - leadingAt) / 1000,
        masterSeconds: processorSeconds(master.pid) - before[0],
        emulationSeconds: processorSeconds(emulation.pid) - before[1],
      };
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

function emulate(options: EmulationOptions): { pid: number | undefined; registered(): number; end(): void } {
  const child = fork(path.join(here, '../emulated/main.js'), { stdio: 'inherit' });
  let registered = 0;
  child.on('message', (message) => {
    registered = (message as { registered: number }).registered;
  });
  child.send(options);
  return { pid: child.pid, registered: () => registered, end: () => child.disconnect() };
}

/** Processor time of a process, of all its threads, to a hundredth of a second. */
function processorSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function readWhole(
  port: number,
  path: string,
  call?: { readonly body: string; readonly accept: string },
): Promise<number> {
  const headers = call && { Accept: call.accept, 'Content-Type': 'application/json' };
  const method = call === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, ...(headers && { headers }) };
    const request = http.request(options, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`${path} was answered ${response.statusCode}`));
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(call?.body);
  });
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
    await pause(20);
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
