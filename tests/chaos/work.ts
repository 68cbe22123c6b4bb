/** What runs while a cluster is disturbed, and the book of it: each task writes its sandbox down when it begins and when it ends. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../support/processes.ts';
import type { ChaosCluster } from './cluster.ts';

export interface WorkFigures {
  /** Runs of frameworks that came to their end. */
  rounds: number;
  /** Jobs and tasks these runs had to finish. */
  wanted: number;
  readonly problems: string[];
}

export interface Book {
  readonly begun: number;
  readonly ended: number;
  /** Begun, never ended: killed with their agent's consent, or lost. */
  readonly unended: readonly string[];
}

const JOBS = 60;
const COPIES = 40;

/** Runs rounds of both frameworks, side by side, until `over` says so; a round that began is always finished. */
export async function workUntil(
  cluster: ChaosCluster,
  folder: string,
  over: () => boolean,
): Promise<WorkFigures> {
  const figures: WorkFigures = { rounds: 0, wanted: 0, problems: [] };
  const ledger = path.join(folder, 'ledger');
  const command = `echo "begin $PWD" >> '${ledger}'; sleep 1.5; echo "end $PWD" >> '${ledger}'`;
  const rounds = async (wanted: number, args: (round: number) => string[]): Promise<void> => {
    for (let round = 1; !over(); round++) {
      const code = await framework(cluster, args(round));
      figures.rounds++;
      figures.wanted += wanted;
      if (code !== 0) figures.problems.push(`${args(round)[0]} ended with ${code} in round ${round}`);
    }
  };
  const jobs = (round: number): string[] => {
    const file = path.join(folder, `jobs-${round}.json`);
    const job = { name: `job-${round}`, instances: JOBS, cpus: 0.2, mem: 32, retries: 100, command };
    writeFileSync(file, JSON.stringify({ jobs: [job] }));
    return [
      '--framework=jobs',
      `--jobs=${file}`,
      '--unreachable_timeout=20secs',
      '--reconciliation_interval=5secs',
    ];
  };
  const options = JSON.stringify({ copies: 12, total: COPIES, command });
  const steady = path.join(repositoryRoot, 'examples/steady-framework.mjs');
  await Promise.all([
    rounds(JOBS, jobs),
    rounds(COPIES, () => [
      `--framework=${steady}`,
      `--framework_options=${options}`,
      '--failover_timeout=1weeks',
    ]),
  ]);
  return figures;
}

function framework(cluster: ChaosCluster, args: readonly string[]): Promise<number> {
  const boot = path.join(repositoryRoot, 'runtime/boot.js');
  const child = spawn(
    process.execPath,
    [boot, '--role=framework', `--master=${cluster.masterUrl}`, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const file = path.join(cluster.logs, 'frameworks.log');
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => appendFileSync(file, chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? -1)));
}

export function readBook(folder: string): Book {
  const file = path.join(folder, 'ledger');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1));
  const ended = new Set(of('end'));
  const begun = of('begin');
  return { begun: begun.length, ended: ended.size, unended: begun.filter((id) => !ended.has(id)) };
}
