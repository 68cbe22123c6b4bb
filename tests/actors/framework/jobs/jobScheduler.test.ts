/** The job processor against a master that does what the test says. */
import test from 'ava';
import { hostFramework } from '../../../../actors/framework/host.ts';
import {
  JournalJobStore,
  jobsFramework,
  parseJobFile,
  Screen,
} from '../../../../actors/framework/jobs/index.ts';
import { SchedulerCallType, type TaskInfo, TaskState, TaskStatusReason } from '../../../../proto/index.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { scratch } from '../../../support/processes.ts';
import { simulatedWorld } from '../../../support/world.ts';
import { ScriptedMaster } from '../scriptedMaster.ts';

const job = { cpus: 1, mem: 10, command: 'true', name: 'a' };
const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLED, TASK_LOST, TASK_ERROR, TASK_UNREACHABLE } =
  TaskState;

/** A processor of `jobs` at :2, subscribed to a scripted master at :1. */
function processorOf(jobs: readonly object[], { isTTY = false, subscribed = true, workDir = '' } = {}) {
  const world = simulatedWorld(7, mesosCodec);
  const master = new ScriptedMaster();
  world.node(1).spawn(master);
  const printed: string[] = [];
  const output = { isTTY, columns: 120, write: (text: string) => printed.push(text) };
  const node = world.node(2);
  const screen = new Screen(output);
  const definition = jobsFramework({
    jobs: parseJobFile(JSON.stringify({ jobs }), 'jobs.json'),
    screen,
    workDir: workDir === '' ? undefined : workDir,
    unreachableTimeoutMs: 10_000,
    reconcileIntervalMs: 900_000,
  });
  const hosted = hostFramework(node, {
    definition,
    framework: { user: 'nobody', name: 'test', roles: ['*'] },
    master: { host: '10.0.0.1', port: 1 },
    options: {},
    print: (line) => screen.print(line),
  });
  const ends: number[] = [];
  void hosted.ended.then(({ exitCode }) => ends.push(exitCode));
  /** Lets what was promised come through. */
  const exitCode = async (): Promise<number | undefined> => {
    world.run(1_000);
    await hosted.ended;
    return ends[0];
  };
  if (subscribed) world.run(10);
  return { ...world, master, hosted, exitCode, printed, text: () => printed.join('') };
}

const taskIds = (master: ScriptedMaster) => master.launched.map((task) => task.task_id.value);
const attemptsOf = (master: ScriptedMaster) => taskIds(master).map((id) => id.split('.').at(-1));

test('many jobs to one offer, each with what it demands; the rest declined; then a summary and 0', async (t) => {
  const { master, run, exitCode, text } = processorOf([{ ...job, instances: 3 }]);
  master.offer('cpus:3;mem:100', ['S0', 'S1']);
  run(100);
  t.is(master.launched.length, 3);
  const [accept, ...others] = master.callsOf(SchedulerCallType.ACCEPT);
  t.deepEqual(others, []);
  t.deepEqual(accept?.accept?.offer_ids, [{ value: 'O0' }]);
  t.deepEqual(master.callsOf(SchedulerCallType.DECLINE)[0]?.decline?.offer_ids, [{ value: 'O1' }]);
  const [task] = master.launched;
  t.is(Resources.of(task?.resources).toString(), 'cpus(allocated: *):1; mem(allocated: *):10');
  t.regex(task?.task_id.value ?? '', /^a-[0-9a-f]{8}-1\.1$/);
  t.is(task?.name, 'jobs.a-1.1');
  t.is(await exitCode(), 0);
  t.regex(text(), /3 jobs succeeded, 0 failed, in /);
  t.is(master.callsOf(SchedulerCallType.ACKNOWLEDGE).length, 6);
  t.is(master.callsOf(SchedulerCallType.TEARDOWN).length, 1);
});

test('environment, ports and the id of the task reach the command', (t) => {
  const { master, run } = processorOf([{ ...job, env: { A: 'b' }, ports: 2 }]);
  master.offer('cpus:1;mem:10;ports:[7-9]');
  run(100);
  t.deepEqual(master.launched[0]?.command, {
    value: 'true',
    environment: {
      variables: [
        { name: 'MESOS_TASK_ID', value: master.launched[0]?.task_id.value },
        { name: 'A', value: 'b' },
        { name: 'PORT0', value: '7' },
        { name: 'PORT1', value: '8' },
        { name: 'PORTS', value: '7,8' },
      ],
    },
  });
});

