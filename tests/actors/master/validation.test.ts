/** What a task, an executor, a group must be: v1-scheduler-api.md §10.3–§10.6, row by row. */
import test from 'ava';
import { masterFlags } from '../../../actors/master/flags.ts';
import { sameMessage } from '../../../actors/master/sameMessage.ts';
import { validateContainerId, validateId } from '../../../proto/ids.ts';
import {
  type ExecutorInfo,
  type HealthCheck,
  type OfferOperation,
  SchedulerCallType,
  type TaskInfo,
  TaskState,
  TaskStatusReason,
} from '../../../proto/index.ts';
import { parseResources } from '../../../proto/resources/index.ts';
import { parseFlags } from '../../../runtime/flags/index.ts';
import { frameworkInfo, type Offered, offered, taskInfo } from './support/cluster.ts';

const nanos = (nanoseconds: number) => ({ nanoseconds });
const some = parseResources('cpus:0.1;mem:32');

function withExecutor(task: TaskInfo, fields: Partial<ExecutorInfo>): TaskInfo {
  const { command: _command, ...rest } = task;
  const executor = {
    executor_id: { value: 'e1' },
    command: { value: './run' },
    resources: [...some],
    ...fields,
  };
  return { ...rest, executor };
}

const health = (fields: Partial<HealthCheck>): Partial<TaskInfo> => ({ health_check: fields });
const container = (volume: object): Partial<TaskInfo> => ({
  container: { type: 2, volumes: [{ mode: 1, container_path: 'v', ...volume }] },
});

const variable = (fields: object): Partial<TaskInfo> => ({
  command: { value: 'x', environment: { variables: [{ name: 'V', ...fields }] } },
});

type Change = Partial<TaskInfo> | ((task: TaskInfo, fixture: Offered) => TaskInfo);

