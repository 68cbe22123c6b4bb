import test from 'ava';
import { parseModules } from '../../../actors/agent/oversubscription/modules.ts';
import { TaskState, TaskStatusReason, TaskStatusSource } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { registeredSimulation, simulatedAgent } from './support/simulatedAgent.ts';
import { commandTask } from './support/testMaster.ts';

const FIXED = 'org_apache_mesos_FixedResourceEstimator';
const LOAD = 'org_apache_mesos_LoadQoSController';

function modules(name: string, parameters: Record<string, string>): string {
  const list = Object.entries(parameters).map(([key, value]) => ({ key, value }));
  return JSON.stringify({ libraries: [{ modules: [{ name, parameters: list }] }] });
}

const revocable = [
  { name: 'cpus', type: 0 as const, scalar: { value: 1 }, revocable: {}, allocation_info: { role: '*' } },
];

test('the fixed estimator: the master is told once, and again when more is in use', (t) => {
  const { world, master, agent } = registeredSimulation({
    resource_estimator: FIXED,
    modules: modules(FIXED, { resources: 'cpus:4' }),
  });
  world.run(60_000);
  const told = master
    .messages('mesos.internal.UpdateSlaveMessage')
    .filter((message) => message.update_oversubscribed_resources === true);
  t.is(told.length, 1);
  t.is(Resources.of(told[0]?.oversubscribed_resources).revocable().cpus, 4);
  const metrics = agent.node.metrics.snapshot();
  t.is(metrics['slave/cpus_revocable_total'], 4);
});

test('the load controller: revocable executors end when the machine is too busy, others do not', (t) => {
  const given = { qos_controller: LOAD, modules: modules(LOAD, { load_threshold_5min: '3' }) };
  let load = 1;
  const { world, master } = simulatedAgent(given, { loads: () => [9, load, 9] });
  world.run(1500);
  master.run(commandTask('revocable', 'sleep 1', { resources: revocable }));
  master.run(commandTask('ordinary', 'sleep 1'));
  world.run(5000);
  t.is(master.states('revocable').at(-1), TaskState.TASK_RUNNING);
  load = 4;
  world.run(5000);
  const last = master.statuses('revocable').at(-1);
  t.is(last?.reason, TaskStatusReason.REASON_CONTAINER_PREEMPTED);
  t.is(last?.source, TaskStatusSource.SOURCE_AGENT);
  t.is(master.statuses('ordinary').at(-1)?.source, TaskStatusSource.SOURCE_EXECUTOR);
  t.is(master.states('ordinary').at(-1), TaskState.TASK_RUNNING);
});

test('modules that are not there, or not right, are refused', (t) => {
  t.throws(() => parseModules({ libraries: [{ modules: [{ name: 'other' }] }] }), {
    message: /^module 'other' is not one of/,
  });
  t.throws(() => parseModules({ libraries: 3 }), { message: 'libraries: expected a list' });
  const wrong = JSON.parse(modules(LOAD, { load_threshold_5min: 'much' }));
  t.throws(() => parseModules(wrong), {
    message: "parameter load_threshold_5min: expected a load, got 'much'",
  });
  t.throws(() => parseModules(JSON.parse(modules(FIXED, { resources: 'cpus' }))));
});
