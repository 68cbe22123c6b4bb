/** What containers use is read in steps, and once for all who ask at the same time. */
import test from 'ava';
import { HAS_PROC, readPids } from '../../../../actors/agent/containerizer/processTable.ts';
import { UsageTable } from '../../../../actors/agent/containerizer/usage.ts';
import { VirtualClock } from '../../../../runtime/virtualPorts.ts';

/** Steps until two who ask in turns have both got it. */
function stepsOfTwo(table: UsageTable): [number, number] {
  const steps: [number, number] = [0, 0];
  const readings = [table.refresh(), table.refresh()];
  const over = new Set<number>();
  for (let turn = 0; over.size < 2; turn++) {
    const at = turn % 2 === 0 ? 0 : 1;
    if (readings[at]?.next().done === true) over.add(at);
    else steps[at]++;
  }
  return steps;
}

test('all processes are looked at, one a step, together by all who ask', (t) => {
  const clock = new VirtualClock();
  const table = new UsageTable(clock);
  const [first, second] = stepsOfTwo(table);
  const processes = HAS_PROC ? readPids().length : 0;
  // Processes come and go meanwhile.
  t.true(Math.abs(first + second - processes) < 0.5 * processes + 1, `${first} + ${second} of ${processes}`);
  t.true(Math.abs(first - second) <= 1);
  t.deepEqual(stepsOfTwo(table), [0, 0], 'it is fresh');
  const { families } = table;
  t.is(table.families, families);
});

test('what is older than half a second is read again', (t) => {
  const clock = new VirtualClock();
  const table = new UsageTable(clock);
  stepsOfTwo(table);
  const { families } = table;
  clock.advance(499);
  t.is(table.families, families);
  clock.advance(2);
  t.not(table.families, families);
});
