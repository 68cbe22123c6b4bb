/**
 * Kills an agent (kill -9) again and again while it runs, launches and kills tasks; then accounts for every task, by what its
 * framework was told and by what the task itself wrote.
 *
 *   npm run agent-storm -- [--kills=1000] [--tasks=200] [--seconds=20] [--seed=1] [--piece=100] [--folder=DIR]
 *
 * It is done in pieces, after each of which all tasks end and are accounted for. With --folder the sums are kept there, and the
 * next call goes on where one was broken off. As root containers are cgroups as well.
 *
 * Exits with 1 when a task was lost, run twice, not told of, told of in the wrong order, or something was left.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { NO_TALLY, type Tally } from '../tests/storm/ledger.ts';
import { runStorm } from '../tests/storm/run.ts';

const EX_USAGE = 64;

interface Saved {
  readonly kills: number;
  readonly tally: Tally;
  readonly problems: readonly string[];
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    tasks: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    piece: { type: 'string', default: '100' },
    folder: { type: 'string' },
  },
});

function numberOf(name: 'kills' | 'tasks' | 'seconds' | 'seed' | 'piece'): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name}: expected a number above 0, got '${values[name]}'`);
  process.exit(EX_USAGE);
}

function sum(one: Tally, other: Tally): Tally {
  const keys = Object.keys(NO_TALLY) as (keyof Tally)[];
  return Object.fromEntries(keys.map((key) => [key, one[key] + other[key]])) as unknown as Tally;
}

const wanted = numberOf('kills');
const folder = values.folder ?? mkdtempSync(path.join(os.tmpdir(), 'mesostate-storm-'));
mkdirSync(folder, { recursive: true });
const file = path.join(folder, 'storm.json');
let saved: Saved = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as Saved)
  : { kills: 0, tally: NO_TALLY, problems: [] };
const isRoot = process.getuid?.() === 0;
const cgroupsRoot = `mesostate-storm-${process.pid}`;

while (saved.kills < wanted && saved.problems.length === 0) {
  const kills = Math.min(numberOf('piece'), wanted - saved.kills);
  const { tally, problems } = await runStorm({
    folder: path.join(folder, `from-${saved.kills}`),
    kills,
    tasks: numberOf('tasks'),
    secondsMax: numberOf('seconds'),
    seed: numberOf('seed') + saved.kills,
    prefix: `k${saved.kills}-`,
    ...(isRoot && {
      flags: ['--isolation=cgroups/cpu,cgroups/mem,cgroups/pids', `--cgroups_root=${cgroupsRoot}`],
      cgroupsRoot,
    }),
    onKill: (count, running) => {
      if (count % 10 === 0) console.log(`${saved.kills + count} kills, ${running} tasks run`);
    },
  });
  saved = { kills: saved.kills + kills, tally: sum(saved.tally, tally), problems };
  writeFileSync(file, JSON.stringify(saved));
}
console.log(`${saved.kills} kills: ${JSON.stringify(saved.tally)}`);
for (const problem of saved.problems) console.error(`NOT ACCOUNTED FOR: ${problem}`);
console.log(saved.problems.length === 0 ? 'every task is accounted for' : `files: ${folder}`);
process.exit(saved.problems.length === 0 ? 0 : 1);
