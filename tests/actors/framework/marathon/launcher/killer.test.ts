/** When kills are sent, and sent again (spec: marathon.md §17). */
import test from 'ava';
import type { SchedulerDriver } from '../../../../../actors/framework/driver/scheduler.ts';
import { Instance } from '../../../../../actors/framework/marathon/instances/instance.ts';
import { Killer } from '../../../../../actors/framework/marathon/launcher/killer.ts';
import { VirtualClock } from '../../../../../runtime/index.ts';

const RETRY_MS = 30_000;

function world(chunkSize = 2) {
  const clock = new VirtualClock();
  const killed: string[] = [];
  const waiting: (() => void)[] = [];
  const driver = { kill: ({ value }: { value: string }) => killed.push(value) } as unknown as SchedulerDriver;
  const killer = new Killer({
    driver: () => driver,
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    chunkSize,
    retryMs: RETRY_MS,
    warn: (_instance, then) => then(),
    afterStore: (run) => void waiting.push(run),
  });
  const stored = (): void => {
    for (const run of waiting.splice(0)) run();
  };
  return { clock, killed, killer, stored };
}

function instanceOf(id: string): Instance {
  const instance = new Instance({
    ...{ id, service: '/a', number: 0, role: '*', version: 'v', config: 'v', resident: false, sinceMs: 0 },
  });
  instance.tasks = [{ id: `${id}.task`, container: '_app', state: 'TASK_RUNNING', ipAddresses: [] }];
  return instance;
}

test('a kill that is not written down yet is not sent, not even when the master is there again', (t) => {
  const { killed, killer, stored } = world();
  killer.kill(instanceOf('a'));
  killer.again();
  t.deepEqual(killed, []);
  stored();
  t.deepEqual(killed, ['a.task']);
  killer.again();
  t.deepEqual(killed, ['a.task', 'a.task'], 'it may have been lost with the connection');
});

test('so many are under way at a time, each again until its end is heard of', (t) => {
  const { clock, killed, killer, stored } = world(2);
  const [a, b, c] = ['a', 'b', 'c'].map(instanceOf);
  for (const each of [a, b, c]) if (each !== undefined) killer.kill(each);
  stored();
  t.deepEqual(killed, ['a.task', 'b.task']);
  clock.advance(RETRY_MS);
  t.deepEqual(killed.slice(2), ['a.task', 'b.task']);
  if (a !== undefined) killer.ended(a);
  stored();
  t.deepEqual(killed.slice(4), ['c.task']);
  t.is(killer.inFlight, 2);
});
