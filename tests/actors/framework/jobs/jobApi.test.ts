/** The job processor over HTTP: further jobs, each taken once; why they wait; how far they are; whose fault failures are. */
import test from 'ava';
import { SchedulerCallType, TaskState, TaskStatusReason } from '../../../../proto/index.ts';
import { scratch } from '../../../support/processes.ts';
import { until } from '../../../support/until.ts';
import { type ProcessorOptions, processorOf as processor } from './support/processor.ts';

const JOB = { command: 'true', cpus: 1, mem: 10, name: 'a' };
const UUID = '6b1c3a1e-0000-4000-8000-000000000001';
const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED } = TaskState;

interface JobShape {
  readonly state: string;
  readonly attempts: number;
  readonly retries_left: number;
  readonly progress?: number;
  readonly progress_message?: string;
  readonly reasons?: readonly ReasonShape[];
}
interface ReasonShape {
  readonly reason: string;
  readonly data?: { readonly reasons?: readonly { readonly reason: string; readonly host_count: number }[] };
}

const processorOf = (options?: ProcessorOptions) => processor<JobShape>(options);

test('a job is taken once: its UUID is refused from then on, even when it has ended', (t) => {
  const { ask, master, run, jobOf, ends } = processorOf();
  const posted = ask('POST', '/jobs', { jobs: [{ ...JOB, uuid: UUID }] });
  t.is(posted.status, 201);
  t.deepEqual(JSON.parse(posted.text), { jobs: [UUID] });
  const again = ask('POST', '/jobs', { jobs: [JOB, { ...JOB, uuid: UUID.toUpperCase() }] });
  t.is(again.status, 409);
  t.regex(again.text, new RegExp(`used before: ${UUID}`));
  master.offer('cpus:4;mem:100');
  run(3_000);
  t.is(master.launched.length, 1, 'nor was the other job of that document taken');
  t.is(jobOf(UUID).state, 'successful');
  t.is(ask('POST', '/jobs', { jobs: [{ ...JOB, uuid: UUID }] }).status, 409);
  t.deepEqual(ends, [], 'it stays');
});

test('what was taken is there after a restart, and is not taken twice', async (t) => {
  const workDir = scratch(t);
  const document = { jobs: [{ ...JOB, uuid: UUID }] };
  const run = async (expected: number) => {
    const processor = processorOf({ workDir });
    const answer = processor.ask('POST', '/jobs', document);
    await until('it is on disk, and answered', () => {
      processor.run(1);
      return answer.status !== 0;
    });
    t.is(answer.status, expected);
    t.is(processor.jobOf(UUID).state, 'pending');
    processor.hosted.finish({ exitCode: 1, failover: true });
    processor.run(100);
    await processor.hosted.ended;
  };
  await run(201);
  await run(409);
});

test('two documents alike without UUIDs are two jobs; a job is ended by DELETE', (t) => {
  const { ask, jobOf, run, master } = processorOf();
  const ids = [1, 2].map(
    () => (JSON.parse(ask('POST', '/jobs', { jobs: [JOB] }).text) as { jobs: string[] }).jobs[0] ?? '',
  );
  t.not(ids[0], ids[1]);
  t.is(ask('DELETE', `/jobs/${ids[0]}`).status, 204);
  t.is(jobOf(ids[0] ?? '').state, 'failed');
  master.offer('cpus:4;mem:100');
  run(1_000);
  t.is(master.launched.length, 1);
  const all = JSON.parse(ask('GET', '/jobs?state=failed').text) as {
    jobs: unknown[];
    counts: Record<string, number>;
  };
  t.is(all.jobs.length, 1);
  t.is(all.counts['successful'], 1);
});

test('what cannot be is refused with what was wrong', (t) => {
  const { ask } = processorOf();
  const cases: readonly (readonly [body: unknown, status: number, error: RegExp])[] = [
    ['{', 400, /expected JSON/],
    [{ jobs: [{ ...JOB, cpus: -1 }] }, 400, /^jobs\[0\]\.cpus: expected a number/],
    [[], 400, /expected an object/],
  ];
  for (const [body, status, error] of cases) {
    const answer = ask('POST', '/jobs', body);
    t.is(answer.status, status);
    t.regex((JSON.parse(answer.text) as { error: string }).error, error);
  }
  t.is(ask('POST', '/jobs', { jobs: [] }, 'text/plain').status, 415);
  t.is(ask('PUT', '/jobs', {}).status, 405);
  t.is(ask('GET', '/jobs/none').status, 404);
  t.is(ask('POST', '/unscheduled_jobs', {}).status, 405);
  t.is(processorOf({ serves: false, jobs: [JOB] }).ask('POST', '/jobs', { jobs: [] }).status, 403);
});

