import test from 'ava';
import { alive, Bench, clock } from './helpers.ts';

test('SIGTERM ends a command that heeds it, and the status says so', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('sleep 1000');
  const pid = await bench.started(id);
  bench.containerizer.terminate(id, 30_000);
  t.deepEqual(await bench.ended(id), { kind: 'signaled', signal: 15 });
  t.false(alive(pid));
});

test('a kill before the start is not lost', async (t) => {
  const bench = new Bench(t);
  const destroyed = bench.launch('sleep 1000');
  bench.containerizer.destroy(destroyed);
  const terminated = bench.launch('sleep 1000');
  bench.containerizer.terminate(terminated, 30_000);
  const stubborn = bench.launch('trap "" TERM; while :; do sleep 1; done');
  bench.containerizer.terminate(stubborn, 300);
  t.deepEqual(await bench.ended(destroyed), { kind: 'signaled', signal: 9 });
  t.deepEqual(await bench.ended(terminated), { kind: 'signaled', signal: 15 });
  t.is((await bench.ended(stubborn))?.kind, 'signaled');
});

test('what ignores SIGTERM gets SIGKILL after the grace period, with all its children', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch(
    'trap "" TERM; (trap "" TERM; echo $$ >ready; while :; do sleep 1; done) & while :; do sleep 1; done',
  );
  await bench.line(id, 'ready');
  const begin = clock.monotonic();
  bench.containerizer.terminate(id, 500);
  t.deepEqual(await bench.ended(id), { kind: 'signaled', signal: 9 });
  t.true(clock.monotonic() - begin >= 499);
  await bench.destroyed(id);
});

test('a second kill shortens the grace period and never lengthens it', async (t) => {
  const bench = new Bench(t);
  const command = 'trap "" TERM; echo >ready; while :; do sleep 0.1; done';
  const shortened = bench.launch(command);
  const lengthened = bench.launch(command);
  await Promise.all([bench.line(shortened, 'ready'), bench.line(lengthened, 'ready')]);
  bench.containerizer.terminate(shortened, 1e6);
  bench.containerizer.terminate(shortened, 100);
  bench.containerizer.terminate(lengthened, 100);
  bench.containerizer.terminate(lengthened, 1e6);
  t.deepEqual(await bench.ended(shortened), { kind: 'signaled', signal: 9 });
  t.deepEqual(await bench.ended(lengthened), { kind: 'signaled', signal: 9 });
});

test('a signal of choice reaches the command', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('trap "echo got >usr1; exit 5" USR1; echo >ready; while :; do sleep 0.05; done');
  await bench.line(id, 'ready');
  bench.containerizer.kill(id, 'SIGUSR1');
  t.deepEqual((await bench.ended(id))?.kind === 'exited', true);
  t.is(await bench.line(id, 'usr1'), 'got');
});

test('a stopped process is killed as well', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('kill -STOP $$; sleep 1000');
  await bench.started(id);
  bench.containerizer.terminate(id, 30_000);
  t.deepEqual(await bench.ended(id), { kind: 'signaled', signal: 15 });
});

test('children in groups and sessions of their own are found while their parent lives', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch("setsid sh -c 'echo $$ >inner; exec sleep 1000' & setsid -w sleep 1001");
  const inner = Number(await bench.line(id, 'inner'));
  t.true(alive(inner));
  bench.containerizer.destroy(id);
  await bench.destroyed(id);
  await bench.until(() => !alive(inner), 'the end of the inner process');
  t.false(alive(inner));
});

test('a daemon that kept the session is killed when the command ends', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch(
    "(sh -c 'echo $$ >daemon; exec sleep 1000' &) ; while [ ! -s daemon ]; do :; done; exit 2",
  );
  t.deepEqual(await bench.ended(id), { kind: 'exited', code: 2 });
  const daemon = Number(await bench.line(id, 'daemon'));
  await bench.destroyed(id);
  t.false(alive(daemon));
});

test('a daemon that forked away is reached by a kill while the command runs', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch(
    '(sh -c \'trap "echo told >told; exit" TERM; echo $$ >daemon; while :; do sleep 0.05; done\' &) ; sleep 1000',
  );
  await bench.line(id, 'daemon');
  bench.containerizer.terminate(id, 30_000);
  t.deepEqual(await bench.ended(id), { kind: 'signaled', signal: 15 });
});

test('a container that forks all the time is destroyed', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('echo >ready; while :; do (sleep 5 &) ; sleep 0.01; done');
  await bench.line(id, 'ready');
  bench.containerizer.destroy(id);
  t.deepEqual(await bench.ended(id), { kind: 'signaled', signal: 9 });
  await bench.destroyed(id);
});

test('a leader killed by somebody else leaves an unknown status and no process', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('echo $PPID >leader; echo $$ >own; sleep 1000');
  const leader = Number(await bench.line(id, 'leader'));
  const own = Number(await bench.line(id, 'own'));
  process.kill(leader, 'SIGKILL');
  t.deepEqual(await bench.ended(id), { kind: 'unknown' });
  await bench.destroyed(id);
  t.false(alive(own));
});

test('50 containers killed at once all end', async (t) => {
  const bench = new Bench(t);
  const ids = Array.from({ length: 50 }, () => bench.launch('sleep 1000 & sleep 1000'));
  await Promise.all(ids.map((id) => bench.started(id)));
  for (const id of ids) bench.containerizer.terminate(id, 5000);
  await Promise.all(ids.map((id) => bench.destroyed(id)));
  t.true(ids.every((id) => bench.statuses.get(id)?.kind === 'signaled'));
});

test('usage sums the processes of a container', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('sleep 1000 & i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo >busy; wait');
  await bench.line(id, 'busy');
  await bench.until(() => {
    const usage = bench.containerizer.usage(id);
    const seconds = (usage?.cpus_user_time_secs ?? 0) + (usage?.cpus_system_time_secs ?? 0);
    return (usage?.mem_rss_bytes ?? 0) > 500_000 && seconds > 0.05;
  }, 'both processes are counted');
  t.is(bench.containerizer.usage('unknown'), undefined);
});
