/** A master and an agent as OS processes of their own, and a scheduler in this process that launches tasks and times them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type FrameworkDefinition, type SchedulerDriver, TaskState } from '../../actors/framework/index.ts';
import type { Offer, TaskInfo, TaskStatus } from '../../proto/index.ts';
import { packageRoot } from '../../runtime/build.ts';
import { hostBench } from './hosted.ts';

const READY = /listens on [^\s:]+:(\d+)/;

function boot(args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  const program = path.join(packageRoot, 'runtime/boot.js');
  const child = spawn(process.execPath, [program, '--logging_level=WARNING', ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const port = READY.exec(chunk.toString())?.[1];
      if (port !== undefined) resolve({ child, port: Number(port) });
    });
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
}

/** How far tasks got: seconds since the first launch. */
export interface Timings {
  readonly running: Map<string, number>;
  readonly finished: Map<string, number>;
}

export interface BenchCluster {
  /** Launches tasks on one whole offer and resolves when all have ended. @throws when one does not finish well */
  run(tasksOf: (offer: Offer, frameworkId: string) => TaskInfo[]): Promise<Timings>;
  /** Launches tasks on one whole offer and resolves when all run. @throws when one ends */
  start(tasksOf: (offer: Offer, frameworkId: string) => TaskInfo[]): Promise<void>;
  /** Resident bytes of master and agent together. */
  residentBytes(): number;
  /** The agent's process, as it is now. */
  readonly agent: { readonly pid: number; readonly url: string };
  /** Kills the agent (kill -9) and starts it again. @returns when it listens */
  restartAgent(): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly tasksOf: (offer: Offer, frameworkId: string) => TaskInfo[];
  /** Tasks are waited for until they are in this state. */
  readonly goal: TaskState;
  readonly resolve: (timings: Timings) => void;
  readonly reject: (error: Error) => void;
}

/** One round of tasks at a time: waits for an offer, launches all, gathers updates. */
class Rounds {
  readonly definition: FrameworkDefinition;
  private driver: SchedulerDriver | undefined;
  private waiting: Waiting | undefined;
  private left = 0;
  private startedAt = 0;
  private timings: Timings = { running: new Map(), finished: new Map() };

  constructor() {
    this.definition = {
      name: 'bench',
      create: () => ({
        subscribed: (driver) => {
          this.driver = driver;
        },
        offers: (driver, offers) => this.offers(driver, offers),
        update: (_driver, status) => this.update(status),
      }),
    };
  }

  run(tasksOf: Waiting['tasksOf'], goal: TaskState = TaskState.TASK_FINISHED): Promise<Timings> {
    return new Promise((resolve, reject) => {
      this.waiting = { tasksOf, goal, resolve, reject };
      this.driver?.revive();
    });
  }

  private offers(driver: SchedulerDriver, offers: readonly Offer[]): void {
    const [offer, ...others] = offers;
    if (others.length > 0) driver.decline(others.map(({ id }) => id));
    if (offer === undefined) return;
    if (this.waiting === undefined || this.left > 0) {
      driver.decline([offer.id], { refuse_seconds: 0 });
      return;
    }
    const tasks = this.waiting.tasksOf(offer, driver.frameworkId?.value ?? '');
    this.left = tasks.length;
    this.timings = { running: new Map(), finished: new Map() };
    this.startedAt = performance.now();
    driver.launch([offer.id], tasks, { refuse_seconds: 0 });
  }

  private update({ task_id, state, message }: TaskStatus): void {
    const seconds = (performance.now() - this.startedAt) / 1000;
    if (state === TaskState.TASK_RUNNING) this.timings.running.set(task_id.value, seconds);
    else if (state === TaskState.TASK_FINISHED) this.timings.finished.set(task_id.value, seconds);
    if (state === this.waiting?.goal) {
      if (--this.left === 0) this.end()?.resolve(this.timings);
    } else if (state !== TaskState.TASK_STARTING && state !== TaskState.TASK_RUNNING) {
      this.left = 0;
      this.end()?.reject(new Error(`${task_id.value}: state ${state}: ${message ?? ''}`));
    }
  }

  private end(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }
}

/** @param resources of the one agent. @param masterFlags e.g. a short allocation interval where offers are not the matter */
export async function benchCluster(
  resources: string,
  masterFlags: readonly string[] = [],
): Promise<BenchCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-bench-'));
  // As /var/run is on most machines: in memory.
  const runtime = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'mesostate-bench-'));
  const master = await boot(['--role=master', '--port=0', `--work_dir=${folder}/master`, ...masterFlags]);
  const agentFlags = [
    '--role=agent',
    `--master=127.0.0.1:${master.port}`,
    `--work_dir=${folder}/agent`,
    `--runtime_dir=${runtime}`,
    `--resources=${resources}`,
    '--registration_backoff_factor=10ms',
    '--no-switch_user',
  ];
  let agent = await boot([...agentFlags, '--port=0']);
  const rounds = new Rounds();
  const hosted = await hostBench(rounds.definition, master.port, os.userInfo().username);
  return {
    run: (tasksOf) => rounds.run(tasksOf),
    start: async (tasksOf) => {
      await rounds.run(tasksOf, TaskState.TASK_RUNNING);
    },
    get agent() {
      return { pid: agent.child.pid ?? 0, url: `http://127.0.0.1:${agent.port}` };
    },
    restartAgent: async () => {
      await ended(agent.child, 'SIGKILL');
      agent = await boot([...agentFlags, `--port=${agent.port}`]);
    },
    residentBytes: () => residentBytes(master.child.pid) + residentBytes(agent.child.pid),
    close: async () => {
      await hosted.end();
      for (const { child } of [agent, master]) {
        await ended(child, 'SIGTERM');
      }
      for (const made of [folder, runtime]) {
        rmSync(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      }
    },
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await gone;
}

export function residentBytes(pid: number | undefined): number {
  const pages = Number(readProc(pid).split(' ')[1] ?? 0);
  return pages * 4096;
}

function readProc(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/statm`, 'utf8');
  } catch {
    return '';
  }
}
