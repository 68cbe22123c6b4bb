/** The Mesos containerizer between its launcher and its isolators, when one of them is late. */
import test from 'ava';
import { Containerizer, MesosContainerizer } from '../../../../actors/agent/containerizer/index.ts';
import type { Clock } from '../../../../runtime/ports.ts';
import { until } from '../../../support/until.ts';
import { alive, Bench, clock } from './helpers.ts';

/** A clock whose turns come late: what is due at once is so after `ms`. */
const late = (ms: number): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  setTimer: (delayMs, run) => clock.setTimer(delayMs + ms, run),
});

const isolators = [{ name: 'nothing', prepare: async () => undefined }];

/** Containers of a bench, seen through isolators by an agent process that is slow. */
function slowAgent(bench: Bench, ms: number): MesosContainerizer {
  bench.containerizer.close();
  return new MesosContainerizer({
    launcher: new Containerizer({ paths: bench.paths, clock }),
    clock: late(ms),
    isolators,
    sumsProcesses: true,
    onWarning: (text) => {
      throw new Error(text);
    },
  });
}

test('one whose processes are gone before the chart comes to kill them ends all the same', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('exit 7');
  await bench.destroyed(id);
  bench.stories.clear();
  const slow = slowAgent(bench, 300);
  t.teardown(() => slow.close());
  slow.recover([id], bench.sink);
  await bench.destroyed(id);
  t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
  t.deepEqual(bench.statuses.get(id), { kind: 'exited', code: 7 });
});

test('one that is to be destroyed before it was found again is found, told of and destroyed', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('sleep 1000');
  const pid = await bench.started(id);
  bench.stories.clear();
  const slow = slowAgent(bench, 0);
  t.teardown(() => slow.close());
  slow.recover([id], bench.sink);
  slow.destroy(id);
  await bench.destroyed(id);
  t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
  await until('its process is gone', () => !alive(pid));
});

test('a signal to one that was not found again yet reaches it then', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('trap "exit 5" TERM; while :; do sleep 0.05; done');
  await bench.started(id);
  bench.stories.clear();
  const slow = slowAgent(bench, 0);
  t.teardown(() => slow.close());
  slow.recover([id], bench.sink);
  slow.kill(id, 'SIGTERM');
  await bench.destroyed(id);
  t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
});
