/** Real cgroups around real processes. Without root, or without the controllers, the agent says so and runs. */
import * as fs from 'node:fs';
import test from 'ava';
import { TaskStatusReason } from '../../../../../../proto/generated/types/v1.ts';
import { until } from '../../../../../support/until.ts';
import { alive } from '../../helpers.ts';
import { hasCgroups, IsolatedBench, runsUnlimited } from '../../support.ts';

const CONTROLLERS = ['cpu', 'memory', 'pids', 'freezer'];
const canLimit = hasCgroups(CONTROLLERS);

const FLAGS = { isolation: 'cgroups/cpu,cgroups/mem,cgroups/pids', cgroups_enable_cfs: 'true' };

test('as root with cgroups: a container runs within its limits, which go with it', async (t) => {
  if (!canLimit) return runsUnlimited(t, FLAGS);
  const bench = new IsolatedBench(t, FLAGS);
  t.deepEqual(bench.warnings, []);
  const resources = { cpus: 0.5, mem: 64, disk: 0, revocable: false };
  const id = bench.launch('cat /proc/self/cgroup; sleep 1000', { resources });
  const pid = await bench.started(id);
  await until('the command wrote', () => bench.file(id, 'stdout').includes('memory'));
  for (const controller of CONTROLLERS)
    t.regex(bench.file(id, 'stdout'), new RegExp(`:${controller}:/${bench.cgroupsRoot}/${id}\n`));
  t.is(bench.cgroupFile('cpu', id, 'cpu.shares'), '512');
  t.is(bench.cgroupFile('cpu', id, 'cpu.cfs_quota_us'), '50000');
  t.is(bench.cgroupFile('memory', id, 'memory.limit_in_bytes'), `${64 * 2 ** 20}`);
  t.is(bench.cgroupFile('memory', id, 'memory.soft_limit_in_bytes'), `${64 * 2 ** 20}`);
  const usage = bench.containerizer.usage(id);
  t.is(usage?.cpus_limit, 0.5);
  t.is(usage?.mem_limit_bytes, 64 * 2 ** 20);
  t.true((usage?.mem_total_bytes ?? 0) > 0);

  bench.containerizer.update(id, () => ({ ...resources, cpus: 2, mem: 128 }));
  t.is(bench.cgroupFile('cpu', id, 'cpu.shares'), '2048');
  t.is(bench.cgroupFile('memory', id, 'memory.limit_in_bytes'), `${128 * 2 ** 20}`);
  // A limit is never lowered under those that live by it.
  bench.containerizer.update(id, () => ({ ...resources, mem: 32 }));
  t.is(bench.cgroupFile('memory', id, 'memory.limit_in_bytes'), `${128 * 2 ** 20}`);
  t.is(bench.cgroupFile('memory', id, 'memory.soft_limit_in_bytes'), `${32 * 2 ** 20}`);

  bench.containerizer.destroy(id);
  await bench.over(id);
  t.false(alive(pid));
  t.is(bench.cgroupFile('cpu', id, 'cpu.shares'), undefined);
  t.deepEqual(bench.containerizer.recordedContainers(), [id]);
});

test('as root with cgroups: a task over its memory is killed and told so', async (t) => {
  if (!canLimit) return runsUnlimited(t, FLAGS);
  const bench = new IsolatedBench(t, FLAGS);
  const id = bench.launch('head -c 200m /dev/zero | tail | sleep 1000; sleep 1000', {
    resources: { cpus: 1, mem: 32, disk: 0, revocable: false },
  });
  const { limitation, status } = await bench.over(id);
  t.is(limitation?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION_MEMORY);
  t.regex(limitation?.message ?? '', /^Memory limit exceeded: Requested: 32MB Maximum Used: 3\dMB\n/);
  t.regex(limitation?.message ?? '', /total_rss \d+/);
  t.is(limitation?.resources[0]?.name, 'mem');
  t.not(status, undefined);
});

test('as root with cgroups: a fork bomb is held by pids and ends with its container', async (t) => {
  if (!canLimit) return runsUnlimited(t, FLAGS);
  const bench = new IsolatedBench(t, { ...FLAGS, cgroups_pids_max: '50' });
  const id = bench.launch('bomb() { bomb | bomb & }; bomb; sleep 1000');
  await bench.started(id);
  await until(
    'the bomb hits the bound',
    () => Number(bench.cgroupFile('pids', id, 'pids.events')?.split(' ')[1]) > 0,
  );
  t.true(Number(bench.cgroupFile('pids', id, 'pids.current')) <= 50);
  bench.containerizer.destroy(id);
  await bench.over(id);
  t.is(bench.cgroupFile('pids', id, 'pids.current'), undefined);
});

test('as root with cgroups: nothing gets out of the container, however it turns', async (t) => {
  if (!canLimit) return runsUnlimited(t, FLAGS);
  const bench = new IsolatedBench(t, FLAGS);
  // Two forks and a session of its own: no ancestor and no session leads to it.
  const id = bench.launch(
    'setsid sh -c "(sleep 1000 & echo \\$! >escaped) &"; while [ ! -s escaped ]; do :; done',
  );
  await bench.over(id);
  const escaped = Number(bench.file(id, 'escaped'));
  t.true(escaped > 1);
  t.false(alive(escaped));
});

test('as root with cgroups: containers are found again after a restart, and limits still hold', async (t) => {
  if (!canLimit) return runsUnlimited(t, FLAGS);
  const bench = new IsolatedBench(t, FLAGS);
  const id = bench.launch(
    'while [ ! -e go ]; do sleep 0.05; done; head -c 200m /dev/zero | tail; sleep 1000',
    {
      resources: { cpus: 1, mem: 32, disk: 0, revocable: false },
    },
  );
  const pid = await bench.started(id);
  bench.told.clear();
  bench.restart();
  t.deepEqual(bench.containerizer.recordedContainers(), [id]);
  bench.containerizer.recover([id], bench.sink);
  t.is(await bench.started(id), pid);
  t.true((bench.containerizer.usage(id)?.mem_limit_bytes ?? 0) > 0);
  fs.writeFileSync(`${bench.sandbox(id)}/go`, '');
  const { limitation } = await bench.over(id);
  t.is(limitation?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION_MEMORY);
});

test('an ordinary user is told what is not limited, and tasks run', async (t) => {
  const bench = new IsolatedBench(t, FLAGS);
  bench.warnings.length = 0;
  bench.restart(false);
  t.deepEqual(bench.warnings, [
    'cgroups/cpu, cgroups/mem, cgroups/pids: cgroups need root; containers are not limited',
  ]);
  const id = bench.launch('exit 3');
  t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 3 });
});

test('a name that is not known ends the start, with those that are', (t) => {
  t.throws(() => new IsolatedBench(t, { isolation: 'posix/cpu,cgroups/cpus' }), {
    message: /^--isolation: 'cgroups\/cpus' is not known here; known are .*cgroups\/cpu,/,
  });
});
