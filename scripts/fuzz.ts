/**
 * Runs the property tests of bad input (frames, links, HTTP) as often as asked: `npm test` does a few thousand cases.
 *
 *   npm run fuzz [-- --runs=1000000] [--files=GLOB]
 *
 * Exits as the tests do; fast-check prints the seed and the path that replay a failing case.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const EX_USAGE = 64;
/** The tests that read FUZZ_RUNS. */
const FILES = 'dist/tests/runtime/hostile.test.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    files: { type: 'string', default: FILES },
  },
});
if (!/^[1-9]\d{0,9}$/.test(values.runs)) {
  console.error(`fuzz: --runs: expected a whole number of at least 1, got '${values.runs}'`);
  process.exit(EX_USAGE);
}
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { status } = spawnSync('npx', ['ava', '--timeout=12h', values.files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_RUNS: values.runs },
});
process.exit(status ?? 1);
