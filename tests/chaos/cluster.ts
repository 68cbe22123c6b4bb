/** A cluster to be disturbed: three etcd members, three masters, agents, each a process that is started again when it ends. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { freePort, repositoryRoot } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { type Supervised, supervise } from './supervised.ts';

export interface ChaosCluster {
  readonly etcd: readonly Supervised[];
  readonly masters: readonly Supervised[];
  readonly agents: readonly Supervised[];
  /** Of the masters, in their order. */
  readonly urls: readonly string[];
  /** What frameworks are given as `--master`. */
  readonly masterUrl: string;
  /** Work folders of the agents. */
  readonly workDirs: readonly string[];
  /** Files of every process' words. */
  readonly logs: string;
  end(): Promise<void>;
}

const BOOT = path.join(repositoryRoot, 'runtime/boot.js');

/** Short timings, so that every kind of recovery happens within seconds. */
const MASTER_FLAGS = [
  '--etcd_session_timeout=5secs',
  '--agent_ping_timeout=1secs',
  '--max_agent_ping_timeouts=5',
  '--allocation_interval=300ms',
];

export async function startCluster(folder: string, agents: number): Promise<ChaosCluster> {
  const logs = path.join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const ports = async (count: number) => {
    const found: number[] = [];
    while (found.length < count) found.push(await freePort());
    return found;
  };
  const [clients, peers, masterPorts, agentPorts] = [
    await ports(3),
    await ports(3),
    await ports(3),
    await ports(agents),
  ];
  const etcd = startEtcd(folder, logs, clients, peers);
  const at = clients.map((port) => `127.0.0.1:${port}`).join(',');
  const node = (name: string, args: readonly string[]) =>
    supervise(name, process.execPath, [BOOT, ...args], {
      restartMs: 700,
      logFile: path.join(logs, `${name}.log`),
    });
  const masters = masterPorts.map((port, n) =>
    node(`master-${n}`, [
      '--role=master',
      `--port=${port}`,
      `--etcd=http://${at}/mesostate`,
      ...MASTER_FLAGS,
    ]),
  );
  const workDirs = agentPorts.map((_, n) => path.join(folder, `agent-${n}`));
  const agentProcesses = agentPorts.map((port, n) =>
    node(`agent-${n}`, [
      ...['--role=agent', `--master=etcd://${at}/mesostate`, `--port=${port}`, `--work_dir=${workDirs[n]}`],
      ...[`--runtime_dir=${workDirs[n]}/run`, '--resources=cpus:4;mem:4096;disk:1024', '--no-switch_user'],
      '--registration_backoff_factor=200ms',
    ]),
  );
  const everything = [...agentProcesses, ...masters, ...etcd];
  return {
    etcd,
    masters,
    agents: agentProcesses,
    urls: masterPorts.map((port) => `http://127.0.0.1:${port}`),
    masterUrl: `etcd://${at}/mesostate`,
    workDirs,
    logs,
    end: async () => {
      for (const each of everything) await each.end();
    },
  };
}

function startEtcd(
  folder: string,
  logs: string,
  clients: readonly number[],
  peers: readonly number[],
): Supervised[] {
  const initial = peers.map((port, n) => `n${n}=http://127.0.0.1:${port}`).join(',');
  return clients.map((client, n) =>
    supervise(
      `etcd-${n}`,
      'etcd',
      [
        ...['--name', `n${n}`, '--data-dir', path.join(folder, `etcd-${n}`), '--log-level', 'error'],
        ...['--listen-peer-urls', `http://127.0.0.1:${peers[n]}`, '--logger', 'zap'],
        ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peers[n]}`, '--initial-cluster', initial],
        ...['--listen-client-urls', `http://127.0.0.1:${client}`, '--initial-cluster-state', 'new'],
        ...['--advertise-client-urls', `http://127.0.0.1:${client}`],
      ],
      { restartMs: 1000, logFile: path.join(logs, `etcd-${n}.log`) },
    ),
  );
}

interface Seen {
  readonly index: number;
  readonly state: Record<string, unknown>;
}

/** The masters that answer `/state` themselves, asked all at once: leaders. */
export async function leaders({ urls }: ChaosCluster, page = '/leadership'): Promise<Seen[]> {
  const asked = await Promise.all(
    urls.map(async (url, index) => {
      try {
        const answer = await fetch(url + page, { redirect: 'manual', signal: AbortSignal.timeout(2000) });
        return answer.status === 200
          ? { index, state: (await answer.json()) as Record<string, unknown> }
          : undefined;
      } catch {
        return undefined;
      }
    }),
  );
  return asked.filter((each) => each !== undefined);
}

/** Waits until one master leads and so many agents are active there. @returns its address */
export async function settled(cluster: ChaosCluster, agents: number): Promise<string> {
  return until(`one master leads ${agents} agents (logs in ${cluster.logs})`, async () => {
    const [leader, ...others] = await leaders(cluster, '/state-summary');
    if (leader === undefined || others.length > 0) return undefined;
    const slaves = leader.state['slaves'] as { active: boolean }[];
    return slaves.filter(({ active }) => active).length === agents ? cluster.urls[leader.index] : undefined;
  });
}