const badTasks: readonly [rule: string, change: Change, text: RegExp][] = [
  ['1 an empty id', { task_id: { value: '' } }, /Task ID: an id must not be empty/],
  ['1 an id with a slash', { task_id: { value: 'a/b' } }, /'a\/b' contains invalid characters/],
  ['1 a long id', { task_id: { value: 'x'.repeat(256) } }, /longer than 255 bytes/],
  ['1 dots', { task_id: { value: '..' } }, /not allowed as an id/],
  [
    '3 another agent',
    { agent_id: { value: 'nope' } },
    /Task uses invalid agent nope while agent .*-S0 is expected/,
  ],
  [
    '4 a negative grace period',
    { kill_policy: { grace_period: nanos(-1) } },
    /grace_period' must be non-negative/,
  ],
  [
    '5 a negative completion time',
    { max_completion_time: nanos(-1) },
    /max_completion_time' must be non-negative/,
  ],
  ['6 a check without a type', { check: {} }, /Check: 'type' must be/],
  ['6 a command check without a command', { check: { type: 1 } }, /'command' must be set/],
  ['6 a check with a bad path', { check: { type: 2, http: { port: 1, path: 'x' } } }, /must start with '\/'/],
  ['6 a tcp check without tcp', { check: { type: 3 } }, /'tcp' must be set/],
  [
    '6 a negative delay',
    { check: { type: 3, tcp: { port: 1 }, delay_seconds: -1 } },
    /'delay_seconds' must not/,
  ],
  ['7 a health check of no kind', health({}), /Health check: 'type' must be/],
  ['7 a health command without a value', health({ type: 1, command: {} }), /'command.value' must be set/],
  ['7 another scheme', health({ type: 2, http: { port: 1, scheme: 'ftp' } }), /scheme 'ftp'/],
  ['7 a bad path', health({ type: 2, http: { port: 1, path: 'x' } }), /must start with '\/'/],
  [
    '7 a negative grace',
    health({ type: 3, tcp: { port: 1 }, grace_period_seconds: -1 }),
    /grace_period_seconds/,
  ],
  ['8 no resources', { resources: [] }, /Task uses no resources/],
  ['8 half a gpu', { resources: [...parseResources('cpus:1;gpus:0.5')] }, /whole number/],
  [
    '8 two roles',
    {
      resources: [
        { name: 'cpus', type: 0, scalar: { value: 1 }, allocation_info: { role: 'a' } },
        { name: 'mem', type: 0, scalar: { value: 1 }, allocation_info: { role: 'b' } },
      ],
    },
    /several roles: a, b/,
  ],
  [
    '8 revocable and not',
    {
      resources: [
        { name: 'cpus', type: 0, scalar: { value: 1 } },
        { name: 'cpus', type: 0, scalar: { value: 1 }, revocable: {} },
      ],
    },
    /mix revocable and non-revocable 'cpus'/,
  ],
  ['9 a variable without a value', variable({}), /'V' of type 'VALUE' must have a value/],
  ['9 a value with a secret', variable({ value: 'x', secret: {} }), /must not have a secret/],
  ['9 a secret without one', variable({ type: 2 }), /must have a secret/],
  ['9 a secret with a value', variable({ type: 2, value: 'x', secret: {} }), /must not have a value/],
  ['9 a secret of no kind', variable({ type: 2, secret: {} }), /known type/],
  ['9 a secret reference without one', variable({ type: 2, secret: { type: 1 } }), /'reference' set/],
  [
    '9 a NUL byte',
    variable({ type: 2, secret: { type: 2, value: { data: new Uint8Array([1, 0]) } } }),
    /NUL byte/,
  ],
  ['9 a variable of no kind', variable({ type: 0, value: 'x' }), /type 'UNKNOWN'/],
  ['10 a volume from nowhere', container({}), /exactly one of/],
  ['10 a volume from two places', container({ host_path: '/x', source: { type: 2 } }), /exactly one of/],
  ['10 a source of no kind', container({ source: {} }), /'source.type' is unknown/],
  ['10 a source without its member', container({ source: { type: 2 } }), /'source.sandbox_path' is not set/],
  [
    '10 a csi volume without provisioning',
    container({ source: { type: 5, csi_volume: { plugin_name: 'p' } } }),
    /static_provisioning/,
  ],
  ['10 docker without docker', { container: { type: 1 } }, /DockerInfo must be set/],
  [
    '10 a docker name',
    { container: { type: 1, docker: { image: 'i', parameters: [{ key: 'name', value: 'x' }] } } },
    /'name' is not allowed/,
  ],
  ['11 a limit for disk', { limits: { disk: { value: 1 } } }, /limit for 'disk'/],
  [
    '11 a limit without a request',
    { resources: [...parseResources('cpus:1')], limits: { mem: { value: 1 } } },
    /requests none/,
  ],
  ['11 a limit below the request', { limits: { cpus: { value: 0.5 } } }, /below its request/],
  [
    '12 neither command nor executor',
    ({ command: _command, ...task }) => task,
    /at least one \(but not both\)/,
  ],
  [
    '12 both',
    (task) => ({ ...withExecutor(task, {}), command: { value: 'x' } }),
    /at least one \(but not both\)/,
  ],
  ['13 a bad executor id', (task) => withExecutor(task, { executor_id: { value: 'a/b' } }), /Executor ID/],
  [
    '13 a default executor',
    (task) => withExecutor(task, { type: 1 }),
    /'ExecutorInfo.command' must not be set/,
  ],
  [
    '13 an executor without a command',
    (task) => withExecutor(task, { command: undefined }),
    /'ExecutorInfo.command' must be set/,
  ],
  [
    '13 a custom executor without a command',
    (task) => withExecutor(task, { type: 2, command: undefined }),
    /for 'CUSTOM' executor/,
  ],
  [
    '13 a negative shutdown grace',
    (task) => withExecutor(task, { shutdown_grace_period: nanos(-1) }),
    /shutdown_grace_period/,
  ],
  [
    '13 another framework',
    (task) => withExecutor(task, { framework_id: { value: 'other' } }),
    /invalid FrameworkID 'other'/,
  ],
  [
    '13 shared cgroups',
    (task) => withExecutor(task, { container: { type: 2, linux_info: { share_cgroups: true } } }),
    /'share_cgroups' must not be true/,
  ],
  [
    '14 the same port twice',
    (task) =>
      withExecutor(
        { ...task, resources: [...parseResources('cpus:0.1;ports:[31000-31001]')] },
        { resources: [...parseResources('ports:[31001-31002]')] },
      ),
    /use the same of/,
  ],
  ['15 more than is offered', { resources: [...parseResources('cpus:100')] }, /is more than available/],
  [
    '15 more than is offered, with the executor',
    (task) => withExecutor(task, { resources: [...parseResources('cpus:3.5')] }),
    /is more than available/,
  ],
  [
    '16 cgroups of its own',
    { container: { type: 2, linux_info: { share_cgroups: false } } },
    /in a task group only/,
  ],
];