test('a job that always fails is tried four times under four task ids, then it failed', async (t) => {
  const { master, run, exitCode, text } = processorOf([job, { ...job, name: 'good' }]);
  master.onLaunch = (task) => {
    const failing = task.task_id.value.startsWith('a-');
    master.update(task, { state: TASK_RUNNING });
    master.update(
      task,
      failing ? { state: TASK_FAILED, message: 'Command exited with status 3' } : { state: TASK_FINISHED },
    );
  };
  for (let n = 0; n < 8; n++) {
    master.offer('cpus:2;mem:100', [`S${n}`]);
    run(100);
  }
  t.deepEqual(
    taskIds(master)
      .filter((id) => id.startsWith('a-'))
      .map((id) => id.split('.').at(-1)),
    ['1', '2', '3', '4'],
  );
  t.is(await exitCode(), 1);
  t.regex(text(), /1 job succeeded, 1 failed, in /);
  t.regex(
    text(),
    /^a +4 +TASK_FAILED: Command exited with status 3 +host-S3: slaves\/S3\/frameworks\/F-0000\/executors\/a-\w+\.4\/runs\/latest$/m,
  );
});

/** What an update in a given state does to a job that has retries left. */
const table: ReadonlyArray<
  readonly [state: TaskState, reason: TaskStatusReason | undefined, outcome: string]
> = [
  [TASK_RUNNING, undefined, 'running'],
  [TaskState.TASK_STARTING, undefined, 'running'],
  [TaskState.TASK_STAGING, undefined, 'running'],
  [TaskState.TASK_KILLING, undefined, 'running'],
  [TASK_FINISHED, undefined, 'succeeded'],
  [TASK_FAILED, undefined, 'again'],
  [TASK_KILLED, undefined, 'again'],
  [TASK_LOST, undefined, 'again'],
  [TASK_LOST, TaskStatusReason.REASON_AGENT_REMOVED, 'again'],
  [TaskState.TASK_DROPPED, TaskStatusReason.REASON_INVALID_OFFERS, 'again'],
  [TaskState.TASK_GONE, undefined, 'again'],
  [TaskState.TASK_GONE_BY_OPERATOR, undefined, 'again'],
  [TaskState.TASK_UNKNOWN, TaskStatusReason.REASON_RECONCILIATION, 'again'],
  [TASK_UNREACHABLE, undefined, 'again'],
  [TASK_ERROR, TaskStatusReason.REASON_TASK_INVALID, 'failed'],
];

for (const [state, reason, outcome] of table)
  test(`update ${state}${reason === undefined ? '' : ` with reason ${reason}`}: ${outcome}`, (t) => {
    const { master, run, text } = processorOf([job]);
    master.onLaunch = (task) => master.update(task, reason === undefined ? { state } : { state, reason });
    master.offer('cpus:1;mem:10');
    run(20_000);
    master.onLaunch = () => {};
    master.offer('cpus:1;mem:10', ['S1']);
    run(100);
    t.is(master.launched.length, outcome === 'again' ? 2 : 1);
    t.is(text().includes('1 job succeeded, 0 failed'), outcome === 'succeeded');
    t.is(text().includes('0 jobs succeeded, 1 failed'), outcome === 'failed');
  });

test('attempts that are lost with their agent use up no retry', (t) => {
  const { master, run } = processorOf([{ ...job, retries: 0 }]);
  master.onLaunch = (task) =>
    master.update(task, { state: TASK_LOST, reason: TaskStatusReason.REASON_AGENT_REMOVED });
  for (let n = 0; n < 5; n++) {
    master.offer('cpus:1;mem:10', [`S${n}`]);
    run(60_000);
  }
  t.deepEqual(attemptsOf(master), ['1', '2', '3', '4', '5']);
});

test('an unreachable task is waited for, then run elsewhere; when it comes back it is killed', (t) => {
  const { master, run } = processorOf([job]);
  master.onLaunch = (task) => master.update(task, { state: TASK_RUNNING });
  master.offer('cpus:1;mem:10');
  run(100);
  const [first] = master.launched as [TaskInfo];
  master.answer(first, { state: TASK_UNREACHABLE });
  run(9_000);
  master.offer('cpus:1;mem:10', ['S1']);
  run(100);
  t.is(master.launched.length, 1, 'it may come back');
  run(2_000);
  master.offer('cpus:1;mem:10', ['S1']);
  run(100);
  t.deepEqual(attemptsOf(master), ['1', '2']);
  const kills = master.callsOf(SchedulerCallType.KILL).length;
  master.answer(first, { state: TASK_RUNNING });
  run(100);
  const late = master.callsOf(SchedulerCallType.KILL).slice(kills);
  t.deepEqual(
    late.map((call) => call.kill?.task_id),
    [first.task_id],
  );
});

