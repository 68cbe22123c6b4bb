/** What runs while a cluster is disturbed, and the book of it: each task writes its sandbox down when it begins and when it ends. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../support/processes.ts';
import type { ChaosCluster } from './cluster.ts';
import { type Supervised, supervise } from './supervised.ts';

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

/** Job processors that are killed and go on, and a framework that keeps nothing and is left alone. */
export class Work {
  readonly figures: WorkFigures = { rounds: 0, wanted: 0, problems: [] };
  /** The job processor of this round. */
  processor: Supervised | undefined;
  private readonly cluster: ChaosCluster;
  private readonly folder: string;
  private readonly command: string;

  constructor(cluster: ChaosCluster, folder: string) {
    this.cluster = cluster;
    this.folder = folder;
    const ledger = path.join(folder, 'ledger');
    this.command = `echo "begin $PWD" >> '${ledger}'; sleep 1.5; echo "end $PWD" >> '${ledger}'`;
  }

  /** Runs rounds of both frameworks, side by side, until `over` says so; a round that began is always finished. */
  async until(over: () => boolean): Promise<void> {
    const options = JSON.stringify({ copies: 12, total: COPIES, command: this.command });
    const steady = path.join(repositoryRoot, 'examples/steady-framework.mjs');
    await Promise.all([
      this.rounds(over, JOBS, (round) => {
        this.processor = this.start(`jobs-${round}`, this.jobs(round));
        return this.processor;
      }),
      this.rounds(over, COPIES, (round) =>
        this.start(`steady-${round}`, [
          `--framework=${steady}`,
          `--framework_options=${options}`,
          '--failover_timeout=1weeks',
        ]),
      ),
    ]);
  }

  private async rounds(
    over: () => boolean,
    wanted: number,
    begin: (round: number) => Supervised,
  ): Promise<void> {
    for (let round = 1; !over(); round++) {
      const run = begin(round);
      const code = await run.done;
      this.figures.rounds++;
      this.figures.wanted += wanted;
      if (code !== 0) this.figures.problems.push(`${run.name} ended with ${code}`);
    }
  }

  /** What they do is on disk in a folder of its own. */
  private jobs(round: number): string[] {
    const file = path.join(this.folder, `jobs-${round}.json`);
    const { command } = this;
    const job = { name: `job-${round}`, instances: JOBS, cpus: 0.2, mem: 32, retries: 100, command };
    writeFileSync(file, JSON.stringify({ jobs: [job] }));
    return [
      '--framework=jobs',
      `--jobs=${file}`,
      `--work_dir=${path.join(this.folder, `jobs-${round}`)}`,
      '--unreachable_timeout=20secs',
      '--reconciliation_interval=5secs',
    ];
  }

  private start(name: string, args: readonly string[]): Supervised {
    const boot = path.join(repositoryRoot, 'runtime/boot.js');
    const all = [boot, '--role=framework', `--master=${this.cluster.masterUrl}`, ...args];
    const logFile = path.join(this.cluster.logs, 'frameworks.log');
    return supervise(name, process.execPath, all, { restartMs: 700, logFile, mayEnd: true });
  }
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
