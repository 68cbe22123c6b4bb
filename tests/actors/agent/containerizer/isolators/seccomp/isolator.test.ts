/** Filters of system calls around real processes. They need perl and setpriv, which every Debian has; not root. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findProgram } from '../../../../../../actors/agent/containerizer/programs.ts';
import {
  CapabilityInfoCapability,
  type ContainerInfo,
  ContainerInfoType,
  type SeccompInfo,
} from '../../../../../../proto/generated/types/v1.ts';
import { until } from '../../../../../support/until.ts';
import { IsolatedBench } from '../../support.ts';
import { canUnshare, imageFlags, imageOf, runsUnisolated } from '../images.ts';

const MESOS = { type: ContainerInfoType.MESOS };
const without = (...names: string[]) => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }],
});

/** Profiles of an agent: the default one forbids folders, `links` forbids links, `torn` is no JSON. */
function profileFlags(t: ExecutionContext, isolation: string): Record<string, string> {
  const root = fs.mkdtempSync(join(tmpdir(), 'profiles-'));
  t.teardown(() => fs.rmSync(root, { recursive: true, force: true }));
  const folder = join(root, 'profiles');
  fs.mkdirSync(folder);
  const profiles = {
    'folders.json': without('mkdir', 'mkdirat'),
    'links.json': without('symlink', 'symlinkat'),
  };
  for (const [name, profile] of Object.entries(profiles))
    fs.writeFileSync(join(folder, name), JSON.stringify(profile));
  fs.writeFileSync(join(folder, 'torn.json'), '{"defaultAction"');
  fs.writeFileSync(join(root, 'outside.json'), JSON.stringify(without('mkdir')));
  fs.symlinkSync('../outside.json', join(folder, 'link.json'));
  return { isolation, seccomp_config_dir: folder, seccomp_profile_name: 'folders.json' };
}

const asking = (seccomp: SeccompInfo, more: ContainerInfo = MESOS): ContainerInfo => ({
  ...more,
  linux_info: { ...more.linux_info, seccomp },
});

/** What it can make, a word each. */
const TRIES =
  'mkdir folder 2>/dev/null && echo folder; ln -s none link 2>/dev/null && echo link; rm -rf folder link';

test('containers make the system calls of their profile: the default one, one of their own, or all', async (t) => {
  const bench = new IsolatedBench(t, profileFlags(t, 'linux/seccomp'));
  const made = async (container?: ContainerInfo, user?: string): Promise<string> => {
    const id = bench.launch(TRIES, { ...(container && { container }), ...(user && { user }) });
    await bench.over(id);
    return bench.file(id, 'stdout') + bench.file(id, 'stderr');
  };
  t.is(await made(), 'link\n');
  t.is(await made(asking({ profile_name: 'links.json' })), 'folder\n');
  t.is(await made(asking({ unconfined: true })), 'folder\nlink\n');
  if (canUnshare) t.is(await made(undefined, 'nobody'), 'link\n');
});

test('a status is the command’s own; a command that is not there is told as ever', async (t) => {
  const bench = new IsolatedBench(t, profileFlags(t, 'linux/seccomp'));
  t.deepEqual((await bench.over(bench.launch('exit 7'))).status, { kind: 'exited', code: 7 });
  const missing = bench.launch('', { command: { shell: false, value: '/no/such/program' } });
  t.deepEqual((await bench.over(missing)).status, { kind: 'exited', code: 127 });
});

test('a language that the machine has not is the command’s own business', async (t) => {
  const bench = new IsolatedBench(t, profileFlags(t, 'linux/seccomp'));
  const environment = { LC_ALL: 'xx_XX.UTF-8', LANG: 'xx_XX' };
  const id = bench.launch('echo "$LC_ALL $LANG"', { environment });
  await bench.over(id);
  t.is(bench.file(id, 'stdout'), 'xx_XX.UTF-8 xx_XX\n');
  t.notRegex(bench.file(id, 'stderr'), /perl/);
});

test('a profile by which nothing can be started ends the container before its command, and says why', async (t) => {
  const flags = profileFlags(t, 'linux/seccomp');
  const folder = flags['seccomp_config_dir'] ?? '';
  fs.writeFileSync(join(folder, 'nothing.json'), JSON.stringify(without('execve', 'execveat')));
  const bench = new IsolatedBench(t, flags);
  const id = bench.launch('echo ran', { container: asking({ profile_name: 'nothing.json' }) });
  t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 126 });
  t.regex(bench.file(id, 'stderr'), /^\/bin\/sh: Operation not permitted\n$/);
  t.is(bench.file(id, 'stdout'), '');
});

test('a profile that is not there, leads elsewhere or is wrong fails the launch and is named', async (t) => {
  const flags = profileFlags(t, 'linux/seccomp');
  const bench = new IsolatedBench(t, flags);
  const failure = async (seccomp: SeccompInfo): Promise<string | undefined> =>
    (await bench.over(bench.launch('true', { container: asking(seccomp) }))).failure;
  const folder = flags['seccomp_config_dir'];
  for (const name of ['none.json', '../outside.json', 'link.json'])
    t.is(await failure({ profile_name: name }), `seccomp profile '${name}' is not in ${folder}`);
  t.regex(
    (await failure({ profile_name: 'torn.json' })) ?? '',
    /^seccomp profile 'torn.json': it is no JSON: /,
  );
  t.is(
    await failure({ profile_name: 'links.json', unconfined: true }),
    'seccomp: expected either a profile_name or unconfined, got both',
  );
});

