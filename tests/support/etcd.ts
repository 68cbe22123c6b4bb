/** A real etcd of one or more members, where one is installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { freePort, scratch } from './processes.ts';
import { until } from './until.ts';

/** On a busy machine etcdctl, and the disk of etcd, take their time. */
const PATIENCE = ['--command-timeout=60s', '--dial-timeout=60s'];
const CTL_MS_MAX = 300_000;

export const hasEtcd: boolean = spawnSync('etcd', ['--version'], { stdio: 'ignore' }).status === 0;

export interface EtcdMember {
  readonly pid: number;
  readonly clientPort: number;
  kill(signal: NodeJS.Signals): void;
  /** Starts it again with what it has on disk. */
  restart(): void;
}

export interface EtcdCluster {
  readonly members: readonly EtcdMember[];
  /** `http://127.0.0.1:P,127.0.0.1:Q/mesostate` */
  readonly url: string;
  /** The same for `--master`. */
  readonly masterUrl: string;
  /** A value, by `etcdctl`; undefined when there is none. */
  get(key: string): string | undefined;
  /** Runs `etcdctl`. @returns what it prints @throws Error with what it says */
  ctl(...args: string[]): string;
  /**
   * Ends the lease of who leads, as time does when a killed leader extends it no more. A lease so short that a test can wait for its end is
   * one that a busy machine does not extend in time.
   *
   * @param of the key below `/mesostate` at which candidates stand in line
   */
  endLeadership(of: 'election' | 'marathon/election'): void;
}

/** Files with which members speak TLS to clients, and want their certificates. */
export interface EtcdTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Boots members on loopback; they end with the test. @param tls what `etcdctl` shows, too @param flags more of them for each member */
export async function bootEtcd(
  t: ExecutionContext,
  size = 1,
  tls?: EtcdTls,
  flags: readonly string[] = [],
): Promise<EtcdCluster> {
  const scheme = tls === undefined ? 'http' : 'https';
  const security =
    tls === undefined
      ? []
      : [
          '--client-cert-auth',
          '--trusted-ca-file',
          tls.caFile,
          '--cert-file',
          tls.certFile,
          '--key-file',
          tls.keyFile,
        ];
  const shown =
    tls === undefined ? [] : [`--cacert=${tls.caFile}`, `--cert=${tls.certFile}`, `--key=${tls.keyFile}`];
  const folder = scratch(t);
  const clientPorts: number[] = [];
  const peerPorts: number[] = [];
  for (let n = 0; n < size; n++) {
    clientPorts.push(await freePort());
    peerPorts.push(await freePort());
  }
  const initial = peerPorts.map((port, n) => `n${n}=http://127.0.0.1:${port}`).join(',');
  const members = clientPorts.map((clientPort, n) =>
    member(t, clientPort, [
      ...['--name', `n${n}`, '--data-dir', path.join(folder, `n${n}`), '--initial-cluster', initial],
      ...[
        '--listen-peer-urls',
        `http://127.0.0.1:${peerPorts[n]}`,
        '--logger',
        'zap',
        '--log-level',
        'error',
      ],
      ...[
        '--initial-advertise-peer-urls',
        `http://127.0.0.1:${peerPorts[n]}`,
        '--initial-cluster-state',
        'new',
      ],
      ...security,
      ...flags,
      ...['--listen-client-urls', `${scheme}://127.0.0.1:${clientPort}`],
      ...['--advertise-client-urls', `${scheme}://127.0.0.1:${clientPort}`],
    ]),
  );
  const places = clientPorts.map((port) => `127.0.0.1:${port}`).join(',');
  const urls = clientPorts.map((port) => `${scheme}://127.0.0.1:${port}`);
  const ctl = (...args: string[]): string => {
    const options = {
      env: { ...process.env, ETCDCTL_API: '3' },
      encoding: 'utf8',
      timeout: CTL_MS_MAX,
    } as const;
    const asked = spawnSync(
      'etcdctl',
      [...PATIENCE, `--endpoints=${urls.join(',')}`, ...shown, ...args],
      options,
    );
    if (asked.status !== 0) throw new Error(`etcdctl: ${asked.stderr}`);
    return asked.stdout.trim();
  };
  const get = (key: string) => ctl('get', '--print-value-only', key) || undefined;
  const endLeadership = (of: string): void => {
    const first = ctl(
      ...['get', '--prefix', '--sort-by=CREATE', '--limit=1', '--write-out=json'],
      `/mesostate/${of}/`,
    );
    // Above what a number holds.
    const lease = /"lease":(\d+)/.exec(first)?.[1];
    if (lease === undefined) throw new Error(`nobody leads: ${first}`);
    ctl('lease', 'revoke', BigInt(lease).toString(16));
  };
  await until('etcd answers', () => get('x') === undefined);
  const url = `${scheme}://${places}/mesostate`;
  return { members, get, ctl, endLeadership, url, masterUrl: url.replace('http', 'etcd') };
}

function member(t: ExecutionContext, clientPort: number, args: readonly string[]): EtcdMember {
  const begin = (): ChildProcess => spawn('etcd', args, { stdio: 'ignore' });
  let child = begin();
  t.teardown(() => child.kill('SIGKILL'));
  return {
    get pid() {
      return child.pid ?? -1;
    },
    clientPort,
    kill: (signal) => void child.kill(signal),
    restart: () => {
      child = begin();
    },
  };
}
