import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  createSandbox,
  DEFAULT_PATH,
  describeExit,
  waitStatus,
} from '../../../../actors/agent/containerizer/index.ts';
import { repositoryRoot } from '../../../support/processes.ts';
import { until } from '../../../support/until.ts';
import { alive, Bench } from './helpers.ts';

/** Every shell of this machine that the launcher may meet; busybox goes by the name it is called by. */
const bin = fs.mkdtempSync(join(tmpdir(), 'mesostate-bin-'));
if (fs.existsSync('/usr/bin/busybox')) fs.symlinkSync('/usr/bin/busybox', join(bin, 'sh'));
const shells = ['/bin/sh', '/bin/dash', '/bin/bash', join(bin, 'sh')].filter((path) => fs.existsSync(path));
test.after.always(() => fs.rmSync(bin, { recursive: true }));

test('exit codes and output arrive, told in order', async (t) => {
  const bench = new Bench(t);
  const good = bench.launch('echo to stdout; echo to stderr >&2; pwd');
  const bad = bench.launch('exit 3');
  t.deepEqual(await bench.ended(good), { kind: 'exited', code: 0 });
  t.deepEqual(await bench.ended(bad), { kind: 'exited', code: 3 });
  t.is(bench.stdout(good), `to stdout\n${bench.sandbox(good)}\n`);
  t.is(bench.stderr(good), 'to stderr\n');
  await bench.destroyed(good);
  t.deepEqual(bench.story(good), ['started', 'exited', 'destroyed']);
});

test('the sandbox is private to owner and group, and the newest run is found by its link', async (t) => {
  const bench = new Bench(t);
  const first = bench.launch(':');
  const second = bench.launch(':');
  await Promise.all([bench.ended(first), bench.ended(second)]);
  t.is(fs.statSync(bench.sandbox(first)).mode & 0o777, 0o750);
  t.is(fs.readlinkSync(join(bench.sandbox(first), '../latest')), bench.sandbox(second));
  t.is(fs.statSync(join(bench.paths.container(second), 'launch')).mode & 0o777, 0o600);
  t.is(fs.statSync(bench.paths.container(second)).mode & 0o777, 0o700);
});

test('output goes to plain files of the sandbox, whatever was fetched into their place', async (t) => {
  const bench = new Bench(t);
  const outside = join(bench.root, 'outside');
  fs.writeFileSync(outside, 'mine');
  const [links, others] = ['of-links', 'of-others'];
  for (const id of [links, others]) createSandbox(bench.sandbox(id));
  for (const name of ['stdout', 'stderr']) fs.symlinkSync(outside, join(bench.sandbox(links), name));
  execFileSync('mkfifo', [join(bench.sandbox(others), 'stdout')]);
  fs.mkdirSync(join(bench.sandbox(others), 'stderr'));
  for (const id of [links, others]) {
    bench.launchIn(id, bench.sandbox(id), 'echo said; echo told >&2');
    t.deepEqual(await bench.ended(id), { kind: 'exited', code: 0 });
    t.is(bench.stdout(id), 'said\n');
    t.is(bench.stderr(id), 'told\n');
  }
  t.is(fs.readFileSync(outside, 'utf8'), 'mine');
});

test('signals are told from exits', async (t) => {
  const bench = new Bench(t);
  const terminated = bench.launch('kill -TERM $$');
  const killed = bench.launch('kill -KILL $$');
  const large = bench.launch('exit 255');
  t.deepEqual(await bench.ended(terminated), { kind: 'signaled', signal: 15 });
  t.deepEqual(await bench.ended(killed), { kind: 'signaled', signal: 9 });
  t.deepEqual(await bench.ended(large), { kind: 'exited', code: 255 });
});

