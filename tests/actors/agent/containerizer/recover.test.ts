import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createSandbox } from '../../../../actors/agent/containerizer/index.ts';
import { alive, Bench } from './helpers.ts';

/**
 * Runs an agent process of its own that launches the commands, waits until `ready` says so, and is killed (SIGKILL).
 *
 * @param inTurn each command is launched when nothing is left of the one before
 */
async function killedAgent(
  bench: Bench,
  commands: Record<string, string>,
  ready: () => boolean,
  leadersMax: number,
  inTurn = false,
): Promise<void> {
  const from = (path: string): string => JSON.stringify(new URL(`../../../../${path}`, import.meta.url).href);
  for (const id of Object.keys(commands)) createSandbox(bench.sandbox(id));
  const launches = Object.entries(commands).map(([containerId, value]) => ({
    containerId,
    sandbox: bench.sandbox(containerId),
    command: { value },
    environment: {},
  }));
  const program = `
    import { Containerizer } from ${from('actors/agent/containerizer/index.js')};
    import { AgentPaths } from ${from('actors/agent/paths.js')};
    import { realPorts } from ${from('runtime/realPorts.js')};
    const paths = new AgentPaths(${JSON.stringify(bench.paths.workDir)}, ${JSON.stringify(bench.paths.runtimeDir)});
    const containerizer = new Containerizer({ paths, clock: realPorts().clock, leadersMax: ${leadersMax} });
    const launches = ${JSON.stringify(launches)};
    const sink = { started() {}, exited() {}, destroyed: () => ${inTurn} && next(), failed() {} };
    const next = () => launches.length > 0 && containerizer.launch(launches.shift(), sink);
    do next(); while (!${inTurn} && launches.length > 0);`;
  const agent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  await bench.until(ready, 'the first agent');
  agent.kill('SIGKILL');
  await once(agent, 'exit');
}

test('a container whose leader was given another one since takes nothing of that with it', async (t) => {
  const bench = new Bench(t);
  const pidOf = (id: string) => fs.readFileSync(join(bench.paths.container(id), 'pid'), 'utf8').split('\n');
  const isRunning = () => fs.existsSync(join(bench.sandbox('second'), 'pid'));
  await killedAgent(bench, { first: 'exit 7', second: 'echo $$ >pid; sleep 1000' }, isRunning, 1, true);
  t.is(pidOf('first')[1], pidOf('second')[1]);
  bench.containerizer.recover(['first'], bench.sink);
  bench.containerizer.recover(['second'], bench.sink);
  t.deepEqual(await bench.ended('first'), { kind: 'exited', code: 7 });
  await bench.destroyed('first');
  const second = await bench.started('second');
  t.true(alive(second));
  t.deepEqual(bench.story('second'), ['started']);
  bench.containerizer.destroy('second');
  t.deepEqual(await bench.ended('second'), { kind: 'signaled', signal: 9 });
});

for (const leadersMax of [0, 32]) {
  test(`containers outlive a killed agent and are found again by the next (${leadersMax} leaders)`, async (t) => {
    const bench = new Bench(t);
    const file = (id: string, name: string): string => join(bench.sandbox(id), name);
    const runtime = (id: string, name: string): string => join(bench.paths.container(id), name);
    await killedAgent(
      bench,
      {
        waiting: 'echo $$ >pid; while [ ! -e go ]; do sleep 0.05; done; exit 6',
        ended: 'exit 7',
        sleeping: 'echo $$ >pid; sleep 1000',
      },
      () =>
        fs.existsSync(file('waiting', 'pid')) &&
        fs.existsSync(file('sleeping', 'pid')) &&
        fs.existsSync(runtime('ended', 'status')),
      leadersMax,
    );
    t.deepEqual(bench.containerizer.recordedContainers().sort(), ['ended', 'sleeping', 'waiting']);
    bench.containerizer.recover(['waiting', 'ended', 'sleeping', 'never-launched'], bench.sink);
    t.is(await bench.started('waiting'), Number(await bench.line('waiting', 'pid')));
    t.deepEqual(await bench.ended('ended'), { kind: 'exited', code: 7 });
    await bench.ended('never-launched');
    t.deepEqual(bench.story('never-launched'), [
      'failed: the container was not started: the agent ended before it was started',
    ]);
    t.deepEqual(bench.story('waiting'), ['started']);
    fs.writeFileSync(file('waiting', 'go'), '');
    t.deepEqual(await bench.ended('waiting'), { kind: 'exited', code: 6 });
    const sleeping = await bench.started('sleeping');
    t.true(alive(sleeping));
    t.true((bench.containerizer.usage('sleeping')?.mem_rss_bytes ?? 0) > 0);
    bench.containerizer.destroy('sleeping');
    t.deepEqual(await bench.ended('sleeping'), { kind: 'signaled', signal: 9 });
    await Promise.all(['waiting', 'ended', 'sleeping'].map((id) => bench.destroyed(id)));
  });

  test(`an agent killed while it launches: each container either runs and is found, or never runs (${leadersMax} leaders)`, async (t) => {
    const bench = new Bench(t);
    const ids = Array.from({ length: 60 }, (_, i) => `c${i}`);
    const commands = Object.fromEntries(ids.map((id) => [id, 'echo once >>count; exit 1']));
    await killedAgent(
      bench,
      commands,
      () => fs.existsSync(join(bench.paths.container('c10'), 'pid')),
      leadersMax,
    );
    bench.containerizer.recover(ids, bench.sink);
    await Promise.all(ids.map((id) => bench.ended(id)));
    await bench.until(() => bench.containerizer.containerIds.length === 0, 'all to be over');
    for (const id of ids) {
      const ran = fs.existsSync(join(bench.sandbox(id), 'count'));
      if (ran) {
        t.deepEqual(bench.story(id), ['started', 'exited', 'destroyed']);
        t.deepEqual(bench.statuses.get(id), { kind: 'exited', code: 1 });
        t.is(fs.readFileSync(join(bench.sandbox(id), 'count'), 'utf8'), 'once\n');
      } else {
        t.regex(bench.story(id).join(), /^failed: the container was not started/);
      }
    }
  });
}