for (const [rule, change, text] of badTasks) {
  test(`task rule ${rule}`, (t) => {
    const fixture = offered();
    const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
    const good = taskInfo('t1', agentId);
    const task = typeof change === 'function' ? change(good, fixture) : { ...good, ...change };
    cluster.launch(scheduler, frameworkId, offer, [task, taskInfo('t2', agentId)]);
    const [status, ...more] = cluster.statuses(scheduler);
    t.is(more.length, 0);
    t.is(status?.state, TaskState.TASK_ERROR);
    t.is(status?.reason, TaskStatusReason.REASON_TASK_INVALID);
    t.regex(status?.message ?? '', text);
    t.deepEqual(
      agent.all('mesos.internal.RunTaskMessage').map((run) => run.task.task_id.value),
      ['t2'],
    );
    t.is(cluster.masterNode.handlerErrors, 0);
  });
}

const goodTasks: readonly [what: string, change: Change][] = [
  ['a limit of infinity', { limits: { cpus: { value: Number.POSITIVE_INFINITY }, mem: { value: 64 } } }],
  [
    'checks with defaults',
    { check: { type: 1, command: { command: { value: 'x' } } }, ...health({ type: 3, tcp: { port: 1 } }) },
  ],
  ['a secret', variable({ type: 2, secret: { type: 1, reference: { name: 'n' } } })],
  ['a volume of the sandbox', container({ source: { type: 2, sandbox_path: { type: 1, path: 'x' } } })],
  ['an executor', (task) => withExecutor(task, {})],
  ['a custom executor', (task) => withExecutor(task, { type: 2 })],
];

for (const [what, change] of goodTasks) {
  test(`a task with ${what} is launched`, (t) => {
    const fixture = offered();
    const good = taskInfo('t1', fixture.agentId);
    const task = typeof change === 'function' ? change(good, fixture) : { ...good, ...change };
    fixture.cluster.launch(fixture.scheduler, fixture.frameworkId, fixture.offer, [task]);
    t.deepEqual(fixture.cluster.statuses(fixture.scheduler), []);
    t.is(fixture.agent.all('mesos.internal.RunTaskMessage').length, 1);
  });
}

test('task rule 2: an id is used once at a time, also while its task is unreachable', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered(
    frameworkInfo({ checkpoint: true }),
  );
  const twice = [taskInfo('t1', agentId), taskInfo('t1', agentId)];
  cluster.launch(scheduler, frameworkId, offer, twice);
  t.is(cluster.statuses(scheduler)[0]?.message, 'Task has duplicate ID: t1');
  agent.pongs = false;
  cluster.run(91_000);
  const other = cluster.agent(5052);
  const otherId = cluster.register(other);
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t1', otherId)]);
  t.is(cluster.statuses(scheduler).at(-1)?.message, 'Task reuses the ID of an unreachable task: t1');
});

test('an executor that runs must be described as it runs', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  const task = (id: string, fields: Partial<ExecutorInfo> = {}) =>
    withExecutor(taskInfo(id, agentId), fields);
  cluster.launch(scheduler, frameworkId, offer, [task('a'), task('b', { name: 'another' }), task('c')]);
  t.deepEqual(
    agent.all('mesos.internal.RunTaskMessage').map((run) => run.task.task_id.value),
    ['a', 'c'],
  );
  t.regex(cluster.statuses(scheduler)[0]?.message ?? '', /not compatible with the executor 'e1'/);
});

