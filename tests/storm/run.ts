/** An agent that is killed (kill -9) again and again while it runs tasks: every task is accounted for afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SeededRandom } from '../../runtime/index.ts';
import { ownPort } from '../support/ports.ts';
import { repositoryRoot } from '../support/processes.ts';
import { pause, until } from '../support/until.ts';
import { Ledger, type Tally } from './ledger.ts';
import { leftovers, removeCgroupsRoot, type StormAgent } from './leftovers.ts';
import { Work } from './work.ts';

export interface StormOptions {
  /** Logs and work folders stay in it; one of an earlier piece is gone on with. */
  readonly folder: string;
  readonly kills: number;
  /** Tasks that are kept running. */
  readonly tasks: number;
  /** How long tasks run that end by themselves, at most. */
  readonly secondsMax: number;
  readonly seed: number;
  /** Ids of tasks begin with it: another one for each piece. */
  readonly prefix: string;
  /** Flags of the agent beside the usual ones. */
  readonly flags?: readonly string[];
  /** Name of the agent's cgroup, when `flags` ask for cgroups. */
  readonly cgroupsRoot?: string;
  /** Tasks run in containers of Docker's engine, of this image; `flags` say where that is. */
  readonly image?: string;
  /** Told after each kill. @param running tasks that are told to run, now */
  readonly onKill?: (kills: number, running: number) => void;
}

export interface StormResult {
  readonly tally: Tally;
  readonly problems: readonly string[];
}

/** Kills come up to this long after the agent was started, or after it was registered. */
const GAP_MAX_MS = 1200;

/** How long the first of them may take to run, and a node to answer: a bound for what hangs, not for what is slow. */
const START_TIMEOUT_MS = 600_000;

/** How long most tasks are given to run again before the next kill, at most: on a busy machine it comes all the same. */
const REST_MS = 5000;

/** What is still running when nothing is launched any more ends within this time. */
const END_TIMEOUT_MS = 600_000;

export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { folder, seed } = options;
  const runs = path.join(folder, 'runs');
  mkdirSync(runs, { recursive: true });
  const ledger = new Ledger();
  const chance = new SeededRandom(seed);
  const cluster = await startCluster(options);
  const work = new Work({ ...options, master: cluster.master.url, runs, chance, ledger });
  try {
    await until('most tasks run', () => ledger.running >= options.tasks * 0.75, START_TIMEOUT_MS);
    for (let kills = 1; kills <= options.kills; kills++) {
      await pause(chance.next() * GAP_MAX_MS);
      await cluster.agent.kill();
      await cluster.agent.start();
      // A third of the kills comes while it starts and recovers, the others in its work.
      if (chance.next() < 2 / 3) {
        await cluster.agent.registered();
        await until('most tasks run', () => ledger.running >= options.tasks * 0.75, REST_MS).catch(
          () => undefined,
        );
      }
      options.onKill?.(kills, ledger.running);
    }
    work.wind();
    const left = await drained(ledger, cluster);
    const { tally, problems } = ledger.account(runs);
    return { tally, problems: [...problems, ...left, ...work.refusals.map((text) => `refused: ${text}`)] };
  } finally {
    await work.end();
    await cluster.end();
  }
}

/** Waits until all tasks have ended and nothing of them is left. @returns what is left all the same */
async function drained(ledger: Ledger, { agent }: Cluster): Promise<readonly string[]> {
  await until('all tasks end', () => ledger.live.size === 0, END_TIMEOUT_MS).catch(() => undefined);
  await until('nothing is left', () => leftovers(agent.facts).length === 0, END_TIMEOUT_MS).catch(
    () => undefined,
  );
  return leftovers(agent.facts).map((line) => `left: ${line}`);
}

interface Cluster {
  readonly master: { readonly url: string };
  readonly agent: AgentProcess;
  end(): Promise<void>;
}

async function startCluster({ folder, flags = [], cgroupsRoot }: StormOptions): Promise<Cluster> {
  const port = await ownPort();
  const url = `http://127.0.0.1:${port}`;
  const masterFlags = ['--role=master', `--port=${port}`, `--work_dir=${folder}/master`];
  const master = node([...masterFlags, '--allocation_interval=200ms'], `${folder}/master.log`);
  await until('the master answers', async () => (await fetch(`${url}/health`)).ok, START_TIMEOUT_MS);
  const [workDir, runtimeDir] = [`${folder}/agent`, `${folder}/agent/run`];
  const agent = new AgentProcess(
    [
      '--role=agent',
      `--master=127.0.0.1:${port}`,
      `--port=${await ownPort()}`,
      `--work_dir=${workDir}`,
      `--runtime_dir=${runtimeDir}`,
      '--resources=cpus:64;mem:65536;disk:1000',
      '--registration_backoff_factor=10ms',
      '--gc_delay=1mins',
      '--hostname=127.0.0.1',
      '--no-switch_user',
      ...flags,
    ],
    `${folder}/agent.log`,
    { workDir, runtimeDir, cgroupsRoot },
  );
  await agent.start();
  return {
    master: { url },
    agent,
    end: async () => {
      await Promise.all([agent.kill(), kill(master)]);
      removeCgroupsRoot(cgroupsRoot);
    },
  };
}

class AgentProcess {
  private child: ChildProcess | undefined;
  /** Where this start's words begin in the log. */
  private from = 0;
  private readonly args: readonly string[];
  private readonly log: string;
  private readonly places: Omit<StormAgent, 'pid'>;

  constructor(args: readonly string[], log: string, places: Omit<StormAgent, 'pid'>) {
    this.args = args;
    this.log = log;
    this.places = places;
  }

  get facts(): StormAgent {
    return { ...this.places, pid: this.child?.pid ?? 0 };
  }

  async start(): Promise<void> {
    this.child = node(this.args, this.log);
    this.from = readFileSync(this.log).length;
    await Promise.resolve();
  }

  /** Resolves when the master knows it again. @throws when it ended instead, or does not come */
  async registered(): Promise<void> {
    await until(
      () => `the agent is registered; it said: ${this.said.slice(-2000)}`,
      () => /registered/i.test(this.said),
      START_TIMEOUT_MS,
    );
  }

  async kill(): Promise<void> {
    if (this.child !== undefined) await kill(this.child);
  }

  private get said(): string {
    return readFileSync(this.log).subarray(this.from).toString();
  }
}

function node(args: readonly string[], log: string): ChildProcess {
  const output = openSync(log, 'a');
  const boot = path.join(repositoryRoot, 'runtime/boot.js');
  const child = spawn(process.execPath, [boot, ...args], {
    cwd: repositoryRoot,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