test('a status has Mesos’ words and the form of wait(2)', (t) => {
  t.is(describeExit({ kind: 'exited', code: 1 }), 'Command exited with status 1');
  t.is(describeExit({ kind: 'signaled', signal: 15 }), 'Command terminated with signal Terminated');
  t.is(describeExit({ kind: 'signaled', signal: 50 }), 'Command terminated with signal Unknown signal 50');
  t.is(waitStatus({ kind: 'exited', code: 1 }), 256);
  t.is(waitStatus({ kind: 'signaled', signal: 15 }), 15);
  t.is(waitStatus({ kind: 'unknown' }), 9);
});

test('the scripts are correct for every shell here', (t) => {
  const launcher = join(repositoryRoot, 'actors/agent/containerizer/launcher');
  const scripts = fs
    .readdirSync(launcher)
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join(launcher, name));
  t.is(scripts.length, 3);
  for (const shell of shells)
    for (const script of scripts) t.notThrows(() => execFileSync(shell, ['-n', script]));
});

test('a shell that is not there fails each launch plainly', async (t) => {
  const bench = new Bench(t, { shell: '/no/such/shell' });
  const id = bench.launch(':');
  await bench.ended(id);
  t.deepEqual(bench.story(id), ['failed: spawn /no/such/shell ENOENT']);
  const broken = new Bench(t, { shell: '/bin/false' });
  const other = broken.launch(':');
  await broken.ended(other);
  t.deepEqual(broken.story(other), [
    'failed: the container was not started: its launcher ended without a word',
  ]);
});

test('a command that signals its own process group does not take its witness along', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('trap "exit 7" TERM; kill -TERM 0; sleep 10');
  t.deepEqual(await bench.ended(id), { kind: 'exited', code: 7 });
});

test('ten megabytes of output are all there', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('head -c 10485760 /dev/zero; echo end >&2');
  t.deepEqual(await bench.ended(id), { kind: 'exited', code: 0 });
  t.is(fs.statSync(join(bench.sandbox(id), 'stdout')).size, 10485760);
  t.is(bench.stderr(id), 'end\n');
});

const hostile: Record<string, string> = {
  QUOTES: `it's "quoted" \`twice\` and '\\'' more`,
  LINES: 'one\ntwo\n\n three ',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant for a shell
  SUBSTITUTION: '$(touch pwned) ${HOME} `touch pwned` $$ !!',
  SPECIAL: '; rm -rf /nowhere & | > < * ? ~ # \\ \t',
  EMPTY: '',
  UNICODE: 'grüße – 世界 🚀',
  IFS: 'abc',
  PATH: '/usr/bin:/bin',
  launcher_dir: 'mine',
  UID: 'not a number',
  PPID: 'x',
  'with.dot': "a'b",
  'a-b c': 'blank',
};

test('the environment is exactly what was given, whatever it holds', async (t) => {
  for (const shell of shells) {
    const bench = new Bench(t, { shell });
    const id = bench.launch(
      { shell: false, value: '/usr/bin/env', arguments: ['env', '-0'] },
      { environment: hostile },
    );
    t.deepEqual(await bench.ended(id), { kind: 'exited', code: 0 }, bench.stderr(id));
    const pairs = bench.stdout(id).split('\0').slice(0, -1);
    const found = Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    // What a shell adds by itself.
    for (const name of ['_', 'SHLVL', 'PWD', 'OLDPWD']) delete found[name];
    t.deepEqual(found, hostile, shell);
    t.false(fs.existsSync(join(bench.sandbox(id), 'pwned')));
  }
});

test('no variable stands in the arguments of a process, and none of the agent gets in', async (t) => {
  process.env['MESOSTATE_TEST_SECRET'] = 'of the agent';
  const bench = new Bench(t);
  const id = bench.launch('echo "$PATH"; echo "[$MESOSTATE_TEST_SECRET]"; echo ready >ready; read x <hold', {
    environment: { TOKEN: 'hush-hush-9' },
  });
  fs.mkdirSync(bench.sandbox(id), { recursive: true });
  await bench.line(id, 'ready').catch(() => '');
  const arguments_ = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => fs.existsSync(`/proc/${pid}/cmdline`) && readOrEmpty(`/proc/${pid}/cmdline`));
  t.false(arguments_.some((text) => typeof text === 'string' && text.includes('hush-hush-9')));
  await bench.ended(id);
  t.is(bench.stdout(id), `${DEFAULT_PATH}\n[]\n`);
});

