/** An agent that is ordered to drain (agent.md §16). */
import test from 'ava';
import type { DrainConfig, TaskInfo } from '../../../../proto/generated/types/v1.ts';
import {
  FrameworkInfoCapabilityType,
  TaskState,
  TaskStatusReason,
} from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { realAgent, registeredAgent } from '../support/realAgent.ts';
import { registeredSimulation, type SimulatedAgent } from '../support/simulatedAgent.ts';
import { commandTask, FRAMEWORK } from '../support/testMaster.ts';

const { TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED, TASK_GONE_BY_OPERATOR, TASK_DROPPED } =
  TaskState;
const DRAIN = 'mesos.internal.DrainSlaveMessage';
const { REASON_AGENT_DRAINING } = TaskStatusReason;

function seconds(value: number): DrainConfig['max_grace_period'] {
  return { nanoseconds: value * 1e9 };
}

function running(...tasks: TaskInfo[]): SimulatedAgent {
  const simulation = registeredSimulation();
  for (const task of tasks) simulation.master.run(task);
  simulation.world.run(50);
  return simulation;
}

test('every task is killed, told with the reason, and new ones are dropped until the agent is empty', (t) => {
  const { world, master, containers } = running(commandTask('a', 'x'), commandTask('b', 'x'));
  master.tell(DRAIN, { config: {} });
  world.run(50);
  t.deepEqual(
    containers.signals.map(({ signal }) => signal),
    ['SIGTERM', 'SIGTERM'],
  );
  master.run(commandTask('late', 'x'));
  world.run(50);
  t.deepEqual(master.states('late'), [TASK_DROPPED]);
  t.is(master.statuses('late')[0]?.reason, REASON_AGENT_DRAINING);
  for (const id of containers.ids) containers.exit(id, { kind: 'signaled', signal: 15 });
  world.run(50);
  for (const id of ['a', 'b']) {
    t.deepEqual(master.states(id), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
    t.deepEqual(
      master.statuses(id).map(({ reason }) => reason),
      [undefined, undefined, REASON_AGENT_DRAINING, REASON_AGENT_DRAINING],
    );
  }
  world.run(1000);
  master.run(commandTask('after', 'x'));
  world.run(50);
  t.deepEqual(master.states('after'), [TASK_STARTING, TASK_RUNNING], 'it is ready for tasks again');
});

const graces: readonly [what: string, own: number | undefined, most: number | undefined, ms: number][] = [
  ['the usual one', undefined, undefined, 3000],
  ['the task’s own', 5, undefined, 5000],
  ['what the order allows, where that is less', 5, 2, 2000],
  ['the task’s own, where that is less', 1, 20, 1000],
  ['the usual one, though the order allows more', undefined, 20, 3000],
  ['none', 5, 0, 0],
];

for (const [what, own, most, ms] of graces) {
  test(`grace of a kill: ${what}`, (t) => {
    const policy = own === undefined ? {} : { kill_policy: { grace_period: { nanoseconds: own * 1e9 } } };
    const { world, master, containers } = running(commandTask('a', 'x', policy));
    master.tell(DRAIN, { config: most === undefined ? {} : { max_grace_period: seconds(most) } });
    const force = () => containers.signals.some(({ signal }) => signal !== 'SIGTERM');
    if (ms > 0) {
      world.run(ms - 100);
      t.false(force());
    }
    world.run(400);
    t.true(force());
  });
}

test('with mark_gone a task that was killed is gone, for frameworks that know the word', (t) => {
  const old = {
    ...FRAMEWORK,
    id: { value: 'old' },
    capabilities: [{ type: FrameworkInfoCapabilityType.TASK_KILLING_STATE }],
  };
  const { world, master, containers } = running(commandTask('a', 'x'));
  master.run(commandTask('o', 'x'), old);
  world.run(50);
  master.tell(DRAIN, { config: { mark_gone: true } });
  world.run(50);
  for (const id of containers.ids) containers.exit(id, { kind: 'signaled', signal: 15 });
  world.run(50);
  t.is(master.states('a').at(-1), TASK_GONE_BY_OPERATOR);
  t.is(master.states('a').at(-2), TASK_KILLING);
  // The test's master acknowledges for the usual framework alone.
  for (let at = 0; at < 3; at++) {
    for (const status of master.statuses('o').slice(-1)) master.acknowledge(status, old);
    world.run(50);
  }
  t.deepEqual(master.states('o'), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
});

test('a later order replaces an earlier one', (t) => {
  const { world, master, containers } = running(commandTask('a', 'x'));
  master.tell(DRAIN, { config: { max_grace_period: seconds(3) } });
  world.run(100);
  master.tell(DRAIN, { config: { max_grace_period: seconds(0) } });
  world.run(300);
  t.true(containers.signals.some(({ signal }) => signal !== 'SIGTERM'));
});

test('an agent that is started again goes on draining: real processes', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  master.run(
    commandTask('stubborn', 'trap "" TERM; while :; do sleep 1; done', {
      kill_policy: { grace_period: { nanoseconds: 60e9 } },
    }),
  );
  await until('it runs', () => master.states('stubborn').includes(TASK_RUNNING));
  master.tell(DRAIN, { config: { max_grace_period: seconds(2), mark_gone: true } });
  await until('it is being killed', () => master.states('stubborn').includes(TASK_KILLING));
  await agent.leave();
  const again = await realAgent(t, world, workDir, { port: String(agent.listening.node.address.port) });
  await until('it registers again', () => master.messages('mesos.internal.ReregisterSlaveMessage')[0]);
  const state = (await (await fetch(`${again.url}/state`)).json()) as { drain_config?: unknown };
  t.deepEqual(
    state.drain_config ?? 'over',
    state.drain_config === undefined ? 'over' : { max_grace_period: { nanoseconds: 2e9 }, mark_gone: true },
  );
  await until('it is gone', () => master.states('stubborn').includes(TASK_GONE_BY_OPERATOR));
  await until('the order is carried out', async () => {
    const now = (await (await fetch(`${again.url}/state`)).json()) as { drain_config?: unknown };
    return now.drain_config === undefined;
  });
});