test('a late update of an earlier attempt does not hit the present one', (t) => {
  const { master, run, text } = processorOf([job]);
  master.onLaunch = (task) => master.update(task, { state: TASK_RUNNING });
  master.offer('cpus:1;mem:10');
  run(100);
  const [first] = master.launched as [TaskInfo];
  master.update(first, { state: TASK_FAILED });
  run(100);
  master.offer('cpus:1;mem:10', ['S1']);
  run(100);
  master.update(first, { state: TASK_LOST });
  master.update(first, { state: TASK_FINISHED });
  run(100);
  t.is(master.launched.length, 2);
  t.false(text().includes('succeeded'));
  const acknowledged = master.callsOf(SchedulerCallType.ACKNOWLEDGE).length;
  t.is(acknowledged, 5, 'every update is acknowledged, whatever it is worth');
});

test('an unknown task that runs is acknowledged and killed, one that ended only acknowledged', (t) => {
  const { master, run } = processorOf([job]);
  const stranger = { task_id: { value: 'x' }, agent_id: { value: 'S0' } };
  master.update(stranger, { state: TASK_FINISHED });
  run(100);
  t.deepEqual(master.callsOf(SchedulerCallType.KILL), []);
  master.update(stranger, { state: TASK_RUNNING });
  run(100);
  t.deepEqual(
    master.callsOf(SchedulerCallType.KILL).map((call) => call.kill?.task_id.value),
    ['x'],
  );
  t.is(master.callsOf(SchedulerCallType.ACKNOWLEDGE).length, 2);
});

test('a failed attempt keeps its job away from the host for a while, when there are others', (t) => {
  const { master, run } = processorOf([job]);
  master.onLaunch = (task) => master.update(task, { state: TASK_FAILED });
  master.offer('cpus:1;mem:10', ['S0', 'S1']);
  run(100);
  master.onLaunch = () => {};
  master.offer('cpus:1;mem:10', ['S0']);
  run(100);
  t.is(master.launched.length, 1);
  master.offer('cpus:1;mem:10', ['S0', 'S1']);
  run(100);
  t.deepEqual(
    master.launched.map((task) => task.agent_id.value),
    ['S0', 'S1'],
  );
});

test('a host that failed a job is good enough again when no other had room for a minute', (t) => {
  const { master, run } = processorOf([job]);
  master.onLaunch = (task) => master.update(task, { state: TASK_FAILED });
  master.offer('cpus:1;mem:10', ['S0', 'S1']);
  run(59_000);
  master.onLaunch = () => {};
  master.offer('cpus:1;mem:10', ['S0']);
  run(2_000);
  t.is(master.launched.length, 1);
  master.offer('cpus:1;mem:10', ['S0']);
  run(100);
  t.is(master.launched.length, 2);
});

test('the only host is not avoided', (t) => {
  const { master, run } = processorOf([job]);
  master.onLaunch = (task) => master.update(task, { state: TASK_FAILED });
  for (let n = 0; n < 2; n++) {
    master.offer('cpus:1;mem:10', ['S0']);
    run(100);
  }
  t.is(master.launched.length, 2);
});

test('offers are suppressed while nothing waits and revived when something does', (t) => {
  const { master, run } = processorOf([job]);
  master.onLaunch = (task) => master.update(task, { state: TASK_RUNNING });
  t.is(master.callsOf(SchedulerCallType.SUPPRESS).length, 0);
  master.offer('cpus:2;mem:10');
  run(100);
  t.is(master.callsOf(SchedulerCallType.SUPPRESS).length, 1);
  t.deepEqual(master.callsOf(SchedulerCallType.ACCEPT)[0]?.accept?.filters, { refuse_seconds: 600 });
  master.update(master.launched[0] as TaskInfo, { state: TASK_FAILED });
  run(20);
  t.is(master.callsOf(SchedulerCallType.REVIVE).length, 1);
});

