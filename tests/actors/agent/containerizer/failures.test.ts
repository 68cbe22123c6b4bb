/**
 * The ways in which the launcher fails, and where each is under test:
 *
 *     what the launch asks for: no value, NUL bytes, names of variables, users, sandboxes      launch.test.ts
 *     the program is not there                                                                launch.test.ts
 *     no shell; a `setsid` that cannot fork (busybox)                                         launch.test.ts
 *     the runtime directory is another launch's                                               launch.test.ts
 *     the runtime directory cannot be made or written (a full disk)                           here
 *     a process cannot be written down (a full disk)                                          here
 *     the runtime directory is swept away while the command runs                              here
 *     a cgroup cannot be entered                                                              here
 *     the container's view of its files cannot be made                                        isolators/linux.test.ts
 *     its filter of system calls lets nothing start                                           isolators/seccomp/isolator.test.ts
 *     an image, a network, a volume, a file to fetch cannot be had                            the tests of these
 *     the spawner is killed, once and in the midst of launching                               launch.test.ts
 *     the spawner can fork no more                                                            here
 *     a leader is killed: idle, with a launch on its way to it, while its command runs        launch.test.ts, kill.test.ts
 *     a leader is killed while there is no agent; its number is another process' now          recover.test.ts
 *     the agent is killed while it launches; a record or status is half written               recover.test.ts
 *     an ended container's leader has another one by now                                      recover.test.ts
 *     a container ends while the agent is slow                                                mesosContainerizer.test.ts
 *     a command ignores SIGTERM, is stopped, forks all the time, leaves daemons behind        kill.test.ts
 *     the agent is killed a thousand times                                                    npm run agent-storm
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createSandbox } from '../../../../actors/agent/containerizer/index.ts';
import { Bench } from './helpers.ts';
import { hasCgroups } from './support.ts';

for (const leadersMax of [0, 32]) {
  test(`a runtime directory that is swept away: the command is over when it is, with an unknown status at most (${leadersMax} leaders)`, async (t) => {
    const bench = new Bench(t, { leadersMax });
    const id = bench.launch('while [ ! -e go ]; do sleep 0.05; done; exit 3');
    await bench.started(id);
    fs.rmSync(bench.paths.container(id), { recursive: true });
    fs.writeFileSync(join(bench.sandbox(id), 'go'), '');
    t.true(['exited', 'unknown'].includes((await bench.ended(id))?.kind ?? ''));
    await bench.destroyed(id);
    t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
  });

  test(`a process that cannot be written down is not begun, and that is said (${leadersMax} leaders)`, async (t) => {
    const bench = new Bench(t, { leadersMax });
    // A shell that may create files and fill none, as on a full disk.
    const shell = join(bench.root, 'full');
    fs.writeFileSync(shell, '#!/bin/sh\ntrap \'\' XFSZ\nulimit -f 0\nexec /bin/sh "$@"\n', { mode: 0o755 });
    const full = new Bench(t, { leadersMax, shell });
    const id = full.launch('echo ran >&2; sleep 1000');
    await full.ended(id);
    t.deepEqual(full.story(id), [
      'failed: the container was not started: its process could not be written down',
    ]);
    const other = bench.launch('exit 4');
    t.deepEqual(await bench.ended(other), { kind: 'exited', code: 4 });
  });
}

test('a runtime directory that cannot be made fails the launch with its name', async (t) => {
  const bench = new Bench(t);
  const containers = join(bench.paths.runtimeDir, 'containers');
  fs.rmSync(containers, { recursive: true });
  fs.writeFileSync(containers, '');
  const id = bench.launch('true');
  await bench.ended(id);
  t.regex(bench.story(id)[0] ?? '', /^failed: E[A-Z]+: .*containers/);
  fs.rmSync(containers);
});

test('a spawner that can fork no more is replaced, and what it was given is launched (as root with cgroups)', async (t) => {
  const bench = new Bench(t, { leadersMax: 0 });
  const cgroup = `/sys/fs/cgroup/pids/mesostate-test-${process.pid}`;
  const { spawnerPid } = bench.containerizer;
  const isBound = hasCgroups(['pids']);
  if (isBound) {
    fs.mkdirSync(cgroup);
    t.teardown(() => fs.rmdirSync(cgroup));
    fs.writeFileSync(join(cgroup, 'pids.max'), '1');
    fs.writeFileSync(join(cgroup, 'cgroup.procs'), String(spawnerPid));
  }
  const ids = [bench.launch('echo once >>count; exit 5'), bench.launch('echo once >>count; exit 6')];
  await Promise.all(ids.map((id) => bench.destroyed(id)));
  t.deepEqual(
    ids.map((id) => bench.statuses.get(id)),
    [
      { kind: 'exited', code: 5 },
      { kind: 'exited', code: 6 },
    ],
  );
  for (const id of ids) t.is(fs.readFileSync(join(bench.sandbox(id), 'count'), 'utf8'), 'once\n');
  t.is(bench.containerizer.spawnerPid === spawnerPid, !isBound);
});

test('a cgroup that cannot be entered fails the launch with its name', async (t) => {
  const bench = new Bench(t);
  const sandbox = bench.sandbox('lost');
  createSandbox(sandbox);
  const enter = ["echo 0 >/no/such/cgroup/tasks || fail 'cgroup /no/such/cgroup cannot be entered'"];
  const isolation = { enter, wrappers: [], setpriv: ['setpriv'], privileges: [], ownsRoot: false };
  const command = { value: 'echo ran >ran' };
  bench.containerizer.launch(
    { containerId: 'lost', sandbox, command, environment: {}, isolation },
    bench.sink,
  );
  await bench.ended('lost');
  t.deepEqual(bench.story('lost'), ['failed: cgroup /no/such/cgroup cannot be entered']);
  t.false(fs.existsSync(join(sandbox, 'ran')));
});
