/**
 * Shows that the simulation finds deliberate mistakes: makes each of them in a copy of the compiled program and plays seeds until
 * one fails.
 *
 *   npm run mutations [-- --seeds=500 --jobs=N --only=WORDS]
 *
 * `--only` takes those whose name has these words. Prints a table. Exits with 1 when a mistake was not found, with 64 for a wrong option.
 */
import { parseArgs } from 'node:util';
import { Copy } from '../tests/simulation/mutations/hunt.ts';
import { mutations } from '../tests/simulation/mutations/list.ts';

const EX_USAGE = 64;

/** @throws Error naming the option */
function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,5}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Error(`--${name}=${text}: expected a number of 1 or more`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, jobs: { type: 'string' }, only: { type: 'string' } },
  });
  const seeds = count('seeds', values.seeds) ?? 500;
  const jobs = count('jobs', values.jobs);
  const chosen = mutations.filter(({ name }) => name.includes(values.only ?? ''));
  const copy = new Copy();
  let missed = 0;
  try {
    for (const mutation of chosen) {
      const found = await copy.hunt(mutation, seeds, jobs);
      if (found === undefined) missed++;
      const what =
        found === undefined ? `NOT FOUND in ${seeds} seeds` : `seed ${found.seed}: ${found.problem}`;
      console.log(`${mutation.name.padEnd(70)} ${what.slice(0, 200)}`);
    }
  } finally {
    copy.remove();
  }
  console.log(`${chosen.length - missed} of ${chosen.length} found`);
  return missed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`mutations: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EX_USAGE;
}
