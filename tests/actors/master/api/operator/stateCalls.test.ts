/** What the v1 API lists: in JSON and in protobuf the same, of one moment. */
import test from 'ava';
import { MasterCallType, TaskState, toJsonText } from '../../../../../proto/index.ts';
import { reserve, reserved, Scene } from '../../operations/scene.ts';
import { agentInfo, frameworkInfo, offered, TestCluster, taskInfo } from '../../support/cluster.ts';
import { ask, askProtobuf, operate } from '../../support/operator.ts';

const { GET_AGENTS, GET_EXECUTORS, GET_FRAMEWORKS, GET_ROLES, GET_STATE, GET_TASKS } = MasterCallType;

/** A task that runs, one that ended, a framework that ended. */
function busy() {
  const fixture = offered();
  const { cluster, agent, agentId, scheduler, frameworkId, offer } = fixture;
  const executor = { executor_id: { value: 'e' }, command: { value: 'run' }, type: 2 } as const;
  cluster.launch(scheduler, frameworkId, offer, [
    taskInfo('running', agentId),
    taskInfo('done', agentId),
    taskInfo('custom', agentId, 'cpus:1;mem:64', { command: undefined, executor }),
  ]);
  cluster.update(agent, frameworkId, 'running', agentId, TaskState.TASK_RUNNING);
  const uuid = cluster.update(agent, frameworkId, 'done', agentId, TaskState.TASK_FINISHED);
  cluster.acknowledge(scheduler, frameworkId, 'done', agentId, uuid);
  const other = cluster.scheduler(6002, 'scheduler-2');
  const otherId = cluster.subscribe(other, frameworkInfo({ name: 'ended' }));
  cluster.call(other, { framework_id: { value: otherId }, type: 2 });
  cluster.run(1100);
  return fixture;
}

test('an empty cluster shows its listings, empty', (t) => {
  t.is(
    operate(new TestCluster(), { type: GET_STATE }).text,
    '{"type":"GET_STATE","get_state":{"get_tasks":{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]},' +
      '"get_executors":{"executors":[]},"get_frameworks":{"frameworks":[],"completed_frameworks":[]},' +
      '"get_agents":{"agents":[],"recovered_agents":[]}}}',
  );
});

test('JSON and protobuf say the same', (t) => {
  const { cluster } = busy();
  for (const type of [GET_STATE, GET_AGENTS, GET_EXECUTORS, GET_FRAMEWORKS, GET_ROLES, GET_TASKS]) {
    // Empty lists are only told in JSON.
    const full = operate(cluster, { type })
      .text.replaceAll(/"\w+":\[\],?/g, '')
      .replaceAll(',}', '}');
    t.is(full, toJsonText('mesos.v1.master.Response', askProtobuf(cluster, { type })));
    t.true(full.length > 60);
  }
});

test('GET_TASKS tells of live and ended tasks', (t) => {
  const { cluster, frameworkId } = busy();
  const { tasks, completed_tasks } = ask(cluster, { type: GET_TASKS }).get_tasks ?? {};
  t.deepEqual(
    tasks?.map(({ name, state }) => [name, state]),
    [
      ['running', TaskState.TASK_RUNNING],
      ['custom', TaskState.TASK_STAGING],
    ],
  );
  t.like(tasks?.[0], { framework_id: { value: frameworkId }, status_update_state: TaskState.TASK_RUNNING });
  t.is(tasks?.[0]?.executor_id, undefined);
  t.is(tasks?.[1]?.executor_id?.value, 'e');
  t.deepEqual(
    completed_tasks?.map(({ name }) => name),
    ['done'],
  );
});

test('GET_EXECUTORS tells of those that frameworks asked for', (t) => {
  const { cluster, agentId } = busy();
  const { executors } = ask(cluster, { type: GET_EXECUTORS }).get_executors ?? {};
  t.deepEqual(
    executors?.map(({ executor_info, agent_id }) => [executor_info.executor_id.value, agent_id.value]),
    [['e', agentId]],
  );
});

