/** A short run of `npm run agent-storm`. */
import test from 'ava';
import { runStorm } from '../storm/run.ts';
import { scratch } from '../support/processes.ts';

const isRoot = process.getuid?.() === 0;
const cgroupsRoot = `mesostate-test-storm-${process.pid}`;

test('an agent killed ten times while it launches, runs and kills tasks: every one is accounted for (as root within cgroups)', async (t) => {
  const { tally, problems } = await runStorm({
    folder: scratch(t),
    kills: 10,
    tasks: 30,
    secondsMax: 4,
    seed: 3,
    prefix: 't',
    ...(isRoot && {
      flags: ['--isolation=cgroups/cpu,cgroups/mem,cgroups/pids', `--cgroups_root=${cgroupsRoot}`],
      cgroupsRoot,
    }),
  });
  t.deepEqual(problems, []);
  t.true(tally.finished > 0 && tally.killed > 0, JSON.stringify(tally));
});
