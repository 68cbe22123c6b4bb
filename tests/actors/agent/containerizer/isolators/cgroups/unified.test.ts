/** The unified hierarchy: what is written where, on a folder that stands for it; and entering, killing, leaving, for real. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CgroupTree } from '../../../../../../actors/agent/containerizer/isolators/cgroups/cgroup.ts';
import { CpuSubsystem } from '../../../../../../actors/agent/containerizer/isolators/cgroups/cpu.ts';
import {
  cgroupMounts,
  Hierarchies,
} from '../../../../../../actors/agent/containerizer/isolators/cgroups/hierarchies.ts';
import { MemorySubsystem } from '../../../../../../actors/agent/containerizer/isolators/cgroups/memory.ts';
import { TaskStatusReason } from '../../../../../../proto/generated/types/v1.ts';
import { alive } from '../../helpers.ts';
import { hasCgroups, IsolatedBench, isRoot, runsUnlimited } from '../../support.ts';

const OPTIONS = {
  enableCfs: true,
  limitSwap: false,
  countProcesses: false,
  revocableLowPriority: true,
  pidsMax: undefined,
  allowedDevices: [],
};

function unified(t: ExecutionContext): { root: string; tree: CgroupTree } {
  const root = fs.mkdtempSync(join(tmpdir(), 'unified-'));
  t.teardown(() => fs.rmSync(root, { recursive: true }));
  const hierarchies = new Hierarchies([{ version: 2, root, controllers: ['cpu', 'memory'] }]);
  const tree = new CgroupTree(hierarchies, 'mesos', ['cpu', 'cpuacct', 'memory']);
  tree.open();
  return { root, tree };
}

test('mounts: controllers of version 1 by their options, of the unified one by its file', (t) => {
  const mountinfo = [
    '30 29 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
    '31 29 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd',
    '32 29 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    '33 29 0:29 / /elsewhere/memory rw - cgroup cgroup rw,memory',
  ].join('\n');
  const mounts = cgroupMounts(mountinfo, '/sys/fs/cgroup', () => ['io', 'cpu']);
  const hierarchies = new Hierarchies(mounts);
  t.deepEqual(hierarchies.names.sort(), ['cpu', 'cpuacct', 'io']);
  t.is(hierarchies.controller('cpu')?.version, 1);
  t.deepEqual(hierarchies.controller('io'), { name: 'io', version: 2, root: '/sys/fs/cgroup/unified' });
});

test('cpu and memory are limited by the files of the unified hierarchy', (t) => {
  const { root, tree } = unified(t);
  const cgroup = tree.create('c1');
  const resources = { cpus: 1.5, mem: 64, disk: 0, revocable: false };
  const cpu = new CpuSubsystem(OPTIONS);
  const memory = new MemorySubsystem(OPTIONS);
  for (const subsystem of [cpu, memory]) subsystem.update(cgroup, resources, true);
  const file = (name: string) => fs.readFileSync(join(root, 'mesos/c1', name), 'utf8');
  t.is(file('cpu.weight'), '150');
  t.is(file('cpu.max'), '150000 100000');
  t.is(file('memory.max'), `${64 * 2 ** 20}`);
  t.is(file('memory.low'), `${64 * 2 ** 20}`);
  memory.update(cgroup, { ...resources, mem: 32 }, false);
  t.is(file('memory.max'), `${64 * 2 ** 20}`);
  cpu.update(cgroup, { ...resources, cpusLimit: Number.POSITIVE_INFINITY });
  memory.update(cgroup, { ...resources, memLimit: Number.POSITIVE_INFINITY }, false);
  t.is(file('cpu.max'), 'max 100000');
  t.is(file('memory.max'), 'max');
  t.deepEqual(tree.entering('c1'), [
    `echo 0 >'${root}/mesos/c1/leaf/cgroup.procs' || fail 'cgroup ${root}/mesos/c1 cannot be entered'`,
  ]);
});

test('usage and the end for want of memory are read from the unified hierarchy', (t) => {
  const { root, tree } = unified(t);
  const cgroup = tree.create('c1');
  const write = (name: string, text: string) => fs.writeFileSync(join(root, 'mesos/c1', name), text);
  write(
    'cpu.stat',
    'usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\nnr_periods 5\nnr_throttled 2\n',
  );
  write('cpu.max', '50000 100000\n');
  write('memory.current', '1048576\n');
  write('memory.max', `${64 * 2 ** 20}\n`);
  write('memory.stat', 'anon 4096\nfile 8192\nkernel 100\nslab 3\n');
  write('memory.events', 'low 0\noom 0\noom_kill 0\n');
  const memory = new MemorySubsystem(OPTIONS);
  const usage = { ...new CpuSubsystem(OPTIONS).usage(cgroup), ...memory.usage(cgroup) };
  t.like(usage, {
    cpus_user_time_secs: 2,
    cpus_system_time_secs: 1,
    cpus_nr_throttled: 2,
    cpus_limit: 0.5,
    mem_total_bytes: 1048576,
    mem_rss_bytes: 4096,
    mem_file_bytes: 8192,
  });
  t.is(memory.limitation(cgroup), undefined);
  write('memory.events', 'low 0\noom 1\noom_kill 1\n');
  const limitation = memory.limitation(cgroup);
  t.is(limitation?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION_MEMORY);
  t.is(
    limitation?.message,
    'Memory limit exceeded: Requested: 64MB\n\nMEMORY STATISTICS: \nanon 4096\nfile 8192\nkernel 100',
  );
  t.is(limitation?.resources[0]?.scalar?.value, 64);
});

test('as root with a unified hierarchy: a container lives in its leaf, and nothing outlives it', async (t) => {
  const isUnified = isRoot && Hierarchies.find('/sys/fs/cgroup').controller('hugetlb')?.version === 2;
  const flags = { isolation: 'cgroups/hugetlb' };
  if (!isUnified && !hasCgroups(['hugetlb'])) return runsUnlimited(t, flags);
  const bench = new IsolatedBench(t, flags);
  const id = bench.launch(
    'setsid sh -c "(sleep 1000 & echo \\$! >escaped) &"; cat /proc/self/cgroup; sleep 0.2',
  );
  await bench.over(id);
  if (isUnified) t.regex(bench.file(id, 'stdout'), new RegExp(`^0::/${bench.cgroupsRoot}/${id}/leaf$`, 'm'));
  t.false(alive(Number(bench.file(id, 'escaped'))));
});
