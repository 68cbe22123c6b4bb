/**
 * Disturbs a cluster of real processes: three masters over three etcd members, four agents, a job processor, Marathon and a
 * framework that keeps nothing, with kill -9 and SIGSTOP of all but the last by chance; then lets it calm down and accounts for every
 * task. Needs etcd (apt: etcd-server).
 *
 *   npm run chaos -- [--minutes=5] [--seed=1] [--agents=4] [--folder=DIR]
 *
 * Exits with 1 when something is not accounted for, after naming it and the folder of all logs; with 64 for a wrong option.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from '../tests/chaos/run.ts';
import { hasEtcd } from '../tests/support/etcd.ts';

const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  console.error(`--${name}: expected a number of at least ${least}, got '${text}'`);
  process.exit(EX_USAGE);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '5' },
        seed: { type: 'string', default: '1' },
        agents: { type: 'string', default: '4' },
        folder: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(EX_USAGE);
  }
}

const given = options();
if (!hasEtcd) {
  console.error('etcd is not installed (apt install etcd-server)');
  process.exit(EX_UNAVAILABLE);
}
const folder = given.folder ?? mkdtempSync(path.join(os.tmpdir(), 'mesostate-chaos-'));
mkdirSync(folder, { recursive: true });
const result = await runChaos({
  folder,
  seed: numberOf('seed', given.seed, 0),
  ms: numberOf('minutes', given.minutes, 0.05) * 60_000,
  agents: numberOf('agents', given.agents, 1),
});
const { faults, work, appChanges, book, leaderChanges, problems } = result;
console.log(`faults: ${JSON.stringify(faults)}`);
console.log(`leaders changed ${leaderChanges} times`);
console.log(`${work.rounds} runs of frameworks wanted ${work.wanted} tasks finished`);
console.log(
  `${book.begun} tasks began, ${book.ended} ended, ${book.unended.length} were killed or replaced before`,
);
console.log(`an app of Marathon was scaled ${appChanges} times`);
for (const problem of problems) console.log(`NOT ACCOUNTED FOR: ${problem}`);
console.log(problems.length === 0 ? 'every task is accounted for' : `logs: ${folder}`);
if (problems.length === 0 && given.folder === undefined) rmSync(folder, { recursive: true, force: true });
process.exit(problems.length === 0 ? 0 : 1);
