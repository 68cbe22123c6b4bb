/** What a task cannot do: gain rights, see or harm others, write outside of its sandbox. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  CapabilityInfoCapability as Capability,
  type ContainerInfo,
  ContainerInfoType,
  RLimitInfoRLimitType,
} from '../../../../../proto/generated/types/v1.ts';
import { until } from '../../../../support/until.ts';
import { alive } from '../helpers.ts';
import { IsolatedBench } from '../support.ts';
import { canUnshare, imageFlags, imageOf, runsUnisolated } from './images.ts';

const hasNobody = /^nobody:/m.test(fs.readFileSync('/etc/passwd', 'utf8'));

const SETS = 'grep ^Cap /proc/self/status';
const bits = (...numbers: number[]) =>
  numbers
    .reduce((sum, bit) => sum + 2 ** bit, 0)
    .toString(16)
    .padStart(16, '0');

/** Bits of the kernel. */
const NET_BIND_SERVICE = 10;
const NET_RAW = 13;

const withCapabilities = (info: ContainerInfo, ...capabilities: Capability[]): ContainerInfo => ({
  ...info,
  linux_info: { effective_capabilities: { capabilities } },
});

test('as root: capabilities are limited in an image, too, and kept by an ordinary user as ambient ones', async (t) => {
  if (!canUnshare || !hasNobody) return runsUnisolated(t);
  const flags = imageFlags(t);
  const bounding = JSON.stringify({ capabilities: ['NET_RAW', 'NET_BIND_SERVICE'] });
  const isolation = `${flags['isolation']},linux/capabilities`;
  const bench = new IsolatedBench(t, { ...flags, isolation, bounding_capabilities: bounding });
  const sets = async (id: string) => {
    await bench.over(id);
    return Object.fromEntries(
      [...bench.file(id, 'stdout').matchAll(/^Cap(...):\t(\w+)$/gm)].map(([, name, value]) => [name, value]),
    );
  };
  const image = imageOf('shell');
  const MESOS = { type: ContainerInfoType.MESOS };
  const none = { Inh: bits(), Prm: bits(), Eff: bits(), Amb: bits() };
  const both = bits(NET_RAW, NET_BIND_SERVICE);
  for (const container of [MESOS, image]) {
    const root = await sets(bench.launch(SETS, { container }));
    t.like(root, { Prm: both, Eff: both, Bnd: both }, JSON.stringify(root));
    const plain = await sets(bench.launch(SETS, { container, user: 'nobody' }));
    t.like(plain, { Prm: bits(), Eff: bits(), Amb: bits(), Bnd: both });
    const one = await sets(
      bench.launch(SETS, { container: withCapabilities(container, Capability.NET_RAW), user: 'nobody' }),
    );
    const raw = bits(NET_RAW);
    t.deepEqual(one, { Inh: raw, Prm: raw, Eff: raw, Bnd: raw, Amb: raw });
    const zero = await sets(bench.launch(SETS, { container: withCapabilities(container) }));
    t.deepEqual(zero, { ...none, Bnd: bits() });
    const more = bench.launch('true', { container: withCapabilities(container, Capability.SYS_ADMIN) });
    t.is((await bench.over(more)).failure, 'capability SYS_ADMIN is not allowed on this agent');
  }
  // A session has what its container may have at most, also as another user.
  const parent = bench.launch('while :; do sleep 1; done', { container: image });
  await bench.started(parent);
  const sandbox = bench.sandbox(parent);
  bench.launch(`${SETS}; id -u`, {
    containerId: `${parent}.look`,
    sandbox,
    looksIntoParent: true,
    user: 'nobody',
  });
  const look = await bench.over(`${parent}.look`);
  t.deepEqual(look.status, { kind: 'exited', code: 0 }, look.failure ?? bench.file(parent, 'stderr'));
  t.regex(bench.file(parent, 'stdout'), new RegExp(`CapEff:\t${bits()}\nCapBnd:\t${both}\n(.*\n)*65534\n$`));
});

test('as root: what starts a command is the machine’s, whatever PATH and libraries its environment names', async (t) => {
  if (!canUnshare || !hasNobody) return runsUnisolated(t);
  const isolation = 'filesystem/linux,namespaces/pid,posix/rlimits,linux/capabilities';
  const bench = new IsolatedBench(t, { isolation });
  const evil = join(bench.root, 'evil');
  fs.mkdirSync(evil);
  fs.chmodSync(bench.root, 0o755);
  for (const name of [
    'setpriv',
    'unshare',
    'nsenter',
    'prlimit',
    'mount',
    'mkdir',
    'script',
    'chown',
    'tty',
    'stty',
  ])
    fs.writeFileSync(join(evil, name), `#!/bin/sh\necho ${name} >>${evil}/ran\nexit 1\n`, { mode: 0o755 });
  const environment = {
    PATH: `${evil}:/usr/bin:/bin`,
    LD_PRELOAD: '/evil.so',
    PERL5OPT: '-Mevil',
    ENV: '/evil',
  };
  const rlimits = [{ type: RLimitInfoRLimitType.RLMT_NOFILE, soft: 100, hard: 100 }];
  const container = {
    ...withCapabilities({ type: ContainerInfoType.MESOS }, Capability.NET_RAW),
    rlimit_info: { rlimits },
  };
  const command = 'echo "$PATH $LD_PRELOAD $PERL5OPT $ENV"';
  for (const more of [{}, { terminal: { rows: 20, columns: 30 } }]) {
    const id = bench.launch(command, { environment, container, user: 'nobody', ...more });
    t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 0 }, bench.file(id, 'stderr'));
    t.true(bench.file(id, 'stdout').includes(`${evil}:/usr/bin:/bin /evil.so -Mevil /evil`));
    // The loader of libraries complains of what is not there: of the programs of the task's own user alone.
    const complaints = bench.file(id, 'stderr') + bench.file(id, 'stdout');
    t.true((complaints.match(/\/evil\.so.*cannot be preloaded/g) ?? []).length <= 2, complaints);
  }
  t.false(fs.existsSync(join(evil, 'ran')));
});

