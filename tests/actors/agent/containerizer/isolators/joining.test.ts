/** What looks into a container, and what runs inside one, is in its namespaces. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  ContainerInfoType,
  LinuxInfoIpcMode,
  VolumeMode,
  VolumeSourceType,
} from '../../../../../proto/generated/types/v1.ts';
import { until } from '../../../../support/until.ts';
import { IsolatedBench } from '../support.ts';
import { canUnshare, imageBench, imageOf, LINUX, runsUnisolated } from './images.ts';

const MESOS = { type: ContainerInfoType.MESOS };
const LOOK = { looksIntoParent: true };

/** Until the file of the sandbox is there. */
async function wrote(bench: IsolatedBench, id: string, name: string): Promise<void> {
  await until(`${id} wrote ${name}`, () => bench.file(id, name) !== '');
}

test('as root: a session sees the processes, the memory and the mounts of its container, as often as the agent is restarted', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, LINUX);
  const shared = join(bench.root, 'shared');
  fs.mkdirSync(shared);
  const source = { type: VolumeSourceType.HOST_PATH, host_path: { path: shared } };
  const volumes = [{ container_path: 'volume', mode: VolumeMode.RW, source }];
  const parent = bench.launch(
    'echo of the parent >/dev/shm/word; echo >volume/file; echo $$ >pid; sleep 1000',
    {
      container: { ...MESOS, volumes },
    },
  );
  await wrote(bench, parent, 'pid');
  for (const round of ['first', 'again']) {
    const sandbox = bench.sandbox(parent);
    const command =
      'cat /dev/shm/word; ls volume; cat /proc/$(cat pid)/comm; ls /proc | grep -c "^[0-9]"; pwd; exit 5';
    const id = `${parent}.${round}`;
    bench.launch(command, { containerId: id, sandbox, ...LOOK });
    t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 5 }, JSON.stringify(bench.of(id)));
    const [word, file, comm, count, folder] = bench
      .file(parent, 'stdout')
      .trim()
      .split('\n')
      .slice(round === 'first' ? 0 : 5);
    t.deepEqual([word, file, comm, folder], ['of the parent', 'file', 'sh', sandbox]);
    t.true(Number(count) <= 8, count);
    bench.told.delete(id);
    bench.told.clear();
    bench.restart();
    bench.containerizer.recover([parent], bench.sink);
    await bench.started(parent);
  }
  const long = `${parent}.long`;
  bench.launch('echo ready >long; sleep 1000', {
    containerId: long,
    sandbox: bench.sandbox(parent),
    ...LOOK,
  });
  await wrote(bench, parent, 'long');
  bench.containerizer.kill(long, 'SIGTERM');
  t.deepEqual((await bench.over(long)).status, { kind: 'signaled', signal: 15 });
  const last = `${parent}.last`;
  bench.launch('echo ready >last; sleep 1000', {
    containerId: last,
    sandbox: bench.sandbox(parent),
    ...LOOK,
  });
  await wrote(bench, parent, 'last');
  bench.containerizer.destroy(parent);
  await bench.over(parent);
  await bench.over(last);
});

test('as root: a session into an image sees its files, also as another user and while it is only just being made', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const parent = bench.launch('touch /of-the-image; touch $MESOS_SANDBOX/ready; while :; do sleep 1; done', {
    container: imageOf('shell'),
    environment: { WORD: 'of the task' },
  });
  await bench.started(parent);
  const sandbox = bench.sandbox(parent);
  const session = `${parent}.session`;
  bench.launch(
    'while [ ! -e ready ]; do :; done; ls /; pwd; echo "$MESOS_SANDBOX $WORD"; id -u; touch /root-can',
    {
      ...{ containerId: session, sandbox, ...LOOK },
      environment: { MESOS_SANDBOX: sandbox },
    },
  );
  t.deepEqual((await bench.over(session)).status, { kind: 'exited', code: 0 }, bench.file(parent, 'stderr'));
  const box = '/mnt/mesos/sandbox';
  t.regex(
    bench.file(parent, 'stdout'),
    new RegExp(`\nof-the-image\n(.*\n)+${box}\n${box} of the task\n0\n$`),
  );
  const user = `${parent}.user`;
  bench.launch('id -u; touch /not-mine', { containerId: user, sandbox, user: 'nobody', ...LOOK });
  t.deepEqual((await bench.over(user)).status, { kind: 'exited', code: 1 });
  t.regex(bench.file(parent, 'stdout'), /\n65534\n$/);
});

