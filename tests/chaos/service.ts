/** Marathon in a cluster that is disturbed: an app that is scaled and restarted by chance, and must be as it was defined last. */
import path from 'node:path';
import { SeededRandom } from '../../runtime/index.ts';
import { freePort, repositoryRoot } from '../support/processes.ts';
import { pause, until } from '../support/until.ts';
import type { ChaosCluster } from './cluster.ts';
import { type Supervised, supervise } from './supervised.ts';
import { taskProcesses } from './taskProcesses.ts';

interface App {
  readonly instances: number;
  readonly deployments: readonly unknown[];
  readonly tasks: readonly { readonly id: string; readonly state: string }[];
}

/** Nothing else in these clusters sleeps as long. */
const SLEEP = 'sleep 86399';
const INSTANCES_MAX = 10;
const CHANGE_EVERY_MS = 6_000;

export class Service {
  readonly marathon: Supervised;
  readonly problems: string[] = [];
  /** Changes that Marathon accepted. */
  changes = 0;
  private readonly url: string;
  private readonly folder: string;
  /** What may be found: the number accepted last, and those asked for since of which nobody knows. */
  private wanted: number[] = [];

  private constructor(marathon: Supervised, url: string, folder: string) {
    this.marathon = marathon;
    this.url = url;
    this.folder = folder;
  }

  static async start(cluster: ChaosCluster, folder: string): Promise<Service> {
    const port = await freePort();
    const args = [
      ...[path.join(repositoryRoot, 'runtime/boot.js'), '--role=framework', '--framework=marathon'],
      ...[
        `--master=${cluster.masterUrl}`,
        `--http_port=${port}`,
        `--work_dir=${path.join(folder, 'marathon')}`,
      ],
      ...['--reconciliation_interval=5secs', '--failover_timeout=1weeks'],
    ];
    const marathon = supervise('marathon', process.execPath, args, {
      restartMs: 700,
      logFile: path.join(cluster.logs, 'marathon.log'),
    });
    const service = new Service(marathon, `http://127.0.0.1:${port}`, folder);
    const app = {
      id: '/service',
      cmd: SLEEP,
      cpus: 0.1,
      mem: 16,
      instances: 4,
      backoffSeconds: 0.2,
      maxLaunchDelaySeconds: 2,
      unreachableStrategy: { inactiveAfterSeconds: 10, expungeAfterSeconds: 20 },
    };
    await until('Marathon takes an app', async () => (await service.call('POST', '/v2/apps', app)) === 201);
    service.wanted = [app.instances];
    return service;
  }

  /** Scales and restarts until `over`. */
  async changeUntil(over: () => boolean, seed: number): Promise<void> {
    const chance = new SeededRandom(seed);
    while (!over()) {
      await pause(CHANGE_EVERY_MS * (0.5 + chance.next()));
      if (chance.next() < 0.2) {
        await this.call('POST', '/v2/apps/service/restart?force=true');
        continue;
      }
      const instances = 1 + Math.floor(chance.next() * INSTANCES_MAX);
      this.wanted.push(instances);
      const status = await this.call('PUT', '/v2/apps/service?force=true', { instances });
      if (status === 200) {
        this.wanted = [instances];
        this.changes++;
      } else if (status !== undefined) {
        this.problems.push(`Marathon answered ${status} to ${instances} instances`);
      }
    }
  }

  /** As many run as were wanted last, at Marathon and as processes; then none. */
  async account(): Promise<void> {
    const asWanted = async (): Promise<boolean> => {
      const { instances = -1, deployments = [0], tasks = [] } = (await this.app()) ?? {};
      const running = tasks.filter(({ state }) => state === 'TASK_RUNNING').length;
      const processes = taskProcesses(this.folder, SLEEP).length;
      if (deployments.length > 0 || running !== tasks.length) return false;
      return this.wanted.includes(instances) && running === instances && processes === instances;
    };
    try {
      await until('the app is as wanted', asWanted);
    } catch {
      const found = JSON.stringify(await this.app());
      const processes = taskProcesses(this.folder, SLEEP).length;
      const wanted = this.wanted.join(' or ');
      this.problems.push(`${wanted} instances were wanted, ${processes} processes run, the app is ${found}`);
    }
    await until('Marathon destroys the app', async () =>
      [200, 404].includes((await this.call('DELETE', '/v2/apps/service?force=true')) ?? 0),
    );
    try {
      await until('no instance runs', () => taskProcesses(this.folder, SLEEP).length === 0);
    } catch {
      for (const line of taskProcesses(this.folder, SLEEP))
        this.problems.push(`an instance runs on: ${line}`);
    }
  }

  private async app(): Promise<App | undefined> {
    try {
      const answer = await fetch(`${this.url}/v2/apps/service`, { signal: AbortSignal.timeout(5000) });
      return answer.status === 200 ? ((await answer.json()) as { app: App }).app : undefined;
    } catch {
      return undefined;
    }
  }

  /** @returns the status; undefined when there was no answer, or it said that Marathon is not ready */
  private async call(method: string, target: string, body?: object): Promise<number | undefined> {
    try {
      const { status } = await fetch(this.url + target, {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      return status === 503 ? undefined : status;
    } catch {
      return undefined;
    }
  }
}