function readOrEmpty(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

test('argv is passed word by word, argv[0] included', async (t) => {
  for (const shell of shells) {
    const bench = new Bench(t, { shell });
    const id = bench.launch({
      shell: false,
      value: 'printf',
      arguments: ['printf', '[%s]', 'a b', "c'd", '$(x)', '', 'e\nf'],
    });
    const named = bench.launch({
      shell: false,
      value: '/bin/sh',
      arguments: ['my name', '-c', 'echo "$0"', 'zero'],
    });
    const shown = bench.launch({
      shell: false,
      value: '/bin/cat',
      arguments: ['other name', '/proc/self/cmdline'],
    });
    await Promise.all([bench.ended(id), bench.ended(named), bench.ended(shown)]);
    t.is(bench.stdout(id), "[a b][c'd][$(x)][][e\nf]", shell);
    t.is(bench.stdout(named), 'zero\n');
    t.is(bench.stdout(shown), 'other name\0/proc/self/cmdline\0');
  }
});

test('a program that is not there fails as a shell says it', async (t) => {
  const bench = new Bench(t);
  const missing = bench.launch({ shell: false, value: '/no/such/program' });
  const inShell = bench.launch('no-such-program');
  t.deepEqual(await bench.ended(missing), { kind: 'exited', code: 127 });
  t.deepEqual(await bench.ended(inShell), { kind: 'exited', code: 127 });
  t.regex(bench.stderr(missing), /\/no\/such\/program/);
});

test('the task has its signals at their defaults, no input and no descriptor of ours', async (t) => {
  for (const shell of shells) {
    const bench = new Bench(t, { shell });
    const id = bench.launch(
      'cat /proc/self/status | grep -E "^Sig(Ign|Blk|Cgt)"; ls -l /proc/self/fd | grep -- "->"; wc -c',
    );
    await bench.ended(id);
    const lines = bench.stdout(id).trim().split('\n');
    t.deepEqual(
      lines.slice(0, 3).map((line) => line.split('\t')[1]),
      ['0000000000000000', '0000000000000000', '0000000000000000'],
      shell,
    );
    const descriptors = lines.slice(3, -1).map((line) => line.replace(/.* (\d+ -> )/, '$1'));
    t.deepEqual(descriptors[0], '0 -> /dev/null');
    t.deepEqual(descriptors[2], `2 -> ${join(bench.sandbox(id), 'stderr')}`);
    t.false(
      descriptors.some((line) => line.includes('socket:')),
      descriptors.join('\n'),
    );
    t.is(lines.at(-1)?.trim(), '0');
  }
});

for (const [how, options] of [
  ['by leaders and the spawner', {}],
  ['by the spawner', { leadersMax: 0 }],
  ['by leaders and from Node', { spawner: false }],
  ['from Node', { spawner: false, leadersMax: 0 }],
] as const) {
  test(`200 launches at once are each reported once, started ${how}`, async (t) => {
    const bench = new Bench(t, options);
    const ids = Array.from({ length: 200 }, (_, i) => bench.launch(`exit ${i % 100}`));
    await Promise.all(ids.map((id) => bench.destroyed(id)));
    ids.forEach((id, i) => {
      t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
      t.deepEqual(bench.statuses.get(id), { kind: 'exited', code: i % 100 });
    });
  });
}

test('busybox, whose setsid cannot fork, is noticed and the containers are started from Node', async (t) => {
  const fake = fs.mkdtempSync(join(tmpdir(), 'mesostate-fake-'));
  t.teardown(() => fs.rmSync(fake, { recursive: true }));
  fs.writeFileSync(join(fake, 'sh'), `#!/bin/sh\nPATH=${fake}:$PATH exec /bin/sh "$@"\n`, { mode: 0o755 });
  fs.writeFileSync(join(fake, 'setsid'), '#!/bin/sh\necho "unrecognized option: f" >&2; exit 1\n', {
    mode: 0o755,
  });
  const bench = new Bench(t, { shell: join(fake, 'sh'), leadersMax: 0 });
  const ids = [1, 2, 3].map((code) => bench.launch(`exit ${code}`));
  await Promise.all(ids.map((id) => bench.ended(id)));
  t.deepEqual(bench.statuses.get(ids[2] ?? ''), { kind: 'exited', code: 3 });
  t.is(bench.containerizer.spawnerPid, undefined);
});

test('what cannot be launched fails with a plain line', async (t) => {
  const bench = new Bench(t);
  bench.launchIn('no-sandbox', '/no/such/sandbox', ':');
  await bench.ended('no-sandbox');
  t.deepEqual(bench.story('no-sandbox'), ['failed: sandbox /no/such/sandbox cannot be entered']);
  const nul = bench.launch(':', { environment: { A: 'x\0y' } });
  const nameless = bench.launch(':', { environment: { 'A=B': 'x' } });
  const empty = bench.launch({});
  const nobody = bench.launch(':', { user: 'no-such-user-here' });
  await Promise.all([nul, nameless, empty, nobody].map((id) => bench.ended(id)));
  t.deepEqual(bench.story(nul), [
    'failed: environment variable A: holds a NUL byte, which no process can be given',
  ]);
  t.regex(bench.story(nameless)[0] ?? '', /^failed: environment variable "A=B": /);
  t.deepEqual(bench.story(empty), ['failed: the command has no value']);
  t.deepEqual(bench.story(nobody), ['failed: user no-such-user-here does not exist on this agent']);
  t.throws(() => bench.launchIn('../escape', '/tmp', ':'), {
    message: 'container id "../escape": must not be empty',
  });
});

test('the same container is not launched twice', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch(':');
  t.throws(() => bench.launchIn(id, bench.sandbox(id), ':'), {
    message: `container ${id}: is there already`,
  });
  t.throws(() => bench.containerizer.remove(id), { message: `container ${id}: is not over` });
  await bench.destroyed(id);
  bench.launchIn(id, bench.sandbox(id), ':');
  await bench.until(() => bench.story(id).length === 4, 'refusal');
  t.regex(bench.story(id)[3] ?? '', /^failed: runtime directory .* exists already$/);
  bench.containerizer.remove(id);
  await until('its runtime directory is removed', () => !fs.existsSync(bench.paths.container(id)));
});