test('a health check may leave its kind to be seen', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  cluster.launch(scheduler, frameworkId, offer, [
    taskInfo('c', agentId, 'cpus:0.1', health({ command: { value: 'x' } })),
    taskInfo('h', agentId, 'cpus:0.1', health({ http: { port: 1 } })),
  ]);
  t.deepEqual(
    agent.all('mesos.internal.RunTaskMessage').map((run) => run.task.health_check?.type),
    [1, 2],
  );
});

// ---- groups -------------------------------------------------------------------------------------------------------

interface Group {
  executor: ExecutorInfo;
  tasks: TaskInfo[];
}

const badGroups: readonly [rule: string, change: (group: Group) => Group, text: RegExp][] = [
  [
    'a bad member',
    (g) => ({ ...g, tasks: [...g.tasks, taskInfo('x', 'nope')] }),
    /Task 'x' is invalid: Task uses invalid agent/,
  ],
  ['an id twice', (g) => ({ ...g, tasks: [...g.tasks, ...g.tasks] }), /duplicate task ID/],
  [
    'another executor in a member',
    (g) => ({ ...g, tasks: g.tasks.map((task) => ({ ...task, executor: { ...g.executor, name: 'x' } })) }),
    /different from executor 'e1'/,
  ],
  [
    'docker in a member',
    (g) => change(g, { container: { type: 1, docker: { image: 'i' } } }),
    /Docker ContainerInfo is not supported in a task group/,
  ],
  [
    'a health check over a network of its own',
    (g) =>
      change(g, { container: { type: 2, network_infos: [{}] }, ...health({ type: 3, tcp: { port: 1 } }) }),
    /that join a network/,
  ],
  [
    'limits with shared cgroups',
    (g) => change(g, { limits: { cpus: { value: 1 } } }),
    /need 'share_cgroups' to be false/,
  ],
  [
    'an executor of no kind',
    (g) => ({ ...g, executor: { ...g.executor, type: undefined } }),
    /'DEFAULT' or 'CUSTOM'/,
  ],
  [
    'a default executor with a command',
    (g) => ({ ...g, executor: { ...g.executor, command: { value: 'x' } } }),
    /must not be set for 'DEFAULT'/,
  ],
  [
    'an executor in docker',
    (g) => ({
      ...g,
      executor: {
        ...g.executor,
        type: 2,
        command: { value: 'x' },
        container: { type: 1, docker: { image: 'i' } },
      },
    }),
    /not supported on the executor/,
  ],
  [
    'an executor with an image',
    (g) => ({ ...g, executor: { ...g.executor, container: { type: 2, mesos: { image: { type: 2 } } } } }),
    /image' must not be set/,
  ],
  ['an executor without cpus', (g) => executorWith(g, 'mem:32;disk:32'), /less CPUs/],
  ['an executor with little memory', (g) => executorWith(g, 'cpus:0.1;mem:16;disk:32'), /less memory/],
  ['an executor without disk', (g) => executorWith(g, 'cpus:0.1;mem:32'), /uses no disk/],
  [
    'an executor that shares cgroups',
    (g) => ({
      ...g,
      executor: { ...g.executor, container: { type: 2, linux_info: { share_cgroups: true } } },
    }),
    /'share_cgroups' must not be true/,
  ],
  [
    'members that differ in cgroups',
    (g) => {
      const [first, ...rest] = change(g, {
        container: { type: 2, linux_info: { share_cgroups: false } },
      }).tasks;
      return {
        ...g,
        tasks: [
          ...(first === undefined ? [] : [first]),
          ...rest.map(({ container: _container, ...task }) => task),
        ],
      };
    },
    /same value of 'share_cgroups'/,
  ],
  [
    'the same port twice',
    (g) => change(g, { resources: [...parseResources('cpus:0.1;ports:[31000-31000]')] }),
    /Task group and executor mixed/,
  ],
  [
    'more than is offered',
    (g) => change(g, { resources: [...parseResources('cpus:3')] }),
    /is more than available/,
  ],
];

