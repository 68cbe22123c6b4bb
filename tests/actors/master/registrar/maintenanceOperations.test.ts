/** Operations on machines refuse what came to be impossible while they waited, and change nothing then (master.md §4, §12). */
import test from 'ava';
import {
  SCHEDULE,
  startMaintenance,
  stopMaintenance,
  updateSchedule,
} from '../../../../actors/master/registrar/maintenanceOperations.ts';
import type { RegistryOperation } from '../../../../actors/master/registrar/operations.ts';
import { Registry, RegistryDraft } from '../../../../actors/master/registrar/registry.ts';
import { enumName, MachineInfoMode } from '../../../../proto/index.ts';

const schedule = (...hosts: string[]) => ({
  windows: hosts.map((hostname) => ({
    machine_ids: [{ hostname }],
    unavailability: { start: { nanoseconds: 1 } },
  })),
});
const machines = (...hosts: string[]) => hosts.map((hostname) => ({ hostname }));

/** Applies operations one batch after the other. @returns what each was answered, and the machines after all of them */
function applied(...operations: RegistryOperation[]) {
  const registry = new Registry();
  const answers = operations.map((operation) => {
    const draft = new RegistryDraft(registry);
    const answer = operation.apply(draft);
    draft.commit();
    return answer;
  });
  const modes = [...registry.machines].map(
    ([key, { info }]) => `${key}${enumName(MachineInfoMode, info.mode ?? MachineInfoMode.UP)}`,
  );
  const windows = registry.schedules
    .get(SCHEDULE)
    ?.windows?.map(({ machine_ids }) => machine_ids?.[0]?.hostname);
  return { answers, modes, windows };
}

const rows: readonly [
  what: string,
  operations: RegistryOperation[],
  answer: boolean,
  modes: string[],
  windows?: string[],
][] = [
  ['a schedule', [updateSchedule(schedule('a', 'b'))], true, ['a/DRAINING', 'b/DRAINING'], ['a', 'b']],
  ['an empty schedule', [updateSchedule(schedule('a')), updateSchedule({})], true, []],
  [
    'down',
    [updateSchedule(schedule('a', 'b')), startMaintenance(machines('A'))],
    true,
    ['a/DOWN', 'b/DRAINING'],
    ['a', 'b'],
  ],
  [
    'down, though not scheduled',
    [updateSchedule(schedule('a')), startMaintenance(machines('a', 'b'))],
    false,
    ['a/DRAINING'],
    ['a'],
  ],
  [
    'a schedule without what is down',
    [updateSchedule(schedule('a')), startMaintenance(machines('a')), updateSchedule(schedule('b'))],
    false,
    ['a/DOWN'],
    ['a'],
  ],
  [
    'a schedule that keeps what is down',
    [updateSchedule(schedule('a')), startMaintenance(machines('a')), updateSchedule(schedule('a', 'b'))],
    true,
    ['a/DOWN', 'b/DRAINING'],
    ['a', 'b'],
  ],
  [
    'up, though not down',
    [updateSchedule(schedule('a')), stopMaintenance(machines('a'))],
    false,
    ['a/DRAINING'],
    ['a'],
  ],
  [
    'up',
    [updateSchedule(schedule('a', 'b')), startMaintenance(machines('a')), stopMaintenance(machines('a'))],
    true,
    ['b/DRAINING'],
    ['b'],
  ],
];

for (const [what, operations, answer, modes, windows] of rows) {
  test(`${answer ? 'taken' : 'refused'}: ${what}`, (t) => {
    const after = applied(...operations);
    t.is(after.answers.at(-1), answer);
    t.deepEqual(after.modes, modes);
    t.deepEqual(after.windows, windows);
  });
}
