import test from 'ava';
import { Round } from '../../runtime/loop/round.ts';
import { Mailbox, type ProcessEvent } from '../../runtime/mailbox.ts';
import { Pid } from '../../runtime/pid.ts';
import type { Clock } from '../../runtime/ports.ts';
import { Process } from '../../runtime/process.ts';
import { RunQueue } from '../../runtime/runQueue.ts';

class Idle extends Process {}

const MESSAGE: ProcessEvent = { kind: 'message', name: 'm', body: undefined, from: undefined };
const DISPATCH: ProcessEvent = { kind: 'dispatch', run: () => {} };

/** A run queue whose events take so long each, and what it asks for. */
function queueOf(eventMs: number) {
  const world = { nowMs: 0, soon: [] as (() => void)[], later: [] as (() => void)[], handled: 0 };
  const clock: Clock = {
    now: () => world.nowMs,
    monotonic: () => world.nowMs,
    setTimer: () => {
      throw new Error('a run queue needs no timers');
    },
  };
  const round = new Round(clock, (run) => world.later.push(run));
  const queue: RunQueue = new RunQueue(
    { soon: (run) => world.soon.push(run), later: (run) => world.later.push(run) },
    clock,
    round,
    (box, eventsMax) => {
      let done = 0;
      for (; done < eventsMax; ) {
        const event = box.shift();
        if (event === undefined) break;
        if (event.kind === 'dispatch') event.run();
        world.nowMs += eventMs;
        world.handled++;
        if (queue.handled(box, event, ++done)) break;
      }
      return done;
    },
    () => {},
  );
  const mailbox = (name: string) => new Mailbox(new Pid(name, '127.0.0.1', 1), new Idle(name));
  return { world, queue, round, mailbox };
}

for (const [what, event, eventMs, longestMs] of [
  ['messages of half a millisecond', MESSAGE, 0.5, 16],
  ['messages of two milliseconds', MESSAGE, 2, 8],
  ['messages of ten milliseconds', MESSAGE, 10, 40],
  ['dispatches of two milliseconds', DISPATCH, 2, 6],
  ['dispatches of ten milliseconds', DISPATCH, 10, 10],
] as const) {
  test(`a turn gives way to I/O in time, also when one process has much to do: ${what}`, (t) => {
    const { world, queue, mailbox } = queueOf(eventMs);
    const busy = mailbox('busy');
    for (let n = 0; n < 1000; n++) busy.push(event);
    queue.add(busy);
    let longest = 0;
    for (
      let turn = world.soon.shift();
      turn !== undefined;
      turn = world.soon.shift() ?? world.later.shift()
    ) {
      const began = world.nowMs;
      turn();
      longest = Math.max(longest, world.nowMs - began);
    }
    t.is(world.handled, 1000);
    t.true(longest <= longestMs, `${longest} ms`);
  });
}

test('a process that always leaves itself one more long event gives way after each', (t) => {
  const { world, queue, mailbox } = queueOf(6);
  const busy = mailbox('busy');
  let left = 40;
  const again: ProcessEvent = {
    kind: 'dispatch',
    run: () => {
      if (--left > 0) busy.push(again);
    },
  };
  busy.push(again);
  queue.add(busy);
  for (let turn = world.soon.shift(); turn !== undefined; turn = world.later.shift()) {
    const began = world.nowMs;
    turn();
    t.true(world.nowMs - began <= 6);
  }
  t.is(world.handled, 40);
});

test('many turns of one round of the loop, each short, do not add up to a long one', (t) => {
  const { world, queue, mailbox } = queueOf(3);
  // A hundred connections bring something in the same round: each callback is followed by its turn.
  for (let n = 0; n < 100; n++) {
    const box = mailbox(`box-${n}`);
    box.push(DISPATCH);
    queue.add(box);
    for (let turn = world.soon.shift(); turn !== undefined; turn = world.soon.shift()) turn();
  }
  t.is(world.handled, 4);
  let rounds = 0;
  for (; world.later.length > 0; rounds++) {
    const began = world.nowMs;
    for (const run of world.later.splice(0)) run();
    t.true(world.nowMs - began <= 16);
  }
  t.is(world.handled, 100);
  t.true(rounds > 10);
});

test('what took long is noted by its name, or by the name it gave itself', (t) => {
  const { queue, world, round, mailbox } = queueOf(25);
  const box = mailbox('master');
  box.push(DISPATCH);
  queue.add(box);
  world.soon.shift()?.();
  round.pauses.during('a slice of something');
  box.push(DISPATCH);
  queue.add(box);
  (world.soon.shift() ?? world.later.pop())?.();
  t.deepEqual(
    round.pauses.pieces.map(({ ms, what }) => [ms, what]),
    [
      [25, 'master: dispatch'],
      [25, 'master: a slice of something'],
    ],
  );
});