test('why jobs wait: nothing offered, too little here and there, constraints, others before', (t) => {
  const { ask, master, run } = processorOf();
  const uuids = [1, 2, 3].map((n) => `${UUID.slice(0, -1)}${n}`);
  const members = [{ cpus: 5 }, { constraints: [['rack', 'EQUALS', 'r1']] }, { mem: 500 }];
  ask('POST', '/jobs', { jobs: members.map((each, n) => ({ ...JOB, ...each, uuid: uuids[n] })) });
  const reasons = (id: string | undefined): readonly ReasonShape[] =>
    (JSON.parse(ask('GET', `/unscheduled_jobs?job=${id}`).text) as { reasons: ReasonShape[] }[])[0]
      ?.reasons ?? [];
  t.deepEqual(reasons(uuids[0]), [{ reason: 'No agent has offered anything yet.' }]);
  master.offer('cpus:2;mem:100', ['S0', 'S1']);
  run(100);
  t.deepEqual(reasons(uuids[0])[0]?.data?.reasons, [{ reason: 'Not enough cpus available.', host_count: 2 }]);
  t.regex(reasons(uuids[0]).at(-1)?.reason ?? '', /No agent was large enough so far: cpus: needs 5/);
  t.deepEqual(reasons(uuids[1])[0]?.data?.reasons, [
    { reason: 'Constraint: its rack is not r1.', host_count: 2 },
  ]);
  t.true(reasons(uuids[2]).some(({ reason }) => reason === 'There are 2 jobs ahead of it in the queue.'));
  t.is((JSON.parse(ask('GET', '/unscheduled_jobs').text) as unknown[]).length, 3);
});

test("failures that are the cluster's cost no retry, up to five in a row; all others do", (t) => {
  const { ask, master, run, jobOf } = processorOf();
  const reason = TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED;
  master.onLaunch = (task) => master.update(task, { state: TASK_FAILED, reason });
  const other = UUID.replace(/1$/, '2');
  ask('POST', '/jobs', {
    jobs: [
      { ...JOB, uuid: UUID, retries: 1 },
      { ...JOB, uuid: other, retries: 1, disable_mea_culpa_retries: true },
    ],
  });
  for (let n = 0; n < 12; n++) {
    master.offer('cpus:9;mem:900', [`S${n}`]);
    run(20_000);
  }
  t.deepEqual([jobOf(UUID).state, jobOf(UUID).attempts], ['failed', 7]);
  t.deepEqual([jobOf(other).state, jobOf(other).attempts], ['failed', 2]);
});

test('the longest an attempt runs goes with its task', (t) => {
  const { ask, master, run } = processorOf();
  ask('POST', '/jobs', { jobs: [{ ...JOB, max_runtime: 90 }] });
  master.offer('cpus:1;mem:10');
  run(100);
  t.deepEqual(master.launched[0]?.max_completion_time, { nanoseconds: 90e9 });
});

test('offers are kept for jobs that come, then given back', (t) => {
  const { ask, master, run } = processorOf({ holdMs: 60_000, jobs: [{ ...JOB, cpus: 99 }] });
  const declined = () =>
    master.callsOf(SchedulerCallType.DECLINE).flatMap(({ decline }) => decline?.offer_ids ?? []);
  master.offer('cpus:1;mem:10', ['S0', 'S1']);
  run(30_000);
  t.deepEqual(declined(), []);
  ask('POST', '/jobs', { jobs: [JOB] });
  run(100);
  t.is(master.launched.length, 1, 'at once, on what was kept');
  run(40_000);
  t.is(declined().length, 1);
});

test('lines of the output tell how far a job is, in pieces as they come', (t) => {
  let text = 'start\nprogress: 10 reading\nnothing\nprogress: 42.5 wri';
  const asked: { path: string; address: string }[] = [];
  const { master, run, ask, jobOf } = processorOf({
    readOutput: ({ address, path, offset, length }, done) => {
      asked.push({ path, address });
      done({ data: text.slice(offset, offset + length) });
    },
  });
  master.onLaunch = (task) => master.update(task, { state: TASK_RUNNING });
  ask('POST', '/jobs', {
    jobs: [{ ...JOB, uuid: UUID, progress: 'progress:\\s+([0-9]*\\.?[0-9]+)($|\\s+.*)' }],
  });
  master.offer('cpus:1;mem:10');
  run(3_000);
  t.like(jobOf(UUID), { state: 'running', progress: 10, progress_message: 'reading' });
  text += 'ting\nprogress: 400 x\n';
  run(3_000);
  t.like(jobOf(UUID), { progress: 100, progress_message: 'x' });
  t.regex(asked[0]?.path ?? '', /^\/frameworks\/F-0000\/executors\/a-6b1c.*\.1\/runs\/latest\/stdout$/);
  const [task] = master.launched;
  if (task !== undefined) master.update(task, { state: TASK_FINISHED });
  run(3_000);
  const { length } = asked;
  run(10_000);
  t.is(asked.length, length, 'what has ended is not read');
});