test('as root: containers inside another share its memory unless they say otherwise, and its processes if they say so', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, LINUX);
  const parent = bench.launch('echo word >/dev/shm/word; echo $$ >pid; sleep 1000');
  await wrote(bench, parent, 'pid');
  const pid = bench.file(parent, 'pid').trim();
  const look = `cat /dev/shm/word; readlink /proc/self/ns/ipc; ls /proc | grep -c "^[0-9]"; tr '\\0' ' ' </proc/${pid}/cmdline`;
  const inside = async (name: string, linux_info: object): Promise<string> => {
    const id = bench.launch(look, { containerId: `${parent}.${name}`, container: { ...MESOS, linux_info } });
    await bench.over(id);
    return bench.file(id, 'stdout') + bench.file(id, 'stderr');
  };
  t.regex(await inside('usual', {}), /^word\n/);
  t.regex(await inside('private', { ipc_mode: LinuxInfoIpcMode.PRIVATE }), /\/dev\/shm\/word: No such file/);
  t.regex(await inside('together', { share_pid_namespace: true }), /^word\n.*\n\d+\n\/bin\/sh -c echo word/);
  t.notRegex(await inside('apart', {}), /echo word/);
  const wrong = bench.launch('true', {
    containerId: `${parent}.wrong`,
    container: { ...MESOS, linux_info: { shm_size: 5 } },
  });
  t.regex((await bench.over(wrong)).failure ?? '', /^shm_size: /);
});

test('as root: an agent may keep its own namespaces to itself, and size shared memory', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, {
    ...LINUX,
    disallow_sharing_agent_pid_namespace: 'true',
    disallow_sharing_agent_ipc_namespace: 'true',
    default_container_shm_size: '3MB',
  });
  for (const linux_info of [{ share_pid_namespace: true }, { ipc_mode: LinuxInfoIpcMode.SHARE_PARENT }]) {
    const id = bench.launch('true', { container: { ...MESOS, linux_info } });
    t.regex((await bench.over(id)).failure ?? '', /this agent lets nobody share its own$/);
  }
  const sized = bench.launch('df -k /dev/shm | tail -1');
  await bench.over(sized);
  t.regex(bench.file(sized, 'stdout'), /^tmpfs +3072 /);
});

test('as root: a container inside one whose memory it shares begins in its own sandbox, with its volumes there', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, LINUX);
  const parent = bench.launch('echo of the parent >/dev/shm/word; echo ready >ready; sleep 1000');
  await wrote(bench, parent, 'ready');
  const shared = join(bench.root, 'shared');
  fs.mkdirSync(shared);
  const source = { type: VolumeSourceType.HOST_PATH, host_path: { path: shared } };
  const volumes = [{ container_path: 'volume', mode: VolumeMode.RW, source }];
  const inner = bench.launch('pwd; cat /dev/shm/word; echo written >volume/file; echo here >left', {
    containerId: `${parent}.inner`,
    container: { ...MESOS, volumes },
  });
  t.deepEqual((await bench.over(inner)).status, { kind: 'exited', code: 0 }, bench.file(inner, 'stderr'));
  t.is(bench.file(inner, 'stdout'), `${bench.sandbox(inner)}\nof the parent\n`);
  t.is(bench.file(inner, 'left'), 'here\n');
  t.is(fs.readFileSync(join(shared, 'file'), 'utf8'), 'written\n');
});