test('GET_FRAMEWORKS and GET_AGENTS tell what is used and offered', (t) => {
  const { cluster, frameworkId, agentId } = busy();
  const { frameworks, completed_frameworks } = ask(cluster, { type: GET_FRAMEWORKS }).get_frameworks ?? {};
  t.is(frameworks?.[0]?.framework_info.id?.value, frameworkId);
  t.like(frameworks?.[0], { active: true, connected: true, recovered: false });
  t.is(frameworks?.[0]?.offers?.length, 1);
  t.like(frameworks?.[0]?.allocated_resources?.[0], { name: 'cpus', scalar: { value: 2 }, role: '*' });
  t.is(completed_frameworks?.length, 1);
  t.truthy(completed_frameworks?.[0]?.unregistered_time);
  const { agents } = ask(cluster, { type: GET_AGENTS }).get_agents ?? {};
  t.like(agents?.[0], { active: true, deactivated: false, version: '1.12.0' });
  t.is(agents?.[0]?.agent_info.id?.value, agentId);
  t.like(agents?.[0]?.offered_resources?.[0], { name: 'cpus', scalar: { value: 2 } });
});

test('an agent that is not back yet is a recovered one', (t) => {
  const cluster = new TestCluster();
  const agentId = cluster.register(cluster.agent(), agentInfo());
  cluster.kill(5051);
  cluster.failOver();
  const { agents, recovered_agents } = ask(cluster, { type: GET_AGENTS }).get_agents ?? {};
  t.deepEqual([agents, recovered_agents?.map(({ id }) => id?.value)], [[], [agentId]]);
});

test('GET_ROLES sums up what a role holds', (t) => {
  const { cluster, frameworkId } = busy();
  const { roles } = ask(cluster, { type: GET_ROLES }).get_roles ?? {};
  t.like(roles?.[0], { name: '*', weight: 1, frameworks: [{ value: frameworkId }] });
  t.deepEqual(
    roles?.[0]?.resources?.map(({ name }) => name),
    ['cpus', 'disk', 'mem'],
  );
});

/** Rules under which ann sees nothing of the user nobody. */
const ACLS = JSON.stringify({
  view_frameworks: [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }],
  view_roles: [{ principals: { type: 'ANY' }, roles: { type: 'NONE' } }],
});

test('listings pass over what the caller may not see', (t) => {
  const { cluster } = offered(frameworkInfo(), { acls: ACLS });
  const state = ask(cluster, { type: GET_STATE }).get_state;
  t.deepEqual(state?.get_frameworks?.frameworks, []);
  t.is(state?.get_agents?.agents?.length, 1);
  t.is(state?.get_agents?.agents?.[0]?.offered_resources, undefined);
  t.deepEqual(ask(cluster, { type: GET_ROLES }).get_roles, {});
  t.deepEqual(cluster.getJson('/state')['frameworks'], []);
  t.deepEqual(cluster.getJson('/tasks')['tasks'], []);
  t.deepEqual(cluster.getJson('/roles')['roles'], []);
});

test('GET_OPERATIONS passes over those about roles that the caller may not see', (t) => {
  for (const [acls, expected] of [
    [undefined, 1],
    [ACLS, 0],
  ] as const) {
    const scene = new Scene({ flags: acls === undefined ? {} : { acls: rolesOnly(acls) } });
    scene.cluster.run(1100);
    scene.accept([reserve(reserved('cpus:1'), 'r1')]);
    const { operations = [] } =
      ask(scene.cluster, { type: MasterCallType.GET_OPERATIONS }).get_operations ?? {};
    t.is(operations.length, expected);
  }
});

/** The rule about roles alone. */
function rolesOnly(acls: string): string {
  const { view_roles } = JSON.parse(acls) as { view_roles: object };
  return JSON.stringify({ view_roles });
}
