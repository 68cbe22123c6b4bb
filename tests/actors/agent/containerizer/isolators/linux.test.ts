/** Namespaces, images, volumes, limits of processes and of disks, around real processes. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ProcessFamilies, readProcesses } from '../../../../../actors/agent/containerizer/processTable.ts';
import {
  CapabilityInfoCapability,
  ContainerInfoType,
  type Resource,
  ResourceReservationInfoType,
  RLimitInfoRLimitType,
  TaskStatusReason,
  ValueType,
  VolumeMode,
  VolumeSourceSandboxPathType,
  VolumeSourceType,
} from '../../../../../proto/generated/types/v1.ts';
import { until } from '../../../../support/until.ts';
import { IsolatedBench } from '../support.ts';
import { canUnshare, imageBench, imageOf, LINUX, runsUnisolated } from './images.ts';

const MESOS = { type: ContainerInfoType.MESOS };

test('an ordinary user is told that namespaces need root', runsUnisolated);

test('as root: a task sees its own processes only, ends by signals and statuses as ever', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, LINUX);
  const seen = bench.launch('ls /proc | grep -c "^[0-9]"; df /dev/shm | tail -1; exit 7');
  t.deepEqual((await bench.over(seen)).status, { kind: 'exited', code: 7 });
  const [count = '', shm = ''] = bench.file(seen, 'stdout').split('\n');
  // The init, the shell, ls and grep.
  t.true(Number(count) <= 5, count);
  t.regex(shm, /^tmpfs .* 0% \/dev\/shm$/);

  const sleeper = bench.launch('sleep 1000');
  const leader = await bench.started(sleeper);
  await until(
    'the init, the shell and its command are there',
    () => new ProcessFamilies(readProcesses()).membersOf(leader, new Set()).length >= 3,
  );
  bench.containerizer.kill(sleeper, 'SIGTERM');
  t.deepEqual((await bench.over(sleeper)).status, { kind: 'signaled', signal: 15 });

  const catcher = bench.launch('trap "exit 9" TERM; : >ready; while :; do sleep 0.05; done');
  await until('it is ready', () => fs.existsSync(join(bench.sandbox(catcher), 'ready')));
  bench.containerizer.kill(catcher, 'SIGTERM');
  t.deepEqual((await bench.over(catcher)).status, { kind: 'exited', code: 9 });
});

test('as root: a container with an image sees that, its sandbox and nothing of the machine', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const id = bench.launch(
    'cat /proc/mounts >mounts; ls /; pwd; touch /written; [ -e /usr/bin/node ] || echo none; echo $MESOS_SANDBOX; echo x >/dev/null',
    { container: imageOf('shell') },
  );
  t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 0 }, bench.file(id, 'stderr'));
  t.regex(
    bench.file(id, 'stdout'),
    /^bin\ndev\netc\n(lib\nlib64\n)?mnt\nproc\nsys\n\/mnt\/mesos\/sandbox\nnone\n\/mnt\/mesos\/sandbox\n$/,
  );
  t.false(fs.existsSync(join(bench.root, 'registry/shell/rootfs/written')));
  t.deepEqual(fs.readdirSync(join(bench.paths.workDir, 'provisioner/containers')), []);
});

test('as root: layers of a saved image, what they delete, its command and environment', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const id = bench.launch('', { container: imageOf('saved:1'), command: { shell: false } });
  t.deepEqual(
    (await bench.over(id)).status,
    { kind: 'exited', code: 0 },
    JSON.stringify(bench.of(id)) + bench.file(id, 'stderr'),
  );
  t.regex(bench.file(id, 'stdout'), /^\/data:\nhidden\nkept\n\n\/data\/hidden:\nabove\n/);
  t.regex(bench.file(id, 'stdout'), /^FROM=image$/m);
  const missing = bench.launch('true', { container: imageOf('other') });
  t.regex((await bench.over(missing)).failure ?? '', /^image 'other' is not in /);
  const evil = bench.launch('true', { container: imageOf('../../etc') });
  t.regex((await bench.over(evil)).failure ?? '', /is no name of an image$/);
});

test('as root: a user within an image', async (t) => {
  if (!canUnshare || !/^nobody:/m.test(fs.readFileSync('/etc/passwd', 'utf8'))) return runsUnisolated(t);
  const bench = imageBench(t);
  const id = bench.launch('id -u; touch mine; touch /not-mine', {
    container: imageOf('shell'),
    user: 'nobody',
  });
  await bench.over(id);
  t.regex(bench.file(id, 'stdout'), /^65534\n$/, bench.file(id, 'stderr'));
  t.true(fs.existsSync(join(bench.sandbox(id), 'mine')));
  t.regex(bench.file(id, 'stderr'), /not-mine: (Permission|Read-only)/);
});

test('as root: volumes of the host, read-only or not, in an image and without one', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const shared = join(bench.root, 'shared');
  fs.mkdirSync(shared);
  fs.writeFileSync(join(shared, 'file'), 'of the host\n');
  const source = { type: VolumeSourceType.HOST_PATH, host_path: { path: shared } };
  const own = { type: VolumeSourceSandboxPathType.SELF, path: 'kept' };
  const volumes = [
    { container_path: '/data', mode: VolumeMode.RO, source },
    { container_path: 'rw', mode: VolumeMode.RW, source },
    {
      container_path: '/own',
      mode: VolumeMode.RW,
      source: { type: VolumeSourceType.SANDBOX_PATH, sandbox_path: own },
    },
  ];
  const command = 'cat /data/file; touch /data/x; touch rw/made; touch /own/made; true';
  const inImage = bench.launch(command, { container: imageOf('shell', { volumes }) });
  await bench.over(inImage);
  t.is(bench.file(inImage, 'stdout'), 'of the host\n', bench.file(inImage, 'stderr'));
  t.regex(bench.file(inImage, 'stderr'), /x: Read-only/);
  t.true(fs.existsSync(join(shared, 'made')));
  t.true(fs.existsSync(join(bench.sandbox(inImage), 'kept/made')));

  const onHost = bench.launch('cat rw/file', { container: { ...MESOS, volumes: volumes.slice(1, 2) } });
  await bench.over(onHost);
  t.is(bench.file(onHost, 'stdout'), 'of the host\n');
  t.deepEqual(fs.readdirSync(join(bench.sandbox(onHost), 'rw')), []);

  const absent = { type: VolumeSourceType.HOST_PATH, host_path: { path: join(bench.root, 'absent') } };
  const wrong = { container_path: 'v', mode: VolumeMode.RW, source: absent };
  const failed = bench.launch('true', { container: { ...MESOS, volumes: [wrong] } });
  t.regex(
    (await bench.over(failed)).failure ?? '',
    /^volume at 'v': path '.*absent' of the host does not exist$/,
  );
});

test('as root: a view of the files that cannot be made ends the container with 125 before its command, and says why', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const file = join(bench.root, 'file');
  fs.writeFileSync(file, '');
  const refused = async (container_path: string): Promise<string> => {
    const source = { type: VolumeSourceType.HOST_PATH, host_path: { path: file } };
    const volumes = [{ container_path, mode: VolumeMode.RO, source }];
    const id = bench.launch('echo ran >ran', { container: imageOf('shell', { volumes }) });
    t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 125 });
    t.is(bench.file(id, 'ran'), '');
    return bench.file(id, 'stderr');
  };
  // A link of the image would lead the mount to another place, a file cannot be shown in the place of a folder.
  t.is(await refused('/bin/sh/file'), 'The container cannot be made: /bin/sh/file leads through a link\n');
  t.regex(
    await refused('/bin'),
    /\nThe container cannot be made: its view of the files cannot be mounted\n$/,
  );
  t.notRegex(fs.readFileSync('/proc/self/mounts', 'utf8'), new RegExp(bench.root));
  t.deepEqual(fs.readdirSync(join(bench.paths.workDir, 'provisioner/containers')), []);
});

test('as root: volumes whose paths hold blanks, or lie in one another, are where they were asked for', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const [outer, inner] = ['outer one', 'inner\\'].map((name) => join(bench.root, name)) as [string, string];
  for (const path of [outer, inner]) fs.mkdirSync(path);
  fs.writeFileSync(join(inner, 'file'), 'inner');
  const volume = (path: string, container_path: string, mode: VolumeMode) => ({
    ...{ container_path, mode },
    source: { type: VolumeSourceType.HOST_PATH, host_path: { path } },
  });
  const volumes = [volume(outer, '/da ta', VolumeMode.RW), volume(inner, '/da ta/b', VolumeMode.RO)];
  volumes.push(volume(inner, 'in sandbox', VolumeMode.RO), volume(outer, '/again', VolumeMode.RO));
  volumes.push(volume(inner, '/again', VolumeMode.RW));
  const command =
    'cat "/da ta/b/file" "in sandbox/file" /again/file; touch "/da ta/made" /again/made; touch "/da ta/b/no" "in sandbox/no"';
  const id = bench.launch(command, { container: imageOf('shell', { volumes }) });
  await bench.over(id);
  t.is(bench.file(id, 'stdout'), 'innerinnerinner', bench.file(id, 'stderr'));
  t.deepEqual(fs.readdirSync(outer).sort(), ['b', 'made']);
  t.deepEqual(fs.readdirSync(inner).sort(), ['file', 'made']);
});

test('volumes within the sandbox are links where there are no namespaces', async (t) => {
  const bench = new IsolatedBench(t, {});
  const from = join(bench.root, 'volume');
  fs.mkdirSync(from);
  const id = bench.launch('echo kept >data/file', { volumes: [{ from, to: 'data', readOnly: false }] });
  await bench.over(id);
  t.is(fs.readFileSync(join(from, 'file'), 'utf8'), 'kept\n');
  const absolute = bench.launch('true', { volumes: [{ from, to: '/data', readOnly: false }] });
  t.regex((await bench.over(absolute)).failure ?? '', /needs --isolation=filesystem\/linux/);
});

test('limits of processes', async (t) => {
  const bench = new IsolatedBench(t, { isolation: 'posix/rlimits' });
  const rlimits = [{ type: RLimitInfoRLimitType.RLMT_NOFILE, soft: 50, hard: 60 }];
  const id = bench.launch('ulimit -Sn; ulimit -Hn', { container: { ...MESOS, rlimit_info: { rlimits } } });
  await bench.over(id);
  t.is(bench.file(id, 'stdout'), '50\n60\n', bench.file(id, 'stderr'));
  const half = { rlimits: [{ type: RLimitInfoRLimitType.RLMT_NOFILE, soft: 50 }] };
  const wrong = bench.launch('true', { container: { ...MESOS, rlimit_info: half } });
  t.is((await bench.over(wrong)).failure, 'limit nofile: expected both a soft and a hard one, or neither');
});

test('as root: capabilities of a container, within those of the agent', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bounding = JSON.stringify({ capabilities: ['NET_RAW', 'CHOWN'] });
  const bench = new IsolatedBench(t, { isolation: 'linux/capabilities', bounding_capabilities: bounding });
  const withCapabilities = (...capabilities: CapabilityInfoCapability[]) => ({
    container: { ...MESOS, linux_info: { effective_capabilities: { capabilities } } },
  });
  const id = bench.launch('grep Cap /proc/self/status', withCapabilities(CapabilityInfoCapability.NET_RAW));
  await bench.over(id);
  const netRaw = (2 ** 13).toString(16).padStart(16, '0');
  for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
    t.regex(bench.file(id, 'stdout'), new RegExp(`^${set}:\t${netRaw}$`, 'm'));
  const more = bench.launch('true', withCapabilities(CapabilityInfoCapability.SYS_ADMIN));
  t.is((await bench.over(more)).failure, 'capability SYS_ADMIN is not allowed on this agent');
  const usual = bench.launch('grep CapBnd /proc/self/status');
  await bench.over(usual);
  t.regex(bench.file(usual, 'stdout'), /CapBnd:\t0000000000002001/);
});

test('disk: a sandbox is counted, and one that holds too much ends its container', async (t) => {
  const bench = new IsolatedBench(t, {
    isolation: 'disk/du',
    container_disk_watch_interval: '50ms',
    enforce_container_disk_quota: 'true',
  });
  const resources = { cpus: 1, mem: 32, disk: 2, revocable: false };
  const modest = bench.launch('head -c 1000000 /dev/zero >file; sleep 1000', { resources });
  const greedy = bench.launch('head -c 5000000 /dev/zero >file; sleep 1000', { resources });
  const { limitation } = await bench.over(greedy);
  t.is(limitation?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION_DISK);
  t.regex(limitation?.message ?? '', /^Disk usage \([345]MB\) exceeds quota \(2MB\)$/);
  await until(
    'the other is counted',
    () => (bench.containerizer.usage(modest)?.disk_used_bytes ?? 0) > 900_000,
  );
  t.is(bench.of(modest).limitation, undefined);
});

test('disk: a sandbox is counted after a restart, and while files in it come and go', async (t) => {
  const flags = {
    isolation: 'disk/du',
    container_disk_watch_interval: '50ms',
    enforce_container_disk_quota: 'true',
  };
  const bench = new IsolatedBench(t, flags);
  const resources = { cpus: 1, mem: 32, disk: 2, revocable: false };
  const busy = 'i=0; while :; do i=$((i+1)); mkdir -p d/$i/e; : >d/$i/e/f; rm -rf d/$((i-1)); done';
  const id = bench.launch(
    `(${busy}) & until [ -e go ]; do sleep 0.05; done; head -c 5000000 /dev/zero >file; sleep 1000`,
    { resources },
  );
  await bench.started(id);
  bench.restart();
  bench.containerizer.recover([id], bench.sink);
  fs.writeFileSync(join(bench.sandbox(id), 'go'), '');
  const { limitation } = await bench.over(id);
  t.is(limitation?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION_DISK);
});

test('disk: a persistent volume counts against its own size, and who asked for no disk has no limit', async (t) => {
  const bench = new IsolatedBench(t, {
    isolation: 'disk/du',
    container_disk_watch_interval: '50ms',
    enforce_container_disk_quota: 'true',
  });
  const volume = (id: string, mb: number): Resource => ({
    ...{ name: 'disk', type: ValueType.SCALAR, scalar: { value: mb } },
    reservations: [{ type: ResourceReservationInfoType.STATIC, role: 'r' }],
    disk: { persistence: { id }, volume: { container_path: id, mode: VolumeMode.RW } },
  });
  const holding = (id: string) => {
    const path = bench.paths.volume('r', id);
    fs.mkdirSync(path, { recursive: true });
    fs.writeFileSync(join(path, 'file'), Buffer.alloc(5_000_000));
  };
  for (const id of ['large', 'small']) holding(id);
  const common = { cpus: 1, mem: 32, revocable: false };
  const unlimited = bench.launch('head -c 5000000 /dev/zero >file; sleep 1000', {
    resources: { ...common, disk: 0 },
  });
  const within = bench.launch('sleep 1000', {
    resources: { ...common, disk: 1, volumes: [volume('large', 10)] },
  });
  const over = bench.launch('sleep 1000', {
    resources: { ...common, disk: 100, volumes: [volume('small', 2)] },
  });
  const { limitation } = await bench.over(over);
  t.regex(limitation?.message ?? '', /^Disk usage \([45]MB\) exceeds quota \(2MB\)$/);
  t.deepEqual(limitation?.resources[0]?.disk?.persistence, { id: 'small' });
  const used = (id: string, at: number) =>
    bench.containerizer.usage(id)?.disk_statistics?.[at]?.used_bytes ?? 0;
  await until('the others are counted', () => used(within, 1) > 4e6 && used(unlimited, 0) > 4e6);
  t.deepEqual(
    [unlimited, within].map((id) => bench.of(id).over),
    [false, false],
  );
  t.is(bench.containerizer.usage(unlimited)?.disk_limit_bytes, undefined);
  t.is(bench.containerizer.usage(within)?.disk_limit_bytes, 1024 * 1024);
  // The next agent goes by what it was given last.
  bench.containerizer.update(within, () => ({ ...common, disk: 1, volumes: [volume('large', 3)] }));
  bench.restart();
  bench.containerizer.recover([within, unlimited], bench.sink);
  t.regex((await bench.over(within)).limitation?.message ?? '', /exceeds quota \(3MB\)$/);
});
