/** A processor that is started again goes on where it was: the journal, and what comes of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { hostFramework } from '../../../../actors/framework/host.ts';
import {
  JournalJobStore,
  jobsFramework,
  parseJobFile,
  Screen,
} from '../../../../actors/framework/jobs/index.ts';
import { SchedulerCallType, type TaskInfo, TaskState } from '../../../../proto/index.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { until } from '../../../support/until.ts';
import { simulatedWorld } from '../../../support/world.ts';
import { ScriptedMaster } from '../scriptedMaster.ts';

const jobs = parseJobFile(
  JSON.stringify({ jobs: [{ cpus: 1, mem: 10, command: 'true', name: 'a', instances: 3 }] }),
  'jobs.json',
);
const spec = jobs[0];
if (spec === undefined) throw new Error('the file holds jobs');

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(path.join(tmpdir(), 'mesostate-jobs-'));
  folders.push(made);
  return made;
};
test.after.always(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});
const closed = (store: JournalJobStore) => new Promise<void>((resolve) => store.close(resolve));

test('what was saved is there again, the last record of each job', async (t) => {
  const dir = folder();
  const store = new JournalJobStore(dir);
  store.saveFramework('F-0001');
  store.saveSpec(spec);
  store.saveJob({ id: spec.id, state: 'pending', attempts: 1, retriesLeft: 2 });
  store.saveJob({ id: spec.id, state: 'active', attempts: 2, retriesLeft: 2 });
  await closed(store);
  const again = new JournalJobStore(dir);
  t.is(again.frameworkId, 'F-0001');
  t.deepEqual(again.specs.get(spec.id), spec);
  t.like(again.jobs.get(spec.id), { state: 'active', attempts: 2 });
  again.saveFramework(undefined);
  await closed(again);
  const third = new JournalJobStore(dir);
  t.is(third.frameworkId, undefined);
  await closed(third);
});

test('two processors cannot share a work_dir', async (t) => {
  const dir = folder();
  const store = new JournalJobStore(dir);
  t.throws(() => new JournalJobStore(dir));
  await closed(store);
});

test('a work_dir that cannot be one: one line that names the flag', (t) => {
  const file = path.join(folder(), 'file');
  writeFileSync(file, '');
  const options = {
    jobs,
    screen: new Screen({ write: () => true }),
    unreachableTimeoutMs: 1,
    reconcileIntervalMs: 1,
  };
  const error = t.throws(() => jobsFramework({ ...options, workDir: path.join(file, 'sub') }));
  t.true(error?.message.startsWith(`--work_dir: ${file}/sub: `));
});

/** A processor over `dir`, and a master it is subscribed to. */
async function processorOver(dir: string, masterOptions: { removed?: boolean } = {}) {
  const world = simulatedWorld(7, mesosCodec);
  const master = new ScriptedMaster();
  if (masterOptions.removed === true) master.answering = false;
  world.node(1).spawn(master);
  const lines: string[] = [];
  const screen = new Screen({ write: (text) => lines.push(text) });
  const options = { jobs, screen, workDir: dir, unreachableTimeoutMs: 10_000, reconcileIntervalMs: 900_000 };
  const node = world.node(2);
  const definition = jobsFramework(options);
  const hosted = hostFramework(node, {
    definition,
    framework: { user: 'nobody', name: 'test', roles: ['*'] },
    master: { host: '10.0.0.1', port: 1 },
    options: {},
    print: (line) => screen.print(line),
  });
  world.run(10);
  /** Lets simulated time pass while the disk writes for real. */
  const wait = (what: string, condition: () => boolean) =>
    until(what, () => {
      world.run(1);
      return condition();
    });
  return { ...world, master, node, hosted, wait, text: () => lines.join('') };
}

test('killed in the middle and started again: the same framework, no job twice, none lost', async (t) => {
  const dir = folder();
  const first = await processorOver(dir);
  first.master.onLaunch = (task) => first.master.update(task, { state: TaskState.TASK_RUNNING });
  first.master.offer('cpus:2;mem:100');
  await first.wait('two launches', () => first.master.launched.length === 2);
  const [done, open] = first.master.launched as [TaskInfo, TaskInfo];
  first.master.update(done, { state: TaskState.TASK_FINISHED });
  await first.wait(
    'acknowledgements',
    () => first.master.callsOf(SchedulerCallType.ACKNOWLEDGE).length === 3,
  );
  first.hosted.finish({ exitCode: 1, failover: true });
  first.run(10);
  await first.hosted.ended;
  t.is(first.master.callsOf(SchedulerCallType.TEARDOWN).length, 0);

  const second = await processorOver(dir);
  const [subscribe] = second.master.callsOf(SchedulerCallType.SUBSCRIBE);
  t.deepEqual(subscribe?.framework_id, { value: 'F-0000' });
  t.deepEqual(
    second.master.callsOf(SchedulerCallType.RECONCILE).map((call) => call.reconcile?.tasks),
    [[{ task_id: open.task_id, agent_id: open.agent_id }]],
  );
  second.master.offer('cpus:3;mem:100');
  await second.wait('the launch of the third job', () => second.master.launched.length > 0);
  t.deepEqual(
    second.master.launched.map((task) => task.task_id.value),
    [`${jobs[2]?.id}.1`],
  );
  second.master.update(open, { state: TaskState.TASK_FINISHED });
  await second.wait('the summary', () => second.text().includes('3 jobs succeeded, 0 failed'));
  await second.wait('the teardown', () => second.master.callsOf(SchedulerCallType.TEARDOWN).length === 1);
  second.run(10);
  t.is((await second.hosted.ended).exitCode, 0);
});

test('a framework that the master removed meanwhile begins anew: what ran is to run again', async (t) => {
  const dir = folder();
  const store = new JournalJobStore(dir);
  const attempt = { taskId: `${spec.id}.1`, agentId: 'S0', hostname: 'host-S0', launchedAtMs: 1 };
  store.saveFramework('F-0007');
  store.saveSpec(spec);
  store.saveJob({ id: spec.id, state: 'active', attempts: 1, retriesLeft: 3, attempt });
  await closed(store);

  const processor = await processorOver(dir, { removed: true });
  processor.master.framework = processor.hosted.pid;
  processor.master.tell('mesos.internal.FrameworkErrorMessage', { message: 'Framework has been removed' });
  processor.run(10);
  const end = await processor.hosted.ended;
  t.true(end.again);
  const again = new JournalJobStore(dir);
  t.is(again.frameworkId, undefined);
  t.like(again.jobs.get(spec.id), { state: 'pending', attempts: 1, retriesLeft: 3 });
  await closed(again);
});

test('records that make no sense are told of and set aside', async (t) => {
  const dir = folder();
  const store = new JournalJobStore(dir);
  store.saveSpec(spec);
  store.saveJob({
    ...({ id: 7 } as unknown as { id: string }),
    state: 'pending',
    attempts: 0,
    retriesLeft: 0,
  });
  await closed(store);
  t.true(readFileSync(path.join(dir, 'jobs.journal')).length > 0);
  const problems: string[] = [];
  const again = new JournalJobStore(dir, { onDamage: (problem) => problems.push(problem) });
  t.deepEqual(problems, ['record 1 makes no sense and is set aside']);
  t.is(again.specs.size, 1);
  await closed(again);
});
