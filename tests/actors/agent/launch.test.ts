/** What is checked before a task is taken, and kills on its way (agent.md §4). */
import test from 'ava';
import { type LaunchFacts, launchProblem } from '../../../actors/agent/launch/checks.ts';
import { commandExecutorInfo, shortCommand } from '../../../actors/agent/launch/commandExecutorInfo.ts';
import { ExecutorInfoType, TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { registeredSimulation } from './support/simulatedAgent.ts';
import { commandTask, FRAMEWORK } from './support/testMaster.ts';

const { TASK_DROPPED, TASK_LOST, TASK_ERROR, TASK_KILLED } = TaskState;

const good: LaunchFacts = {
  framework: FRAMEWORK,
  tasks: [commandTask('one', 'true')],
  draining: false,
  isGroup: false,
  executorType: undefined,
  forCommandTask: false,
  launchExecutor: true,
  executor: 'none',
  resourceVersions: ['aa'],
  resourceVersion: 'aa',
  providersOutdated: false,
  unknownResources: undefined,
  duplicate: undefined,
  enforces: new Set(),
};

const older = { ...FRAMEWORK, capabilities: [] };
const limited = [commandTask('one', 'true', { limits: { cpus: { value: 1 } } })];

const rows: [string, Partial<LaunchFacts>, TaskState, keyof typeof TaskStatusReason][] = [
  ['limits that nothing enforces', { tasks: limited }, TASK_DROPPED, 'REASON_GC_ERROR'],
  ['another resource version', { resourceVersions: ['bb'] }, TASK_DROPPED, 'REASON_INVALID_OFFERS'],
  [
    'the same for an older framework',
    { framework: older, resourceVersions: ['bb'] },
    TASK_LOST,
    'REASON_INVALID_OFFERS',
  ],
  ['an unknown volume', { unknownResources: 'disk' }, TASK_DROPPED, 'REASON_RESOURCES_UNKNOWN'],
  [
    'a command task whose executor id is taken',
    { forCommandTask: true, executor: 'alive' },
    TASK_DROPPED,
    'REASON_TASK_INVALID',
  ],
  ['a task id that is taken', { duplicate: 'one' }, TASK_DROPPED, 'REASON_TASK_INVALID'],
  ['a new executor where one is', { executor: 'alive' }, TASK_DROPPED, 'REASON_EXECUTOR_TERMINATED'],
  ['an old executor where none is', { launchExecutor: false }, TASK_DROPPED, 'REASON_EXECUTOR_TERMINATED'],
  [
    'an executor that is ending',
    { launchExecutor: false, executor: 'ending' },
    TASK_DROPPED,
    'REASON_EXECUTOR_TERMINATED',
  ],
  ['the default executor', { executorType: ExecutorInfoType.DEFAULT }, TASK_ERROR, 'REASON_TASK_INVALID'],
  // The first broken rule is told.
  [
    'all at once',
    { tasks: limited, resourceVersions: ['bb'], isGroup: true },
    TASK_DROPPED,
    'REASON_GC_ERROR',
  ],
];

for (const [what, change, state, reason] of rows) {
  test(`not taken: ${what}`, (t) => {
    const problem = launchProblem({ ...good, ...change });
    t.is(problem?.state, state);
    t.is(problem?.reason, TaskStatusReason[reason]);
    t.truthy(problem?.message);
  });
}

test('taken', (t) => {
  t.is(launchProblem(good), undefined);
  t.is(launchProblem({ ...good, launchExecutor: undefined }), undefined);
  t.is(launchProblem({ ...good, resourceVersions: [] }), undefined);
});

const names: [Parameters<typeof shortCommand>[0], string][] = [
  [{ value: 'exactly 15 char' }, "sh -c 'exactly 15 char'"],
  [{ value: 'sixteen charactr' }, "sh -c 'sixteen char...'"],
  [{ shell: false, value: 'ls', arguments: ['ls', '-l'] }, '[ls, ls, -l]'],
  [{}, 'NO COMMAND'],
  [undefined, 'NO COMMAND'],
  [{ shell: false }, 'NO EXECUTABLE'],
];

test('the executor of a command task: id, name, what it takes on top', (t) => {
  for (const [command, name] of names) t.is(shortCommand(command), name);
  const kill_policy = { grace_period: { nanoseconds: 3e9 } };
  const info = commandExecutorInfo(FRAMEWORK, commandTask('one', 'sleep 1', { kill_policy }));
  t.is(info.executor_id.value, 'one');
  t.is(info.name, "Command Executor (Task: one) (Command: sh -c 'sleep 1')");
  t.is(info.source, 'one');
  t.is(Resources.of(info.resources).unallocated().toString(), 'cpus:0.1; mem:32');
  t.is(info.shutdown_grace_period?.nanoseconds, 5e9);
});

test('a task killed while it is written down is killed, and nothing of it is started (failover.md 16)', (t) => {
  const { world, master, containers, agent } = registeredSimulation();
  master.run(commandTask('one', 'true'));
  master.kill('one');
  world.run(1000);
  t.deepEqual(master.states('one'), [TASK_KILLED]);
  t.is(master.statuses('one')[0]?.reason, TaskStatusReason.REASON_TASK_KILLED_DURING_LAUNCH);
  t.is(containers.ids.length, 0);
  t.is(agent.describe()['executors'], 0);
});

test('a kill of a task that is not here is answered', (t) => {
  const { world, master } = registeredSimulation();
  master.run(commandTask('one', 'sleep 1000'));
  world.run(100);
  master.kill('other');
  world.run(100);
  t.is(master.statuses('other')[0]?.state, TASK_DROPPED);
});

test('a task whose framework does not checkpoint is not written down, and runs', (t) => {
  const { world, master, containers } = registeredSimulation();
  const framework = { ...FRAMEWORK, checkpoint: false };
  master.run(commandTask('one', 'true'), framework);
  world.run(1);
  t.is(containers.ids.length, 1);
  t.is(containers.launches.get(containers.ids[0] ?? '')?.environment['MESOS_CHECKPOINT'], '0');
});

test('resources of tasks and executors are counted while they live', (t) => {
  const { world, master, containers, agent } = registeredSimulation();
  const used = () => agent.node.metrics.snapshot()['slave/cpus_used'];
  t.is(used(), 0);
  master.run(commandTask('one', 'sleep 1000'));
  world.run(100);
  t.is(used(), 0.2);
  containers.exit(containers.ids[0] ?? '');
  world.run(1000);
  t.is(used(), 0);
  t.is(agent.node.metrics.snapshot()['slave/tasks_finished'], 1);
});
