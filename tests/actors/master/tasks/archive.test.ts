/** Ended tasks that the master remembers no more are in its archive, where there is one. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MemoryStore } from '../../../../actors/election/store/store.ts';
import {
  type ArchivedTask,
  ArchivedTasks,
  type ArchiveQuestion,
} from '../../../../actors/master/tasks/archive.ts';
import { TaskState } from '../../../../proto/index.ts';
import { LineArchive } from '../../../../runtime/storage/index.ts';
import { until } from '../../../support/until.ts';
import { TestCluster, taskInfo } from '../support/cluster.ts';

interface Answer {
  readonly kept: boolean;
  readonly total: number;
  readonly tasks: readonly {
    readonly ended: number;
    readonly state: string;
    readonly framework_name: string;
    readonly task_id: string;
    readonly task: { readonly state: string; readonly statuses: readonly { readonly state: string }[] };
  }[];
}

function archiveIn(t: ExecutionContext, dir: string) {
  const tasks = new ArchivedTasks();
  const lines = LineArchive.open(dir, {
    name: 'tasks',
    bytesMax: 1 << 20,
    onLine: (line, place) => tasks.take(line, place),
  });
  t.teardown(() => lines.close());
  return { lines, tasks };
}

/** A cluster whose master remembers one ended task of a framework, and whose tasks `ids` have ended in their order. */
function ended(t: ExecutionContext, ids: readonly string[], flags: Record<string, string> = {}) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'mesostate-archive-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const archive = archiveIn(t, dir);
  const cluster = new TestCluster({ max_completed_tasks_per_framework: '1', ...flags }, new MemoryStore(), {
    archive,
  });
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler);
  cluster.run(10);
  const tasks = ids.map((id) => taskInfo(id, agentId, 'cpus:0.1;mem:32'));
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), tasks);
  for (const id of ids) {
    cluster.run(1000);
    const state = id === 'bad' ? TaskState.TASK_FAILED : TaskState.TASK_FINISHED;
    const uuid = cluster.update(agent, frameworkId, id, agentId, state);
    cluster.acknowledge(scheduler, frameworkId, id, agentId, uuid);
  }
  return { cluster, frameworkId, dir, archive };
}

