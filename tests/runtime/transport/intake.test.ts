import test from 'ava';
import { Round } from '../../../runtime/loop/round.ts';
import type { Clock } from '../../../runtime/ports.ts';
import { Intake } from '../../../runtime/transport/intake.ts';

/** An intake in a world where time passes only by reading. */
function intakeOf() {
  const world = { nowMs: 0, rounds: [] as (() => void)[], read: [] as number[], busy: false };
  const clock: Clock = {
    now: () => world.nowMs,
    monotonic: () => world.nowMs,
    setTimer: () => {
      throw new Error('an intake needs no timers');
    },
  };
  const round = new Round(clock, (run) => world.rounds.push(run));
  const intake = new Intake(round, clock, () => world.busy);
  const arrive = (n: number, takesMs: number): void =>
    intake.take(() => {
      world.nowMs += takesMs;
      world.read.push(n);
    });
  const nextRound = (): void => {
    for (const run of world.rounds.splice(0)) run();
  };
  return { world, intake, arrive, nextRound };
}

test('what arrives is read at once, as long as there is time in the round', (t) => {
  const { world, arrive } = intakeOf();
  for (let n = 0; n < 100; n++) arrive(n, 0.01);
  t.is(world.read.length, 100);
  t.deepEqual(world.rounds, []);
});

test('what is more than a round can take waits for later ones, in its order', (t) => {
  const { world, intake, arrive, nextRound } = intakeOf();
  for (let n = 0; n < 50; n++) arrive(n, 2);
  t.is(world.read.length, 5);
  t.true(intake.isBehind);
  for (let rounds = 0; world.rounds.length > 0; rounds++) {
    const began = world.nowMs;
    nextRound();
    t.true(world.nowMs - began <= 10);
    if (rounds === 2) arrive(50, 2);
  }
  t.deepEqual(
    world.read,
    Array.from({ length: 51 }, (_, n) => n),
  );
  t.false(intake.isBehind);
});

test('while there is something to handle, little is read in a round, but always something', (t) => {
  const { world, arrive, nextRound } = intakeOf();
  for (let n = 0; n < 50; n++) arrive(n, 1);
  t.is(world.read.length, 10);
  world.busy = true;
  nextRound();
  t.is(world.read.length, 12);
  for (let n = 50; n < 53; n++) arrive(n, 5);
  while (world.read.length < 50) nextRound();
  nextRound();
  t.is(world.read.length, 51);
  nextRound();
  t.is(world.read.length, 52);
});

test('one that throws costs nobody else', (t) => {
  const { world, intake, arrive, nextRound } = intakeOf();
  for (let n = 0; n < 6; n++) arrive(n, 2);
  intake.take(() => {
    throw new Error('nonsense');
  });
  arrive(7, 2);
  t.throws(() => nextRound(), { message: 'nonsense' });
  while (world.rounds.length > 0) nextRound();
  t.deepEqual(world.read, [0, 1, 2, 3, 4, 5, 7]);
});