function change(group: Group, fields: Partial<TaskInfo>): Group {
  return { ...group, tasks: group.tasks.map((task) => ({ ...task, ...fields })) };
}

function executorWith(group: Group, resources: string): Group {
  return { ...group, executor: { ...group.executor, resources: [...parseResources(resources)] } };
}

function groupOf({ agentId, frameworkId }: Offered): Group {
  return {
    executor: {
      type: 1,
      executor_id: { value: 'e1' },
      framework_id: { value: frameworkId },
      resources: [...parseResources('cpus:0.1;mem:32;disk:32')],
    },
    tasks: ['a', 'b'].map((id) => taskInfo(id, agentId, 'cpus:0.1;mem:32')),
  };
}

function launchGroup({ cluster, scheduler, frameworkId, offer }: Offered, { executor, tasks }: Group): void {
  const operation: OfferOperation = { type: 6, launch_group: { executor, task_group: { tasks } } };
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.ACCEPT,
    accept: { offer_ids: [offer.id], operations: [operation], filters: { refuse_seconds: 0 } },
  });
}

for (const [rule, spoil, text] of badGroups) {
  test(`group rule: ${rule}`, (t) => {
    const fixture = offered();
    const group = spoil(groupOf(fixture));
    launchGroup(fixture, group);
    const statuses = fixture.cluster.statuses(fixture.scheduler);
    t.is(statuses.length, group.tasks.length, 'every task hears of it');
    for (const status of statuses) {
      t.is(status.state, TaskState.TASK_ERROR);
      t.is(status.reason, TaskStatusReason.REASON_TASK_GROUP_INVALID);
      t.regex(status.message ?? '', text);
    }
    t.is(fixture.agent.all('mesos.internal.RunTaskGroupMessage').length, 0);
    t.is(fixture.cluster.master.parts.agents.find(fixture.agentId)?.used.size, 0);
  });
}

// ---- ids, equality, flags -----------------------------------------------------------------------------------------

for (const [id, fine] of [
  ['a', true],
  ['a.b-c_d e', true],
  ['ä'.repeat(127), true],
  ['ä'.repeat(128), false],
  ['.', false],
  ['..', false],
  ['', false],
  ['a\\b', false],
  ['a\nb', false],
  ['a\u007f', false],
] as const) {
  test(`id ${JSON.stringify(id).slice(0, 20)} is ${fine ? 'fine' : 'refused'}`, (t) => {
    t.is(validateId(id) === undefined, fine);
  });
}

test('a container id is shorter and has no dots or spaces', (t) => {
  t.is(validateContainerId('x'.repeat(242)), undefined);
  for (const id of ['x'.repeat(243), 'a.b', 'a b', 'a/b', '']) t.truthy(validateContainerId(id));
});

for (const [left, right, same] of [
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ a: new Uint8Array([1]) }, { a: new Uint8Array([1]) }, true],
  [{ a: new Uint8Array([1]) }, { a: new Uint8Array([2]) }, false],
  [{ a: new Uint8Array([1]) }, { a: [1] }, false],
  [{ a: {} }, { a: 1 }, false],
  [undefined, {}, false],
] as const) {
  test(`messages ${JSON.stringify([left, right])} are ${same ? 'equal' : 'not equal'}`, (t) => {
    t.is(sameMessage(left, right), same);
    t.is(sameMessage(right, left), same);
  });
}

for (const [argv, text] of [
  [[], /--work_dir: required with --registry=local/],
  [['--registry=zookeeper'], /--registry/],
  [['--registry=in_memory', '--agent_reregister_timeout=1mins'], /--agent_reregister_timeout/],
  [['--registry=in_memory', '--recovery_agent_removal_limit=half'], /expected a percentage/],
  [['--registry=in_memory', '--min_allocatable_resources=cpus'], /--min_allocatable_resources/],
] as const) {
  test(`flags ${argv.join(' ') || 'none'} are refused`, (t) => {
    const parsed = parseFlags(masterFlags, argv, {});
    t.is(parsed.outcome, 'errors');
    if (parsed.outcome === 'errors') t.regex(parsed.errors.join('\n'), text);
  });
}