const asRoot = process.getuid?.() === 0 && /^nobody:/m.test(fs.readFileSync('/etc/passwd', 'utf8'));
if (asRoot) {
  test('a command runs as another user, who owns the sandbox', async (t) => {
    const bench = new Bench(t);
    fs.chmodSync(bench.root, 0o755);
    const id = bench.launch('id -un; id -Gn; touch made; echo "$A"', {
      user: 'nobody',
      environment: { A: "it's" },
    });
    t.deepEqual(await bench.ended(id), { kind: 'exited', code: 0 }, bench.stderr(id));
    t.deepEqual(bench.stdout(id).split('\n'), ['nobody', 'nogroup', "it's", '']);
    t.is(fs.statSync(bench.sandbox(id)).uid, 65534);
    t.is(fs.statSync(bench.sandbox(id)).mode & 0o777, 0o750);
  });
}

test('a leader runs one container after another, each in a clean session', async (t) => {
  const bench = new Bench(t, { leadersMax: 1 });
  const leaders = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const id = bench.launch(
      `umask 777; cd /; export LEFT=1; trap : TERM; (sleep 1000 &); echo $PPID >"$MESOS_SANDBOX/leader"; exit ${round}`,
      {
        environment: { MESOS_SANDBOX: bench.sandbox(`c${round + 1}-${process.pid}`) },
      },
    );
    t.deepEqual(await bench.ended(id), { kind: 'exited', code: round });
    await bench.destroyed(id);
    leaders.add(fs.readFileSync(join(bench.paths.container(id), 'pid'), 'utf8').split('\n')[1] ?? '');
  }
  t.is(leaders.size, 1);
  const last = bench.launch(
    'umask; echo "[$LEFT]"; pwd; ps -o stat=,comm= --sid $(ps -o sid= -p $$) | grep -v ^Z | grep -c sleep',
  );
  await bench.ended(last);
  t.deepEqual(bench.stdout(last).split('\n'), ['0022', '[]', bench.sandbox(last), '0', '']);
});

