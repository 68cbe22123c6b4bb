/** What the agent's operator API tells of draining, operations and volumes of tasks. */
import test from 'ava';
import { AgentCallType, OfferOperationType, type Resource } from '../../../../proto/index.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import { ask, post, serve } from '../support/operatorCalls.ts';
import { registeredSimulation, type SimulatedAgent } from '../support/simulatedAgent.ts';
import { commandTask, FRAMEWORK } from '../support/testMaster.ts';

test('GET_AGENT tells how the agent is drained, and since when', (t) => {
  const simulation = registeredSimulation({}, serve);
  const { master, world } = simulation;
  t.is(ask(simulation, { type: AgentCallType.GET_AGENT }).get_agent?.drain_config, undefined);
  master.run(commandTask('one', 'sleep 1000'));
  world.run(500);
  const config = { max_grace_period: { nanoseconds: 3600e9 }, mark_gone: true };
  master.tell('mesos.internal.DrainSlaveMessage', { config });
  world.run(50);
  const { drain_config, estimated_drain_start_time } =
    ask(simulation, { type: AgentCallType.GET_AGENT }).get_agent ?? {};
  t.deepEqual(drain_config, config);
  t.true((estimated_drain_start_time?.nanoseconds ?? 0) > 0);
});

const reserved = (role: string): Resource[] =>
  parseResources('cpus:1')
    .toMessages()
    .map((each) => ({
      ...each,
      reservations: [{ type: 2, role }],
      allocation_info: { role },
    }));

/** Reserves for a role, and leaves the operation unacknowledged. */
function reserve({ master, world }: SimulatedAgent, role: string, byte: number): void {
  const registered = master.messages('mesos.internal.RegisterSlaveMessage').at(-1);
  master.tell('mesos.internal.ApplyOperationMessage', {
    framework_id: FRAMEWORK.id,
    operation_info: {
      id: { value: `for-${role}` },
      type: OfferOperationType.RESERVE,
      reserve: { resources: reserved(role) },
    },
    operation_uuid: { value: new Uint8Array(16).fill(byte) },
    resource_version_uuid: {
      uuid: { value: registered?.resource_version_uuid?.value ?? new Uint8Array() },
    },
  });
  world.run(50);
}

function operationsOf(simulation: SimulatedAgent): (string | undefined)[] {
  const { get_operations } = ask(simulation, { type: AgentCallType.GET_OPERATIONS });
  return (get_operations?.operations ?? []).map(({ info }) => info.id?.value);
}

test('GET_OPERATIONS tells of operations, to those who may see all their roles', (t) => {
  const open = registeredSimulation({}, serve);
  reserve(open, 'dev', 1);
  t.deepEqual(operationsOf(open), ['for-dev']);
  const acls = JSON.stringify({
    view_roles: [
      { principals: { type: 'ANY' }, roles: { values: ['dev'] } },
      { principals: { type: 'ANY' }, roles: { type: 'NONE' } },
    ],
  });
  for (const [role, seen] of [
    ['dev', ['for-dev']],
    ['ops', []],
  ] as const) {
    const bounded = registeredSimulation({ acls }, serve);
    reserve(bounded, role, 1);
    t.deepEqual(operationsOf(bounded), seen);
  }
});

test("volumes of a default executor's tasks are attached below the run, and one of no place disturbs nobody", (t) => {
  const simulation = registeredSimulation({}, serve);
  const { master, world } = simulation;
  const volume = (id: string, container_path: string): Resource => ({
    ...(parseResources('disk:64').toMessages()[0] as Resource),
    reservations: [{ type: 2, role: 'dev' }],
    disk: { persistence: { id }, volume: { container_path, mode: 1 } },
  });
  const task = commandTask('pod', 'sleep 1000');
  const more = [volume('good', 'data')];
  const odd = [volume('bad', '../../etc')];
  const wrong = commandTask('odd', 'sleep 1000', { resources: odd });
  master.tell('mesos.internal.CheckpointResourcesMessage', { resources: [...more, ...odd] });
  world.run(100);
  master.runGroup([{ ...task, resources: [...(task.resources ?? []), ...more] }]);
  world.run(500);
  const attached = () => post(simulation, { method: 'GET', path: '/slave(1)/files/debug' });
  const paths = Object.entries(JSON.parse(attached().text) as Record<string, string>);
  const volumes = paths.filter(([path]) => path.endsWith('/tasks/pod/data'));
  t.is(volumes.length, 3, attached().text);
  t.true(volumes.every(([, root]) => root.endsWith('/volumes/roles/dev/good')));
  master.runGroup([wrong], undefined, false);
  t.is(attached().status, 200);
  world.run(500);
  t.is(attached().status, 200);
});