test('as root: a session has the capabilities of its container, or those that it asks for, not the agent’s usual ones', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const set = (...capabilities: string[]) => JSON.stringify({ capabilities });
  const bench = new IsolatedBench(t, {
    isolation: 'linux/capabilities',
    effective_capabilities: set('KILL'),
    bounding_capabilities: set('KILL', 'NET_RAW', 'NET_BIND_SERVICE'),
  });
  const MESOS = { type: ContainerInfoType.MESOS };
  const parent = bench.launch('until [ -e over ]; do sleep 0.05; done', {
    container: withCapabilities(MESOS, Capability.NET_RAW),
  });
  await bench.started(parent);
  const bounding = async (name: string, container?: ContainerInfo): Promise<string | undefined> => {
    const before = bench.file(parent, 'stdout');
    const look = { containerId: `${parent}.${name}`, sandbox: bench.sandbox(parent), looksIntoParent: true };
    bench.launch(SETS, { ...look, ...(container && { container }) });
    await bench.over(look.containerId);
    return /^CapBnd:\t(\w+)$/m.exec(bench.file(parent, 'stdout').slice(before.length))?.[1];
  };
  t.is(await bounding('own'), bits(NET_RAW));
  t.is(await bounding('asks', withCapabilities(MESOS, Capability.NET_BIND_SERVICE)), bits(NET_BIND_SERVICE));
  bench.restart();
  bench.told.clear();
  bench.containerizer.recover([parent], bench.sink);
  await bench.started(parent);
  t.is(await bounding('again'), bits(NET_RAW));
  fs.writeFileSync(join(bench.sandbox(parent), 'over'), '');
  await bench.over(parent);
});

/** Tries to leave its confinement in every way that a shell knows; what works is a line. */
const ATTACKS = [
  'mkdir mnt && mount -t proc proc mnt && echo mounted',
  'mknod disk b 8 0 && echo made a device',
  'cat /proc/sys/kernel/hostname >/proc/sys/kernel/hostname && echo named the machine',
  'cat /proc/sys/vm/swappiness >/proc/sys/vm/swappiness && echo told the kernel',
  'cat /proc/irq/default_smp_affinity >/proc/irq/default_smp_affinity && echo told a device',
  '[ "$(cat /proc/timer_list /proc/kcore /proc/keys | head -c 10)" ] && echo saw the kernel',
  'chroot /proc/1/root true && echo changed its root',
  'for pid in $VICTIM; do kill -9 $pid && echo killed $pid; cat /proc/$pid/environ && echo read $pid; done',
  'ls "$OTHER" && echo saw the other sandbox',
  'echo evil >"$OTHER/evil" && echo wrote there',
  'echo evil >/evil && echo wrote outside',
  'ls /etc/shadow /root/.bashrc "$HOST" && echo saw the machine',
];

test('as root: a task in an image sees nobody’s processes and files, ends nobody, writes its sandbox alone', async (t) => {
  if (!canUnshare || !hasNobody) return runsUnisolated(t);
  const flags = imageFlags(t);
  const isolation = `${flags['isolation']},namespaces/ipc,linux/capabilities`;
  const bench = new IsolatedBench(t, { ...flags, isolation, bounding_capabilities: '{}' });
  const victim = bench.launch('echo secret >file; exec sleep 1000');
  const pid = await bench.started(victim);
  await until('the victim wrote', () => bench.file(victim, 'file') !== '');
  const environment = { VICTIM: `${pid} ${process.pid}`, OTHER: bench.sandbox(victim), HOST: bench.root };
  const command = `{ ${ATTACKS.join('; ')}; } 2>errors; ls /proc | grep -c "^[0-9]" >count; echo over >done`;
  for (const user of ['root', 'nobody']) {
    const id = bench.launch(command, { container: imageOf('shell'), environment, user });
    await bench.over(id);
    t.is(bench.file(id, 'done'), 'over\n', bench.file(id, 'errors') + bench.file(id, 'stderr'));
    // Its root is its own: what it writes there goes with it.
    const allowed = user === 'root' ? 'wrote outside\n' : '';
    t.is(bench.file(id, 'stdout'), allowed, user);
  }
  t.true(alive(pid));
  t.deepEqual(fs.readdirSync(bench.sandbox(victim)).sort(), ['file', 'stderr', 'stdout']);
  t.false(fs.existsSync('/evil'));
  t.false(fs.existsSync(join(flags['docker_registry'] ?? '', 'shell/rootfs/evil')));
});
