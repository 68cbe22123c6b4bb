/** What `--role=framework` starts: flags, files and modules, and what is wrong with them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { frameworkInfoOf } from '../../../actors/framework/frameworkInfo.ts';
import {
  frameworkFlags,
  frameworkRules,
  StartError,
  startFramework,
} from '../../../actors/framework/index.ts';
import { SchedulerCallType } from '../../../proto/index.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import { defineFlags, parseFlags } from '../../../runtime/flags/index.ts';
import { simulatedWorld } from '../../support/world.ts';
import { ScriptedMaster } from './scriptedMaster.ts';

const table = defineFlags(frameworkFlags, frameworkRules);

function flagsOf(...argv: string[]) {
  const parsed = parseFlags(table, ['--master=10.0.0.1:1', ...argv], {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

const folders: string[] = [];
test.after.always(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

function folderOf(what: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `mesostate-${what}-`));
  folders.push(folder);
  return folder;
}

function moduleOf(source: string): string {
  const file = path.join(folderOf('module'), 'framework.mjs');
  writeFileSync(file, source);
  return file;
}

/** Starts what the flags say, beside a scripted master, and lets its printed lines be seen. */
async function startedWorld(...argv: string[]) {
  const world = simulatedWorld(7, mesosCodec);
  const master = new ScriptedMaster();
  world.node(1).spawn(master);
  const printed: string[] = [];
  const started = await startFramework(world.node(2), flagsOf(...argv), {
    output: { write: (text) => printed.push(text) },
  });
  world.run(10);
  return { ...world, master, started, text: () => printed.join('') };
}

test('a module of a user: its options, its callbacks, its exit code', async (t) => {
  const file = moduleOf(`
    let seen = 0;
    export default {
      name: 'mine',
      create: (context) => ({
        subscribed: () => context.print('hello ' + context.options.who),
        offers: (driver, offers) => driver.decline(offers.map(({ id }) => id)),
        update: () => { seen++; context.delay(5, () => context.finish({ exitCode: 7 })); },
      }),
    };`);
  const { master, run, started, text } = await startedWorld(
    `--framework=${file}`,
    '--framework_options={"who":"world"}',
    '--user=nobody',
  );
  t.is(text(), 'hello world\n');
  t.is(master.callsOf(SchedulerCallType.SUBSCRIBE)[0]?.subscribe?.framework_info.name, 'nobody mine');
  master.offer('cpus:1');
  run(10);
  t.is(master.callsOf(SchedulerCallType.DECLINE).length, 1);
  master.answer({ task_id: { value: 'x' }, agent_id: { value: 'S0' } }, { state: 1 });
  run(20);
  t.is(await started.done, 7);
});

test('a module that fails while it is made ends with its words', async (t) => {
  const file = moduleOf(`export default { name: 'mine', create() { throw new Error('no luck'); } };`);
  const { started, text } = await startedWorld(`--framework=${file}`);
  t.is(await started.done, 1);
  t.is(text(), 'mine: cannot be started: no luck\n');
});

const wrongModules: ReadonlyArray<readonly [source: string, line: RegExp]> = [
  ['export default 7;', /expected a default export with a text 'name' and a function 'create'$/],
  ['export const x = 1;', /expected a default export/],
  ['export default { name: "x" };', /expected a default export/],
  ['import "./missing.mjs";', /cannot be loaded: Cannot find module/],
  ['throw new Error("at once");', /cannot be loaded: at once$/],
];

for (const [source, line] of wrongModules)
  test(`a module that is none: ${source}`, async (t) => {
    const error = await t.throwsAsync(startedWorld(`--framework=${moduleOf(source)}`), {
      instanceOf: StartError,
    });
    t.regex(error?.message ?? '', line);
    t.is(error?.exitCode, 1);
  });

test('files that are not there', async (t) => {
  const noModule = await t.throwsAsync(startedWorld('--framework=/nowhere.mjs'), { instanceOf: StartError });
  t.is(noModule?.message, "--framework: expected 'jobs' or a module, found no file /nowhere.mjs");
  const noJobs = await t.throwsAsync(startedWorld('--jobs=/nowhere.json'), { instanceOf: StartError });
  t.is(noJobs?.message, '/nowhere.json: cannot be read: ENOENT: no such file or directory');
});

test('the job processor: jobs from a file, to the end', async (t) => {
  const file = path.join(folderOf('file'), 'jobs.json');
  writeFileSync(file, JSON.stringify({ jobs: [{ cpus: 1, mem: 10, command: 'true' }] }));
  const { master, run, started, text } = await startedWorld(`--jobs=${file}`);
  master.offer('cpus:1;mem:10');
  run(100);
  t.is(await started.done, 0);
  t.regex(text(), /^1 job succeeded, 0 failed/m);
});

test('stopped: a processor with a work_dir leaves its tasks to the next run, one without ends them', async (t) => {
  const dir = folderOf('stop');
  const file = path.join(dir, 'jobs.json');
  writeFileSync(file, JSON.stringify({ jobs: [{ cpus: 1, mem: 10, command: 'true' }] }));
  for (const [argv, teardowns, words] of [
    [[], 1, /^stopped; jobs: 1 waiting, 0 running, 0 of 1 done; tasks are killed$/m],
    [
      [`--work_dir=${path.join(dir, 'work')}`],
      0,
      /^stopped; .*; tasks go on; start again with the same --work_dir$/m,
    ],
  ] as const) {
    const { master, run, started, text } = await startedWorld(`--jobs=${file}`, ...argv);
    const stopped = started.stop();
    run(10);
    await stopped;
    t.is(master.callsOf(SchedulerCallType.TEARDOWN).length, teardowns);
    t.regex(text(), words);
  }
});

test('FrameworkInfo: who and which instance, capabilities, timeouts', (t) => {
  const info = frameworkInfoOf(
    flagsOf('--jobs=x', '--user=alice', '--roles=a,b', '--principal=p'),
    'jobs x.json',
  );
  t.like(info, {
    user: 'alice',
    name: 'alice jobs x.json',
    principal: 'p',
    checkpoint: true,
    failover_timeout: 60,
  });
  t.deepEqual(info.roles, ['a', 'b']);
  t.deepEqual(
    info.capabilities?.map(({ type }) => type),
    [5, 2, 6, 7],
  );
  t.is(frameworkInfoOf(flagsOf('--jobs=x', '--work_dir=w'), '').failover_timeout, 604_800);
  t.is(frameworkInfoOf(flagsOf('--jobs=x', '--failover_timeout=2hrs'), '').failover_timeout, 7_200);
  t.is(frameworkInfoOf(flagsOf('--jobs=x', '--name=mine'), 'jobs').name, 'mine');
});

test('the job processor needs jobs', (t) => {
  const parsed = parseFlags(table, ['--master=10.0.0.1:1'], {});
  t.deepEqual(parsed.outcome === 'errors' ? parsed.errors : [], [
    '--jobs: expected with --framework=jobs, or a --work_dir with jobs of before, or --serve_jobs',
  ]);
});
