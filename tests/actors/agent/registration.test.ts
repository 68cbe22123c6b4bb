/** The agent and its master (agent.md §2.3), on a virtual clock. */
import test from 'ava';
import type { PingSlaveMessage } from '../../../proto/generated/types/internal.ts';
import type { MessageTypes } from '../../../proto/generated/types/names.ts';
import { Process } from '../../../runtime/process.ts';
import { registeredSimulation, simulatedAgent } from './support/simulatedAgent.ts';
import { commandTask, FRAMEWORK } from './support/testMaster.ts';

const REGISTER = 'mesos.internal.RegisterSlaveMessage';
const REREGISTER = 'mesos.internal.ReregisterSlaveMessage';

test('without an answer it asks again and again, waiting longer each time, a minute at most', (t) => {
  const { world, master } = simulatedAgent();
  master.answers = false;
  const times: number[] = [];
  for (let ms = 0; ms < 400_000; ms += 100) {
    world.run(100);
    while (times.length < master.messages(REGISTER).length) times.push(ms);
  }
  t.true((times[0] ?? 0) < 1000 + 100);
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  waits.forEach((wait, attempt) => {
    t.true(wait <= Math.min(2000 * 2 ** attempt, 60_000) + 200, `wait ${attempt} was ${wait} ms`);
  });
  t.true(times.length >= 8, `${times.length} attempts`);
});

test('it says what it has and keeps the id it is given', (t) => {
  const { master, agent } = registeredSimulation();
  const [message] = master.messages(REGISTER);
  t.is(message?.slave.hostname, 'host');
  t.is(message?.version, '1.12.0');
  t.deepEqual(
    message?.slave.resources?.map(({ name }) => name),
    ['cpus', 'mem', 'disk', 'ports'],
  );
  t.is(agent.describe()['state'], 'running');
  t.is(agent.describe()['id'], 'agent-S0');
  t.is(master.messages('mesos.internal.UpdateSlaveMessage').length, 1);
});

test('a master that answers twice while the id is written down makes it written once', (t) => {
  const kept: string[] = [];
  const simulation = simulatedAgent(
    { registration_backoff_factor: '10ms' },
    {
      keepInfo: (info, done) => {
        kept.push(info.id?.value ?? '');
        simulation.world.ports.clock.setTimer(500, () => done());
      },
    },
  );
  const { world, master, agent } = simulation;
  world.run(400);
  t.true(master.messages(REGISTER).length > 1);
  master.run(commandTask('early', 'true'));
  world.run(50);
  t.is(simulation.containers.ids.length, 0);
  world.run(1000);
  t.deepEqual(kept, ['agent-S0']);
  t.is(agent.describe()['state'], 'running');
  // What the master ordered meanwhile was held back, not lost.
  t.is(simulation.containers.ids.length, 1);
});

test('a ping is always answered; one that says disconnected, and silence, make it register again', (t) => {
  const { world, master } = registeredSimulation();
  const ping = (message: PingSlaveMessage) => {
    master.tell('mesos.internal.PingSlaveMessage', message);
    world.run(10);
  };
  ping({ connected: true });
  t.is(master.messages('mesos.internal.PongSlaveMessage').length, 1);
  t.is(master.messages(REREGISTER).length, 0);
  ping({ connected: false });
  world.run(1500);
  t.is(master.messages('mesos.internal.PongSlaveMessage').length, 2);
  t.is(master.messages(REREGISTER).length, 1);
  t.is(master.messages(REREGISTER)[0]?.slave.id?.value, 'agent-S0');
  for (let n = 0; n < 10; n++) {
    world.run(15_000);
    ping({ connected: true });
  }
  t.is(master.messages(REREGISTER).length, 1);
  world.run(74_000);
  t.is(master.messages(REREGISTER).length, 1);
  world.run(2500);
  t.is(master.messages(REREGISTER).length, 2);
});

test('when the link to the master breaks the agent asks again until it is answered', (t) => {
  const { world, master, agent } = registeredSimulation();
  world.network.cut({ host: '10.0.0.1', port: 5051 }, { host: '10.0.0.1', port: 5050 });
  world.run(30_000);
  t.true(String(agent.describe()['state']).startsWith('reregistering'));
  t.is(master.messages(REREGISTER).length, 0);
  world.network.heal({ host: '10.0.0.1', port: 5051 }, { host: '10.0.0.1', port: 5050 });
  world.run(60_000);
  t.true(master.messages(REREGISTER).length >= 1);
});

test('nobody but the detected master can give orders (failover.md 8)', (t) => {
  const { world, master, agent, containers } = registeredSimulation();
  class Impostor extends Process<MessageTypes> {
    say(): void {
      const framework = FRAMEWORK;
      this.send(agent.self, 'mesos.internal.RunTaskMessage', {
        framework,
        task: commandTask('evil', 'true'),
      });
      this.send(agent.self, 'mesos.internal.ShutdownMessage', {});
      this.send(agent.self, 'mesos.internal.SlaveRegisteredMessage', { slave_id: { value: 'other' } });
    }
  }
  const impostor = new Impostor('master');
  world.node(6060).spawn(impostor);
  world.settle();
  impostor.say();
  world.run(1000);
  t.is(agent.describe()['state'], 'running');
  t.is(agent.describe()['id'], 'agent-S0');
  t.is(containers.ids.length, 0);
  t.is(master.messages('mesos.internal.StatusUpdateMessage').length, 0);
});

test('a master that calls it by another id ends it', (t) => {
  const { world, master, ends } = registeredSimulation();
  master.agentId = 'agent-S1';
  master.tell('mesos.internal.SlaveReregisteredMessage', { slave_id: { value: 'agent-S1' } });
  world.run(10);
  t.is(ends.length, 1);
  t.regex(ends[0] ?? '', /agent-S1.*agent-S0/);
});

test('SIGUSR1: it unregisters and ends when nothing is left', (t) => {
  const { world, master, agent, ends } = registeredSimulation();
  agent.unregister();
  world.run(100);
  t.is(master.messages('mesos.internal.UnregisterSlaveMessage')[0]?.slave_id.value, 'agent-S0');
  t.deepEqual(ends, [undefined]);
});

test('ShutdownMessage: executors are ended, then the agent', (t) => {
  const { world, master, containers, ends } = registeredSimulation();
  master.run(commandTask('long', 'sleep 1000'));
  world.run(100);
  t.is(containers.ids.length, 1);
  master.tell('mesos.internal.ShutdownMessage', { message: 'for the test' });
  world.run(100);
  t.deepEqual(ends, []);
  t.deepEqual(
    containers.signals.map(({ signal }) => signal),
    ['SIGTERM'],
  );
  world.run(6000);
  t.deepEqual(ends, [undefined]);
});

test('tasks that the master believes here and that are not get an end', (t) => {
  const { world, master } = registeredSimulation();
  const status = { task_id: { value: 'ghost' }, state: 6 as const };
  master.tell('mesos.internal.SlaveReregisteredMessage', {
    slave_id: { value: 'agent-S0' },
    reconciliations: [
      { framework_id: { value: 'framework-0000' }, framework: FRAMEWORK, statuses: [status] },
    ],
  });
  world.run(100);
  const [said] = master.statuses('ghost');
  t.is(said?.state, 9);
  t.is(said?.reason, 9);
});
