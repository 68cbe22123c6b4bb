/** cgroups/net_cls: in the machine's hierarchy or, where that is mounted nowhere, in one that the test mounts. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CgroupTree } from '../../../../../../actors/agent/containerizer/isolators/cgroups/cgroup.ts';
import { Hierarchies } from '../../../../../../actors/agent/containerizer/isolators/cgroups/hierarchies.ts';
import { NetClsSubsystem } from '../../../../../../actors/agent/containerizer/isolators/cgroups/netCls.ts';
import { hasCgroups, IsolatedBench, isRoot, runsUnlimited } from '../../support.ts';

const FLAGS = {
  isolation: 'cgroups/net_cls',
  cgroups_net_cls_primary_handle: '0x0012',
  cgroups_net_cls_secondary_handles: '0x0005,0x0006',
};

/** Flags for a hierarchy with the controller; undefined where there is none to be had. */
function hierarchy(t: ExecutionContext): Record<string, string> | undefined {
  if (hasCgroups(['net_cls'])) return FLAGS;
  if (!isRoot) return undefined;
  const folder = fs.mkdtempSync(join(tmpdir(), 'net-cls-'));
  const root = join(folder, 'net_cls');
  fs.mkdirSync(root);
  try {
    execFileSync('mount', ['-t', 'cgroup', '-o', 'net_cls', 'none', root], { stdio: 'ignore' });
  } catch {
    fs.rmSync(folder, { recursive: true });
    return undefined;
  }
  t.teardown(() => {
    for (const name of fs.existsSync(join(root, 'mesostate-test'))
      ? fs.readdirSync(join(root, 'mesostate-test'))
      : [])
      if (fs.statSync(join(root, 'mesostate-test', name)).isDirectory())
        fs.rmdirSync(join(root, 'mesostate-test', name));
    if (fs.existsSync(join(root, 'mesostate-test'))) fs.rmdirSync(join(root, 'mesostate-test'));
    execFileSync('umount', [root]);
    fs.rmSync(folder, { recursive: true });
  });
  return { ...FLAGS, cgroups_hierarchy: folder };
}

test('as root: each container has a class of its own, told of it, over restarts of the agent', async (t) => {
  const flags = hierarchy(t);
  if (flags === undefined) return runsUnlimited(t, FLAGS);
  const bench = new IsolatedBench(t, flags);
  const ids = ['first', 'second'].map((containerId) => bench.launch('exec sleep 1000', { containerId }));
  for (const id of ids) await bench.started(id);
  const classes = () =>
    ids.map((id) => bench.containerizer.status(id).cgroup_info?.net_cls?.classid?.toString(16));
  t.deepEqual(classes(), ['120005', '120006']);
  const root = flags['cgroups_hierarchy'] ?? '/sys/fs/cgroup';
  const file = join(root, 'net_cls', bench.cgroupsRoot, 'second', 'net_cls.classid');
  t.is(Number(fs.readFileSync(file, 'utf8')), 0x120006);
  bench.restart();
  bench.containerizer.recover(ids, bench.sink);
  t.deepEqual(classes(), ['120005', '120006']);
  const { failure } = await bench.over(bench.launch('true', { containerId: 'third' }));
  t.is(failure, 'no secondary handle of --cgroups_net_cls_secondary_handles is free');
  bench.containerizer.destroy('first');
  await bench.over('first');
  const next = bench.launch('exec sleep 1000', { containerId: 'fourth' });
  await bench.started(next);
  t.is(bench.containerizer.status(next).cgroup_info?.net_cls?.classid, 0x120005);
});

test('classes have 32 bits without a sign; without a primary handle there are none', (t) => {
  const root = fs.mkdtempSync(join(tmpdir(), 'classes-'));
  t.teardown(() => fs.rmSync(root, { recursive: true }));
  const tree = new CgroupTree(new Hierarchies([{ version: 1, root, controllers: ['net_cls'] }]), 'mesos', [
    'net_cls',
  ]);
  tree.open();
  const cgroup = tree.create('c');
  const none = new NetClsSubsystem({});
  none.prepare(cgroup, 'c');
  t.deepEqual(none.status('c'), {});
  const given = new NetClsSubsystem({ netCls: { primary: 0xffff, secondary: [0xffff, 0xffff] } });
  given.prepare(cgroup, 'c');
  t.is(fs.readFileSync(join(root, 'mesos/c/net_cls.classid'), 'utf8'), '4294967295');
  t.deepEqual(given.status('c'), { cgroup_info: { net_cls: { classid: 0xffffffff } } });
  const other = new NetClsSubsystem({ netCls: { primary: 1, secondary: [1, 2] } });
  other.recover(cgroup, 'c');
  t.deepEqual(other.status('c'), {});
});
