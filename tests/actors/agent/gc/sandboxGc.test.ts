import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { maxAllowedAgeMs, SandboxGc } from '../../../../actors/agent/gc/sandboxGc.ts';
import { MetricsRegistry } from '../../../../runtime/metrics/index.ts';
import { VirtualClock } from '../../../../runtime/virtualPorts.ts';
import { until } from '../../../support/until.ts';

const DAY_MS = 24 * 3600 * 1000;
const WEEK_MS = 7 * DAY_MS;

interface Place {
  readonly root: string;
  readonly gc: SandboxGc;
  readonly clock: VirtualClock;
  readonly metrics: MetricsRegistry;
  disk: { usage: number };
  /** Makes the sandbox of a run. */
  run(executor: string, container: string): string;
}

function place(t: ExecutionContext): Place {
  const root = fs.mkdtempSync(join(tmpdir(), 'gc-'));
  t.teardown(() => fs.rmSync(root, { recursive: true, force: true }));
  const clock = new VirtualClock();
  const metrics = new MetricsRegistry(clock);
  const disk = { usage: 0 };
  const gc = new SandboxGc({
    ...{ clock, metrics, workDir: root, delayMs: WEEK_MS, headroom: 0.1, watchMs: 60_000 },
    diskUsage: () => disk.usage,
    onWarning: (text) => t.log(text),
  });
  t.teardown(() => gc.close());
  const run = (executor: string, container: string) => {
    const sandbox = join(root, 'slaves/S0/frameworks/F/executors', executor, 'runs', container);
    fs.mkdirSync(sandbox, { recursive: true });
    fs.writeFileSync(join(sandbox, 'stdout'), 'x');
    fs.rmSync(join(sandbox, '../latest'), { force: true });
    fs.symlinkSync(sandbox, join(sandbox, '../latest'));
    fs.utimesSync(sandbox, clock.now() / 1000, clock.now() / 1000);
    return sandbox;
  };
  return { root, gc, clock, metrics, disk, run };
}

test('the age that is allowed is that of Mesos', (t) => {
  const rows: [number, number][] = [
    [0, 0.9],
    [0.4, 0.5],
    [0.9, 0],
    [1, 0],
  ];
  for (const [usage, part] of rows) t.true(Math.abs(maxAllowedAgeMs(100, 0.1, usage) - part * 100) < 1e-9);
});

test('a sandbox goes when its time is over; what is above goes with the last one', async (t) => {
  const { root, gc, clock, run, metrics } = place(t);
  const [first, second] = [run('e', 'c1'), run('e', 'c2')];
  const live = new Set(['c1', 'c2']);
  await gc.start((id) => live.has(id));
  live.delete('c1');
  gc.schedule(first);
  clock.advance(0.5 * DAY_MS);
  t.true(fs.existsSync(first));
  clock.advance(6 * DAY_MS);
  await until('one is removed', () => metrics.snapshot()['gc/path_removals_succeeded'] === 1);
  t.false(fs.existsSync(first));
  t.true(fs.existsSync(second));
  t.is(fs.readlinkSync(join(second, '../latest')), second);
  live.delete('c2');
  gc.schedule(second);
  clock.advance(WEEK_MS);
  await until('all is gone', () => !fs.existsSync(join(root, 'slaves/S0')));
  t.true(fs.existsSync(join(root, 'slaves')));
  await until('both are counted', () => metrics.snapshot()['gc/path_removals_succeeded'] === 2);
});

test('a sandbox stays for as long as it may, whatever happens to the wall clock', async (t) => {
  const { gc, clock, run, metrics } = place(t);
  const counted = (what: string) => metrics.snapshot()[`gc/path_removals_${what}`];
  clock.jump(365 * DAY_MS);
  const tomorrow = run('left', 'c0');
  clock.jump(-365 * DAY_MS);
  const sandbox = run('e', 'c1');
  await gc.start((id) => id === 'c1');
  gc.schedule(sandbox);
  clock.jump(3650 * DAY_MS);
  clock.advance(5 * DAY_MS);
  t.is(counted('pending'), 2);
  clock.jump(-7300 * DAY_MS);
  await gc.start(() => false);
  clock.advance(1.9 * DAY_MS);
  await until('both are removed', () => counted('succeeded') === 2);
  t.false(fs.existsSync(sandbox));
  t.false(
    fs.existsSync(tomorrow),
    'one that was left when the clock was ahead is of the age of its being found',
  );
});

test('a full disk does not wait, and what lives is left alone', async (t) => {
  const { gc, clock, run, disk, metrics } = place(t);
  clock.advance(1000);
  const [over, live] = [run('e', 'over'), run('f', 'live')];
  await gc.start((id) => id === 'live');
  await until('what is there was found', () => metrics.snapshot()['gc/path_removals_pending'] === 1);
  disk.usage = 0.95;
  clock.advance(60_000);
  await until('one is removed', () => metrics.snapshot()['gc/path_removals_succeeded'] === 1);
  t.false(fs.existsSync(over));
  t.is(metrics.snapshot()['slave/executor_directory_max_allowed_age_secs'], 0);
  gc.schedule(live);
  clock.advance(60_000);
  await until('it was looked at', () => metrics.snapshot()['gc/path_removals_pending'] === 0);
  t.true(fs.existsSync(live));
});

test('links in a sandbox are removed, not what they lead to', async (t) => {
  const { root, gc, clock, run } = place(t);
  const sandbox = run('e', 'c');
  fs.mkdirSync(join(root, 'volume'));
  fs.writeFileSync(join(root, 'volume/kept'), '');
  fs.symlinkSync(join(root, 'volume'), join(sandbox, 'data'));
  await gc.start(() => false);
  gc.schedule(sandbox);
  clock.advance(WEEK_MS);
  await until('it is gone', () => !fs.existsSync(sandbox));
  t.true(fs.existsSync(join(root, 'volume/kept')));
});
