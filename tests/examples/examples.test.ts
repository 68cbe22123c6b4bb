/** The examples do what they say: each is loaded as its user would and run against a scripted other side. */
import path from 'node:path';
import test from 'ava';
import { executorEnvironment, hostExecutor, loadExecutor } from '../../actors/executor/index.ts';
import { hostFramework, loadFramework } from '../../actors/framework/index.ts';
import { readJobFile } from '../../actors/framework/jobs/index.ts';
import { SchedulerCallType, type TaskInfo, TaskState } from '../../proto/index.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { packageRoot } from '../../runtime/build.ts';
import { ScriptedAgent } from '../actors/executor/scriptedAgent.ts';
import { ScriptedMaster } from '../actors/framework/scriptedMaster.ts';
import { simulatedWorld } from '../support/world.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLED } = TaskState;
const example = (name: string) => path.join(packageRoot, 'examples', name);

/** The hello framework, subscribed. */
async function hello(options: Readonly<Record<string, unknown>>) {
  const world = simulatedWorld(7, mesosCodec);
  const master = new ScriptedMaster();
  world.node(1).spawn(master);
  const printed: string[] = [];
  const hosted = hostFramework(world.node(2), {
    definition: await loadFramework(example('hello-framework.mjs')),
    framework: { user: 'nobody', name: 'test', roles: ['*'] },
    master: { host: '10.0.0.1', port: 1 },
    options,
    print: (line) => printed.push(line),
  });
  world.run(10);
  return { ...world, master, hosted, printed };
}

test('hello-framework runs as many copies as asked for, over as many offers as it takes, and ends', async (t) => {
  const { master, run, hosted, printed } = await hello({ copies: 3, command: 'echo hi' });
  master.offer('cpus:0.2;mem:1000', ['S0', 'S1', 'S2']);
  run(100);
  t.deepEqual(
    master.launched.map((task) => [task.task_id.value, task.agent_id.value, task.command?.value]),
    [
      ['hello.1', 'S0', 'echo hi'],
      ['hello.2', 'S0', 'echo hi'],
      ['hello.3', 'S1', 'echo hi'],
    ],
  );
  t.is(master.callsOf(SchedulerCallType.DECLINE).length, 1);
  t.is((await hosted.ended).exitCode, 0);
  t.is(printed.filter((line) => line.endsWith('finished')).length, 3);
  t.is(master.callsOf(SchedulerCallType.TEARDOWN).length, 1);
});

test('hello-framework ends with 1 when a copy fails', async (t) => {
  const { master, run, hosted, printed } = await hello({ copies: 1 });
  master.onLaunch = (task: TaskInfo) => master.update(task, { state: TASK_FAILED, message: 'no luck' });
  master.offer('cpus:1;mem:1000');
  run(100);
  t.is((await hosted.ended).exitCode, 1);
  t.true(printed.includes('hello.1 failed: no luck'));
});

test('word-count-executor counts, waits, is killed, refuses nonsense and leaves', async (t) => {
  const world = simulatedWorld(7, mesosCodec);
  const agent = new ScriptedAgent();
  world.node(1).spawn(agent);
  const environment = executorEnvironment({
    MESOS_SLAVE_PID: 'slave(1)@10.0.0.1:1',
    MESOS_FRAMEWORK_ID: 'F-0000',
    MESOS_EXECUTOR_ID: 'e',
    MESOS_DIRECTORY: '/sandbox',
  });
  const definition = await loadExecutor(example('word-count-executor.mjs'));
  const started = hostExecutor(world.node(2), definition, environment, () => t.fail('it leaves by itself'));
  world.run(10);
  agent.run('count', JSON.stringify({ text: 'to be or not to be' }));
  agent.run('slow', JSON.stringify({ text: 'a', ms: 1000 }));
  agent.run('killed', JSON.stringify({ ms: 1000 }));
  agent.run('nonsense', '{');
  world.run(10);
  agent.kill('killed');
  agent.kill('unknown');
  world.run(2_000);
  t.deepEqual(agent.told, [
    `count ${TASK_RUNNING}`,
    `count ${TASK_FINISHED}`,
    `slow ${TASK_RUNNING}`,
    `killed ${TASK_RUNNING}`,
    `nonsense ${TASK_FAILED}`,
    `killed ${TASK_KILLED}`,
    `slow ${TASK_FINISHED}`,
  ]);
  t.deepEqual(JSON.parse(Buffer.from(agent.updates[1]?.status.data ?? '').toString()), { words: 6 });
  agent.tell('mesos.internal.ShutdownExecutorMessage', {});
  world.run(100);
  t.is(await started.done, 0);
});

test('jobs.json is a good jobs file', (t) => {
  const jobs = readJobFile(example('jobs.json'));
  t.true(jobs.length > 10);
  t.is(new Set(jobs.map(({ id }) => id)).size, jobs.length);
});
