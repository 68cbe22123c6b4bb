import test from 'ava';
import { Mailbox } from '../../runtime/mailbox.ts';
import { Pid } from '../../runtime/pid.ts';
import type { Clock } from '../../runtime/ports.ts';
import { Process } from '../../runtime/process.ts';
import { RunQueue } from '../../runtime/runQueue.ts';

class Idle extends Process {}

test('a turn gives way to I/O in time, also when one process has much to do and takes long', (t) => {
  let nowMs = 0;
  let left = 1000;
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    setTimer: () => t.fail('a run queue needs no timers'),
  };
  const later: (() => void)[] = [];
  const soon: (() => void)[] = [];
  const queue = new RunQueue(
    { soon: (run) => soon.push(run), later: (run) => later.push(run) },
    clock,
    (box, eventsMax) => {
      const done = Math.min(eventsMax, left);
      left -= done;
      // Half a millisecond an event.
      nowMs += done / 2;
      for (let n = 0; n < done; n++) box.shift();
      return done;
    },
    () => {},
  );
  const mailbox = new Mailbox(new Pid('busy', '127.0.0.1', 1), new Idle('busy'));
  for (let n = 0; n < left; n++) mailbox.push({ kind: 'dispatch', run: () => {} });
  queue.add(mailbox);
  let longestMs = 0;
  for (let turn = soon.shift() ?? later.shift(); turn !== undefined; turn = later.shift()) {
    const began = nowMs;
    turn();
    longestMs = Math.max(longestMs, nowMs - began);
  }
  t.is(left, 0);
  t.true(longestMs <= 20, `${longestMs} ms`);
});