test('a recovered container whose leader was killed meanwhile ends with an unknown status', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('echo $PPID >leader; sleep 1000');
  const leader = Number(await bench.line(id, 'leader'));
  const pid = await bench.started(id);
  bench.restart();
  process.kill(leader, 'SIGKILL');
  await bench.until(() => !alive(leader), 'the end of the leader');
  bench.stories.clear();
  bench.containerizer.recover([id], bench.sink);
  t.deepEqual(await bench.ended(id), { kind: 'unknown' });
  await bench.destroyed(id);
  t.false(alive(pid));
});

test('a half-written status is not taken for one', async (t) => {
  const bench = new Bench(t);
  const id = bench.launch('echo $PPID >leader; sleep 1000');
  await bench.line(id, 'leader');
  bench.restart();
  fs.writeFileSync(join(bench.paths.container(id), 'status'), '1');
  bench.stories.clear();
  bench.containerizer.recover([id], bench.sink);
  await bench.started(id);
  bench.containerizer.destroy(id);
  t.deepEqual(await bench.ended(id), { kind: 'signaled', signal: 9 });
});

test('a launch that an agent called off stays so, also for the next agent', async (t) => {
  const bench = new Bench(t);
  const dir = bench.paths.container('off');
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(join(dir, 'launch'), 'exit 9\n');
  bench.containerizer.recover(['off'], bench.sink);
  await bench.ended('off');
  bench.restart();
  bench.containerizer.recover(['off'], bench.sink);
  await bench.until(() => bench.story('off').length === 2, 'the second answer');
  t.deepEqual(bench.story('off'), [
    'failed: the container was not started: the agent ended before it was started',
    'failed: the container was not started: its launch was called off',
  ]);
});

test('the number of a dead leader that another process has now is not taken for it', async (t) => {
  const bench = new Bench(t);
  const dir = bench.paths.container('reused');
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(join(dir, 'pid'), `${process.pid}\n${process.pid}\nreused\n`);
  bench.containerizer.recover(['reused'], bench.sink);
  t.deepEqual(await bench.ended('reused'), { kind: 'unknown' });
  await bench.destroyed('reused');
  t.true(alive(process.pid));
});

/** What may stand in the place of a small file. */
const IN_THE_WAY: Record<string, (path: string) => void> = {
  'a folder': (path) => fs.mkdirSync(join(path, 'with', 'more'), { recursive: true }),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a link to itself': (path) => fs.symlinkSync(path, path),
};

for (const [what, put] of Object.entries(IN_THE_WAY)) {
  test(`${what} in the place of what a container left is told, and the others are recovered`, async (t) => {
    const warnings: string[] = [];
    const bench = new Bench(t, { onWarning: (text) => warnings.push(text) });
    const file = (id: string, name: string) => join(bench.paths.container(id), name);
    for (const [id, name] of Object.entries({ first: 'pid', second: 'failure', third: 'status' })) {
      fs.mkdirSync(bench.paths.container(id), { recursive: true });
      fs.writeFileSync(file(id, 'pid'), `${process.pid}\n${process.pid}\n${id}\n`);
      fs.rmSync(file(id, name), { force: true });
      put(file(id, name));
    }
    fs.writeFileSync(bench.paths.container('fourth'), 'no folder');
    const good = bench.launch('echo $$ >pid; exec sleep 1000');
    await bench.line(good, 'pid');
    bench.restart();
    bench.stories.clear();
    t.deepEqual(
      bench.containerizer.recordedContainers().sort(),
      [good, 'first', 'fourth', 'second', 'third'].sort(),
    );
    t.deepEqual(bench.containerizer.recordedBelow('fourth'), []);
    bench.containerizer.recover(['first', 'second', 'third', 'fourth', good], bench.sink);
    await bench.started(good);
    for (const id of ['first', 'second', 'third', 'fourth']) await bench.ended(id);
    const path = file('first', 'pid');
    t.deepEqual(bench.story('first'), [
      `failed: what is known of its process is damaged: ${path}: is no plain file`,
    ]);
    t.deepEqual(bench.statuses.get('second'), { kind: 'unknown' });
    t.deepEqual(bench.statuses.get('third'), { kind: 'unknown' });
    t.regex(bench.story('fourth').join(), /^failed: the container was not started/);
    t.true(warnings.includes(`container first: ${path}: is no plain file; what it held is not known`));
    await bench.destroyed('second');
    for (const id of ['first', 'second', 'third', 'fourth']) bench.containerizer.remove(id);
    await bench.until(() => !fs.existsSync(bench.paths.container('first')), 'nothing to be left');
  });
}