for (const [longMs, what, leader] of [
  [0, 'makes room for short ones', /#\d+-[\d.]+-2$/],
  [1e9, 'that is not long yet keeps its leader', /containers\/c2-\d+\/$/],
] as const) {
  test(`a long command ${what}`, async (t) => {
    const bench = new Bench(t, { leadersMax: 1, longMs });
    const long = bench.launch('while [ ! -e go ]; do sleep 0.05; done');
    await bench.started(long);
    const short = bench.launch(':');
    await bench.destroyed(short);
    const leaderOf = (id: string): string =>
      fs.readFileSync(join(bench.paths.container(id), 'pid'), 'utf8').split('\n')[2] ?? '';
    t.regex(leaderOf(long), /#\d+-[\d.]+-1$/);
    t.regex(leaderOf(short), leader);
    fs.writeFileSync(join(bench.sandbox(long), 'go'), '');
    await bench.destroyed(long);
  });
}

test('a leader that is killed loses its command’s status at most', async (t) => {
  const bench = new Bench(t, { leadersMax: 2 });
  const idle = bench.launch('echo $PPID >leader');
  await bench.destroyed(idle);
  const leader = Number(await bench.line(idle, 'leader'));
  process.kill(leader, 'SIGKILL');
  // Given to the dead leader before its end is noticed.
  const next = bench.launch('exit 3');
  t.deepEqual(await bench.ended(next), { kind: 'exited', code: 3 });
  t.deepEqual(bench.story(next).slice(0, 2), ['started', 'exited']);
});

/** Its process id, once there is one. */
const spawnerOf = ({ containerizer }: Bench): Promise<number> =>
  until('there is a spawner', () => containerizer.spawnerPid);

test('a spawner that is killed is replaced, and what it was given is launched', async (t) => {
  const bench = new Bench(t, { leadersMax: 0 });
  const before = bench.launch('sleep 1; exit 4');
  await bench.started(before);
  const spawnerPid = await spawnerOf(bench);
  process.kill(spawnerPid, 'SIGSTOP');
  const ids = Array.from({ length: 30 }, (_, i) => bench.launch(`echo once >>count; exit ${i}`));
  process.kill(spawnerPid, 'SIGKILL');
  await Promise.all(ids.map((id) => bench.destroyed(id)));
  ids.forEach((id, i) => {
    t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
    t.deepEqual(bench.statuses.get(id), { kind: 'exited', code: i });
    t.is(fs.readFileSync(join(bench.sandbox(id), 'count'), 'utf8'), 'once\n');
  });
  t.deepEqual(await bench.ended(before), { kind: 'exited', code: 4 });
  t.not(bench.containerizer.spawnerPid, spawnerPid);
});

test('a spawner killed again and again in the midst of launching loses and doubles nothing', async (t) => {
  const bench = new Bench(t, { leadersMax: 0 });
  const ids: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 20; i++) ids.push(bench.launch('echo once >>count'));
    await bench.started(ids.at(-20) ?? '');
    process.kill(await spawnerOf(bench), 'SIGKILL');
  }
  await Promise.all(ids.map((id) => bench.destroyed(id)));
  for (const id of ids) {
    t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
    t.is(fs.readFileSync(join(bench.sandbox(id), 'count'), 'utf8'), 'once\n');
  }
});

test('closing lets go of what runs', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('echo $$ >pid; sleep 1000');
  const pid = Number(await bench.line(id, 'pid'));
  bench.restart();
  t.true(alive(pid));
  bench.containerizer.recover([id], bench.sink);
});