async function ask(cluster: TestCluster, query = ''): Promise<Answer> {
  const answer = cluster.get(`/tasks/archive${query}`);
  await until('the archive to answer', () => {
    cluster.run(1);
    return answer.status !== 0;
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
  return JSON.parse(answer.body) as Answer;
}

/** Until all that ended is written. */
async function asked(cluster: TestCluster, total: number): Promise<Answer> {
  return until(`${total} tasks to be archived`, async () => {
    const answer = await ask(cluster);
    return answer.total >= total ? answer : undefined;
  });
}

const idsOf = ({ tasks }: Answer): string[] => tasks.map(({ task_id }) => task_id);

function foundIn(tasks: ArchivedTasks, question: Partial<ArchiveQuestion> = {}): readonly ArchivedTask[] {
  const steps = tasks.find({ search: [], sees: () => true, ...question });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test('ended tasks are found by id, framework and words, youngest first, with their histories', async (t) => {
  const { cluster, frameworkId } = ended(t, ['one', 'bad', 'three']);
  const all = await asked(cluster, 3);
  t.true(all.kept);
  t.deepEqual(idsOf(all), ['three', 'bad', 'one']);
  t.deepEqual(
    (cluster.getJson('/tasks') as { tasks: { id: string }[] }).tasks.map(({ id }) => id),
    ['three'],
    'the master remembers one of them',
  );
  const [bad] = (await ask(cluster, `?framework_id=${frameworkId}&task_id=bad`)).tasks;
  t.is(bad?.state, 'TASK_FAILED');
  t.is(bad?.task.state, 'TASK_FAILED');
  t.is(bad?.task.statuses.at(-1)?.state, 'TASK_FAILED');
  t.true((bad?.ended ?? 0) > 0);
  t.deepEqual(idsOf(await ask(cluster, '?search=FAILED+ba')), ['bad']);
  t.deepEqual(await ask(cluster, '?framework_id=other'), { kept: true, total: 0, tasks: [] });
  const page = await ask(cluster, '?limit=1&offset=1');
  t.is(page.total, 3);
  t.deepEqual(idsOf(page), ['bad']);
  t.deepEqual(cluster.errors, []);
});

test('a framework that was torn down leaves its tasks there, and a later master finds them', async (t) => {
  const { cluster, frameworkId, dir, archive } = ended(t, ['one', 'two']);
  await asked(cluster, 2);
  t.is(cluster.request('POST', '/teardown', `frameworkId=${frameworkId}`).status, 200);
  await archive.lines.close();
  const later = new TestCluster({}, new MemoryStore(), { archive: archiveIn(t, dir) });
  t.deepEqual(idsOf(await ask(later)), ['two', 'one']);
});

test('without an archive nothing is found, and that is said', async (t) => {
  t.deepEqual(await ask(new TestCluster()), { kept: false, total: 0, tasks: [] });
});

test('wrong questions are told; what one may not see is not there', async (t) => {
  const { cluster } = ended(t, ['one']);
  for (const query of ['limit=-1', 'limit=1001', 'offset=x', 'limit=']) {
    const { status, body } = cluster.get(`/tasks/archive?${query}`);
    t.is(status, 400, query);
    t.regex(body, /^(limit|offset): expected a number from 0 to \d+, got/);
  }
  t.is(cluster.get(`/tasks/archive?search=${'a+'.repeat(21)}`).status, 400);
  t.is(cluster.request('POST', '/tasks/archive', '').status, 405);
  t.is(cluster.get('/tasks/archive?own=1').status, 400);
  t.deepEqual(await asked(cluster, 1), await ask(cluster, '?own=true'));

  const closed = ended(t, ['one'], {
    acls: JSON.stringify({ view_tasks: [{ principals: { type: 'NONE' }, users: { type: 'ANY' } }] }),
  });
  await until('the task to be archived', () => {
    closed.cluster.run(1);
    return foundIn(closed.archive.tasks).length === 1;
  });
  t.is((await ask(closed.cluster)).total, 0);
});

test('lines that are no entries are passed over', (t) => {
  const tasks = new ArchivedTasks();
  const place = { file: 1, offset: 0, length: 0 };
  for (const text of ['', 'null', '[]', '"x"', '{', '{"task_id":1,"framework_id":"f"}', '12'])
    tasks.take(Buffer.from(text), place);
  t.deepEqual(foundIn(tasks), []);
  tasks.take(Buffer.from('{"task_id":"t","framework_id":"f"}'), place);
  t.is(foundIn(tasks, { taskId: 't' }).length, 1);
  tasks.forgetBefore(2);
  t.deepEqual(foundIn(tasks), []);
});

test('of very many tasks some are looked at at a time, and a question finds those that were there when it was asked', async (t) => {
  const { cluster, archive } = ended(t, ['one']);
  await asked(cluster, 1);
  const [one] = foundIn(archive.tasks);
  if (one === undefined) throw new Error('it was asked for');
  const add = (n: number) => archive.tasks.add({ ...one, task_id: `many.(${n})`, ended: n });
  for (let n = 1; n <= 25_000; n++) add(n);
  let looked = 0;
  const question = { search: ['MANY.('], sees: () => ++looked > 0 };
  const steps = archive.tasks.find(question);
  for (let before = 0, turns = 0; turns < 3; turns++, before = looked) {
    const step = steps.next();
    t.true(looked - before <= 10_000);
    if (turns === 0) {
      add(25_001);
      archive.tasks.forgetBefore(one.place.file);
    }
    if (step.done !== true) continue;
    t.is(step.value.length, 25_000);
    t.is(step.value[0]?.ended, 25_000);
    t.is(step.value.at(-1)?.ended, 1);
  }
  t.is(looked, 25_000);
  t.is((await ask(cluster, '?search=many.(&limit=0')).total, 25_001);
});
