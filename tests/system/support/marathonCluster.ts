/** A master, agents and a Marathon, each a process of its own, started as a user starts them. */
import { readdirSync, readlinkSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { ownPort, ownRange, RANGE_PORTS } from '../../support/ports.ts';
import {
  type Booted,
  boot,
  bootAgent,
  bootMaster,
  type MasterProcess,
  scratch,
} from '../../support/processes.ts';
import { until } from '../../support/until.ts';

export interface Task {
  readonly id: string;
  readonly appId: string;
  readonly state: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly version: string;
  readonly slaveId: string;
  readonly healthCheckResults?: readonly { readonly alive: boolean; readonly consecutiveFailures: number }[];
}

export interface App {
  readonly id: string;
  readonly cmd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly version: string;
  readonly versionInfo: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string };
  readonly tasksRunning: number;
  readonly tasksStaged: number;
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
  readonly deployments: readonly { readonly id: string }[];
  readonly tasks: readonly Task[];
  readonly lastTaskFailure?: { readonly state: string; readonly message: string; readonly taskId: string };
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface ClusterOptions {
  /** Flags of each agent, which take the place of the usual ones; one agent when nothing is said. */
  readonly agents?: readonly (readonly string[])[];
  /** Further flags of Marathon. */
  readonly flags?: readonly string[];
}

function withUsual(firstPort: number, own: readonly string[]): string[] {
  const usual = [
    `--resources=cpus:8;mem:4096;disk:1000;ports:[${firstPort}-${firstPort + RANGE_PORTS - 1}]`,
    '--hostname=127.0.0.1',
  ];
  const nameOf = (flag: string): string => flag.split('=', 1)[0] ?? '';
  const given = new Set(own.map(nameOf));
  return [...usual.filter((flag) => !given.has(nameOf(flag))), ...own];
}

export class MarathonCluster {
  readonly master: MasterProcess;
  readonly folder: string;
  readonly url: string;
  /** The first of the ports that its agents offer, `RANGE_PORTS` in a row. */
  readonly firstPort: number;
  readonly #start: () => Booted;
  process: Booted;
  #agents = 0;

  constructor(master: MasterProcess, folder: string, url: string, firstPort: number, start: () => Booted) {
    this.master = master;
    this.folder = folder;
    this.url = url;
    this.firstPort = firstPort;
    this.#start = start;
    this.process = start();
  }

  /** @param flags take the place of the usual ones */
  async addAgent(t: ExecutionContext, flags: readonly string[]): Promise<void> {
    const number = ++this.#agents;
    // Agents are all of this host, whose ports they do not share.
    const firstPort = number === 1 ? this.firstPort : await ownRange();
    await bootAgent(t, this.master, `${this.folder}/agent-${number}`, withUsual(firstPort, flags));
  }

  /** Resolves when Marathon answers as the leader; who only listens may ask for a moment. */
  async ready(): Promise<void> {
    await this.process.says(/marathon listens on/);
    await until('Marathon leads', async () => (await this.ask('GET', '/v2/info')).status === 200);
  }

  /** `kill -9`, and a new one over the same state. */
  async killAndRestart(): Promise<void> {
    await this.process.end('SIGKILL');
    this.process = this.#start();
    await this.ready();
  }

  /** Any request; what refuses is an answer too. */
  async ask<T = Answer>(
    method: string,
    target: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const answer = await fetch(`${this.url}${target}`, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: (json ? JSON.parse(text) : undefined) as T,
    };
  }

  /** A request that is to succeed. @throws with what it was answered */
  async call<T = Answer>(method: string, target: string, body?: unknown): Promise<T> {
    const { status, text, body: read } = await this.ask<T>(method, target, body);
    if (status >= 300) throw new Error(`${method} ${target}: ${status} ${text}`);
    return read;
  }

  async app(id: string): Promise<App> {
    return (await this.call<{ app: App }>('GET', `/v2/apps${id}`)).app;
  }

  /** Ids of an app's tasks, in order. */
  async taskIds(id: string): Promise<string[]> {
    return (await this.app(id)).tasks.map((task) => task.id).sort();
  }

  /** Waits until nothing is being deployed. */
  settled(): Promise<unknown> {
    return until(
      () => `no deployment is under way; ${this.process.output().slice(-2000)}`,
      async () => (await this.call<object[]>('GET', '/v2/deployments')).length === 0,
    );
  }

  /** Waits until so many of an app's tasks run and nothing is deployed. */
  async runs(id: string, count: number): Promise<App> {
    return until(`${count} tasks of ${id} run`, async () => {
      const app = await this.app(id);
      const { tasksRunning, tasks, deployments } = app;
      return tasksRunning === count && tasks.length === count && deployments.length === 0 ? app : undefined;
    });
  }
}

export interface Answer {
  readonly message?: string;
  readonly deploymentId: string;
  readonly version: string;
}

/** Kills whatever runs in a folder: tasks in their sandboxes. */
function endProcessesIn(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended, or is somebody else's.
    }
  }
}

/** Boots them; they end with the test. */
export async function marathonCluster(
  t: ExecutionContext,
  { agents = [[]], flags = [] }: ClusterOptions = {},
): Promise<MarathonCluster> {
  const folder = scratch(t);
  // Tasks outlive their agents, and here they are to end with the test.
  t.teardown(() => endProcessesIn(folder));
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  // It is started again on the same one.
  const port = await ownPort();
  const start = (): Booted =>
    boot(t, [
      ...['--role=framework', '--framework=marathon', `--master=127.0.0.1:${master.port}`],
      ...[
        `--http_port=${port}`,
        `--work_dir=${folder}/marathon`,
        '--min_revive_offers_interval=100',
        ...flags,
      ],
    ]);
  const made = new MarathonCluster(master, folder, `http://127.0.0.1:${port}`, await ownRange(), start);
  await Promise.all([made.ready(), ...agents.map((own) => made.addAgent(t, own))]);
  return made;
}

/**
 * A command that serves HTTP on its first port. It answers `/` with the variable V; what it answers to `/health` is a status in the
 * file `status` of its sandbox, 200 without one. It ends, once told to, when its last request is answered.
 */
export const SERVER = `exec ${JSON.stringify(process.execPath)} -e '${[
  'const fs=require("fs")',
  'const s=require("http").createServer((q,r)=>{if(q.url==="/health")r.statusCode=fs.existsSync("status")?Number(fs.readFileSync("status")):200;r.end(process.env.V||"")})',
  's.listen(Number(process.env.PORT0),"127.0.0.1")',
  's.keepAliveTimeout=0',
  'process.on("SIGTERM",()=>{s.close(()=>process.exit(0));s.closeIdleConnections()})',
].join(';')}'`;