test('an agent does not start when it cannot filter, and one without the isolator runs no container that asks', async (t) => {
  const flags = profileFlags(t, 'linux/seccomp');
  const refused = (more: Record<string, string>): string | undefined =>
    t.throws(() => new IsolatedBench(t, { ...flags, ...more }))?.message;
  t.regex(refused({ seccomp_profile_name: 'torn.json' }) ?? '', /^--isolation=linux\/seccomp: .* no JSON/);
  t.regex(refused({ seccomp_profile_name: 'none' }) ?? '', /^--isolation=linux\/seccomp: .* is not in /);
  const { isolation = '' } = flags;
  t.is(
    t.throws(() => new IsolatedBench(t, { isolation }))?.message,
    '--isolation=linux/seccomp: needs --seccomp_config_dir',
  );
  const bench = new IsolatedBench(t, { isolation: 'posix/cpu' });
  const id = bench.launch('true', { container: asking({ profile_name: 'links.json' }) });
  t.is(
    (await bench.over(id)).failure,
    "seccomp profile 'links.json': this agent runs without --isolation=linux/seccomp",
  );
});

test('what looks into a container has its filter, after a restart with other profiles, too', async (t) => {
  const flags = profileFlags(t, 'linux/seccomp');
  const bench = new IsolatedBench(t, flags);
  const parent = bench.launch('while [ ! -e over ]; do sleep 0.05; done', {
    container: asking({ profile_name: 'links.json' }),
  });
  await bench.started(parent);
  const look = async (name: string, container?: ContainerInfo): Promise<string> => {
    const before = bench.file(parent, 'stdout');
    const containerId = `${parent}.${name}`;
    const sandbox = bench.sandbox(parent);
    bench.launch(TRIES, { containerId, sandbox, looksIntoParent: true, ...(container && { container }) });
    const { status, failure } = await bench.over(containerId);
    t.is(failure, undefined);
    t.is(status?.kind, 'exited');
    return bench.file(parent, 'stdout').slice(before.length);
  };
  t.is(await look('own'), 'folder\n');
  t.is(await look('other', asking({ profile_name: 'folders.json' })), 'link\n');
  fs.rmSync(join(flags['seccomp_config_dir'] ?? '', 'links.json'));
  bench.told.clear();
  bench.restart();
  bench.containerizer.recover([parent], bench.sink);
  await bench.started(parent);
  t.is(await look('again'), 'folder\n');
  fs.writeFileSync(join(bench.sandbox(parent), 'over'), '');
  await bench.over(parent);
});

test('as root: in an image, too, with any user and capabilities; programs of it are not needed', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const { isolation, ...images } = imageFlags(t);
  const flags = { ...images, ...profileFlags(t, `${isolation},linux/capabilities,linux/seccomp`) };
  const bench = new IsolatedBench(t, flags);
  const tries =
    'mkdir folder 2>/dev/null && echo folder; touch file && echo file; id -u; grep ^CapBnd /proc/self/status';
  const { NET_RAW } = CapabilityInfoCapability;
  const container = {
    ...imageOf('shell'),
    linux_info: { effective_capabilities: { capabilities: [NET_RAW] } },
  };
  const bound = 'CapBnd:\t0000000000002000\n';
  for (const [user, uid] of [
    ['root', 0],
    ['nobody', 65534],
  ] as const) {
    const id = bench.launch(tries, { container, user });
    t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 0 }, bench.file(id, 'stderr'));
    t.is(bench.file(id, 'stdout'), `file\n${uid}\n${bound}`);
  }
  // No limit of capabilities: the user is changed by setpriv all the same, for who is not root loads no filter.
  const plain = bench.launch('mkdir folder || id -u', { container: imageOf('shell'), user: 'nobody' });
  await bench.over(plain);
  t.is(bench.file(plain, 'stdout'), '65534\n');

  const parent = bench.launch('touch ready; while [ ! -e over ]; do :; done', { container, user: 'nobody' });
  await until('it is there', () => fs.existsSync(join(bench.sandbox(parent), 'ready')));
  const sandbox = bench.sandbox(parent);
  bench.launch(tries, { containerId: `${parent}.look`, sandbox, looksIntoParent: true, user: 'nobody' });
  t.deepEqual((await bench.over(`${parent}.look`)).status, { kind: 'exited', code: 0 });
  t.is(bench.file(parent, 'stdout'), `file\n65534\n${bound}`, bench.file(parent, 'stderr'));
  fs.writeFileSync(join(sandbox, 'over'), '');
  await bench.over(parent);
});

test('the programs that load a filter are found', (t) => {
  for (const name of ['perl', 'setpriv']) t.truthy(findProgram(name), name);
});