test('after every subscription tasks are asked for until each was heard of, then whatever there is', (t) => {
  const { master, run } = processorOf([{ ...job, instances: 2 }]);
  master.onLaunch = (task) => master.update(task, { state: TASK_RUNNING });
  master.offer('cpus:2;mem:100');
  run(100);
  const reconciles = () =>
    master.callsOf(SchedulerCallType.RECONCILE).map((call) => call.reconcile?.tasks?.length ?? 0);
  t.deepEqual(reconciles(), [0], 'nothing ran when it subscribed first');
  run(901_000);
  t.deepEqual(reconciles().slice(0, 2), [0, 2]);
  const [first, second] = master.launched as [TaskInfo, TaskInfo];
  const asked = reconciles().length;
  master.answer(first, { state: TASK_RUNNING, reason: TaskStatusReason.REASON_RECONCILIATION });
  run(16_000);
  t.deepEqual(reconciles().slice(asked), [1], 'only the one that was not heard of');
  master.answer(second, { state: TASK_RUNNING, reason: TaskStatusReason.REASON_RECONCILIATION });
  run(40_000);
  t.deepEqual(reconciles().slice(asked + 1), [0]);
});

test('a job that fits nowhere says why, once in a while', (t) => {
  const { master, run, text } = processorOf([{ ...job, cpus: 64 }]);
  run(11_000);
  t.regex(text(), /^a \(cpus:64; mem:10\) waits for \d+ s: no agent has offered anything yet$/m);
  master.offer('cpus:4;mem:5');
  run(60_000);
  t.regex(
    text(),
    /^a .* waits for \d+ s: cpus: needs 64, the most that one agent offered is 4; mem: needs 10, the most .* is 5$/m,
  );
  t.true((text().match(/waits for/g) ?? []).length < 5);
});

test('plain output: a line a second at most, and only when something changed', (t) => {
  const { master, run, text } = processorOf([{ ...job, instances: 2 }]);
  run(5_000);
  master.onLaunch = (task) => master.update(task, { state: TASK_RUNNING });
  master.offer('cpus:2;mem:100');
  run(5_000);
  const lines = text()
    .split('\n')
    .filter((line) => line.startsWith('jobs:'));
  t.deepEqual(lines.slice(-2), [
    'jobs: 2 waiting, 0 running, 0 of 2 done',
    'jobs: 0 waiting, 2 running, 0 of 2 done',
  ]);
  t.true(lines.length <= 3);
});

test('on a terminal one line is kept up to date and gone at the end', async (t) => {
  const { master, run, exitCode, printed } = processorOf([job], { isTTY: true });
  run(2_000);
  t.regex(printed.at(-1) ?? '', /\[K\[\.{20}\] jobs: 1 waiting, 0 running, 0 of 1 done \d+ s$/);
  master.offer('cpus:2;mem:100');
  t.is(await exitCode(), 0);
  t.regex(printed.at(-1) ?? '', /^1 job succeeded, 0 failed, in .* s\n$/);
});

test('no jobs at all: done at once, without a master', async (t) => {
  const { exitCode, text } = processorOf([], { subscribed: false });
  t.is(await exitCode(), 0);
  t.regex(text(), /^0 jobs succeeded, 0 failed/m);
});

test('a master that refuses the framework ends it with 1 and its words', async (t) => {
  const { master, exitCode, text } = processorOf([job]);
  master.tell('mesos.internal.FrameworkErrorMessage', { message: 'Framework failed over' });
  t.is(await exitCode(), 1);
  t.regex(text(), /^the master refuses this framework: Framework failed over$/m);
});

test('stopped: the framework is torn down with its tasks', async (t) => {
  const { master, hosted, exitCode } = processorOf([job]);
  hosted.finish({ exitCode: 1 });
  t.is(await exitCode(), 1);
  t.is(master.callsOf(SchedulerCallType.TEARDOWN).length, 1);
});

test('a processor that is started again goes on, though the first of its jobs are all done', async (t) => {
  const workDir = scratch(t);
  const store = new JournalJobStore(workDir, { onFailure: (error) => t.fail(error.message) });
  const jobs = parseJobFile(JSON.stringify({ jobs: [{ ...job, instances: 3 }] }), 'jobs.json');
  for (const spec of jobs) store.saveSpec(spec);
  const states = ['successful', 'successful', 'pending'] as const;
  for (const [n, state] of states.entries())
    store.saveJob({ id: jobs[n]?.id ?? '', state, attempts: 1, retriesLeft: 0 });
  await new Promise<void>((resolve) => store.close(resolve));
  const { run, text, master } = processorOf([], { workDir });
  run(3_000);
  t.regex(text(), /1 waiting, 0 running, 2 of 3 done/);
  t.notRegex(text(), /succeeded/);
  t.is(master.callsOf(SchedulerCallType.TEARDOWN).length, 0);
});
