/** GPUs as devices that a container may open or not. There is no driver behind these: who may open one is told that it has none. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../../../../../support/processes.ts';
import { hasCgroups, IsolatedBench } from '../../support.ts';
import { canUnshare, imageFlags, imageOf } from '../images.ts';

const canGive = hasCgroups(['devices', 'freezer']);

const FLAGS = { isolation: 'cgroups/devices,gpu/nvidia' };

/** A folder with two GPUs and what goes with them. */
function devices(t: ExecutionContext): string {
  const dir = scratch(t);
  const nodes: [name: string, minor: number][] = [
    ['nvidia0', 0],
    ['nvidia1', 1],
    ['nvidiactl', 255],
  ];
  for (const [name, minor] of nodes) execFileSync('mknod', [join(dir, name), 'c', '195', String(minor)]);
  fs.writeFileSync(join(dir, 'nvidia7'), 'no device');
  return dir;
}

const resources = (gpus: number) => ({ cpus: 0.1, mem: 32, disk: 0, revocable: false, gpus });

/** One line for each device: whether it could be opened. */
const tries = (dir: string) =>
  `for device in nvidia0 nvidia1 nvidiactl; do (: <${dir}/$device) 2>&1 | grep -q 'No such device' && echo $device; done; true`;

test('as root with cgroups: GPUs are given out one by one, as whole ones, and come back', async (t) => {
  if (!canGive) {
    t.throws(() => new IsolatedBench(t, FLAGS, scratch(t)), {
      message: /^--isolation=gpu\/nvidia: there is no GPU here/,
    });
    return;
  }
  const dir = devices(t);
  const bench = new IsolatedBench(t, FLAGS, dir);
  const opened = async (id: string) => {
    await bench.over(id);
    return bench.file(id, 'stdout').trim().split('\n').filter(Boolean);
  };
  const waits = `until [ -e go ]; do sleep 0.02; done; ${tries(dir)}`;
  const one = bench.launch(waits, { resources: resources(1) });
  const none = bench.launch(tries(dir), { resources: resources(0) });
  t.deepEqual(await opened(none), []);
  await bench.started(one);
  const two = bench.launch('true', { resources: resources(2) });
  t.is((await bench.over(two)).failure, "2 gpus: only 1 of this agent's 2 are left");
  const half = bench.launch('true', { resources: resources(0.5) });
  t.is((await bench.over(half)).failure, '0.5 gpus: they are given as a whole');

  // A restarted agent knows which are whose.
  bench.told.clear();
  bench.restart();
  bench.containerizer.recover([one], bench.sink);
  await bench.started(one);
  const second = bench.launch(tries(dir), { resources: resources(1) });
  t.deepEqual(await opened(second), ['nvidia1', 'nvidiactl']);
  const session = `${one}.session`;
  bench.launch(`${tries(dir)}`, { containerId: session, sandbox: bench.sandbox(one), looksIntoParent: true });
  await bench.over(session);
  t.is(bench.file(one, 'stdout'), 'nvidia0\nnvidiactl\n');
  // The container grows, and shrinks.
  bench.containerizer.update(one, () => resources(2));
  bench.containerizer.update(one, () => resources(1));
  t.throws(() => bench.containerizer.update(one, () => resources(3)), { message: /^3 gpus: only 1/ });
  fs.writeFileSync(join(bench.sandbox(one), 'go'), '');
  t.deepEqual(await opened(one), ['nvidia0', 'nvidiactl', 'nvidia0', 'nvidiactl']);
  const both = bench.launch(tries(dir), { resources: resources(2) });
  t.deepEqual(await opened(both), ['nvidia0', 'nvidia1', 'nvidiactl']);
});

test('as root with cgroups: a container with an image sees the devices that it was given', async (t) => {
  if (!canGive || !canUnshare) {
    t.throws(() => new IsolatedBench(t, FLAGS, scratch(t)), { message: /there is no GPU here/ });
    return;
  }
  const flags = imageFlags(t);
  const isolation = `${flags['isolation']},${FLAGS.isolation}`;
  const bench = new IsolatedBench(t, { ...flags, isolation, nvidia_gpu_devices: '1' }, devices(t));
  const id = bench.launch('ls /dev', { container: imageOf('shell'), resources: resources(1) });
  await bench.over(id);
  t.regex(bench.file(id, 'stdout'), /\nnvidia1\nnvidiactl\n/, bench.file(id, 'stderr'));
  t.notRegex(bench.file(id, 'stdout'), /nvidia0/);
});

test('what cannot be ends the start with a reason', (t) => {
  const empty = scratch(t);
  t.throws(() => new IsolatedBench(t, FLAGS, empty), {
    message: /^--isolation=gpu\/nvidia: there is no GPU here \(no .*nvidia0\)$/,
  });
  t.throws(() => new IsolatedBench(t, { ...FLAGS, nvidia_gpu_devices: 'GPU-abc' }), {
    message: /numbers separated by commas/,
  });
  if (!canGive) return;
  const dir = devices(t);
  t.throws(() => new IsolatedBench(t, { ...FLAGS, nvidia_gpu_devices: '0,4' }, dir), {
    message: /^--nvidia_gpu_devices: there is no .*nvidia4$/,
  });
  t.throws(() => new IsolatedBench(t, { isolation: 'gpu/nvidia' }, dir), {
    message: /^--isolation=gpu\/nvidia: needs root, cgroups\/devices/,
  });
});
