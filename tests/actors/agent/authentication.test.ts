/** An agent with a credential authenticates before it registers (agent.md §2.3, runtime.md §7). */
import test from 'ava';
import { simulatedAgent } from './support/simulatedAgent.ts';

const AUTHENTICATE = 'mesos.internal.AuthenticateMessage';
const REGISTER = 'mesos.internal.RegisterSlaveMessage';
const credential = JSON.stringify({ principal: 'agents', secret: 'secret' });

test('it registers when the master knows who it is, and not before', (t) => {
  const { world, master, agent } = simulatedAgent({ credential });
  world.run(2000);
  t.is(agent.describe()['state'], 'authenticating.proving');
  t.deepEqual(master.messages(AUTHENTICATE), [{ pid: 'slave(1)@10.0.0.1:5051' }]);
  t.deepEqual(master.messages(REGISTER), []);
  master.secrets = new Map([['agents', 'secret']]);
  world.run(20_000);
  t.deepEqual(master.authentications, ['completed']);
  t.is(agent.describe()['state'], 'running');
});

test('unanswered attempts are repeated, each within its bounds', (t) => {
  const { world, master } = simulatedAgent({ credential, authentication_timeout_max: '8secs' });
  const times: number[] = [];
  for (let ms = 0; ms < 120_000; ms += 50) {
    world.run(50);
    while (times.length < master.messages(AUTHENTICATE).length) times.push(ms);
  }
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  t.true(waits.length > 12);
  waits.forEach((wait, attempt) => {
    const longest = Math.min(5000 + 1000 * 2 ** attempt, 8000);
    t.true(wait >= 4900 && wait <= longest + 100, `wait ${attempt} was ${wait} ms`);
  });
  t.true(new Set(waits).size > 3, 'they differ');
});

test('a wrong secret ends the agent, with the reason', (t) => {
  const { world, master, agent, ends } = simulatedAgent({ credential });
  master.secrets = new Map([['agents', 'another']]);
  world.run(2000);
  t.is(agent.describe()['state'], 'terminated');
  t.deepEqual(ends, ["the master refuses this agent: it knows no principal 'agents' with that secret"]);
  t.deepEqual(master.messages(REGISTER), []);
});

test('who is told to be disconnected authenticates before it comes back', (t) => {
  const { world, master, agent } = simulatedAgent({ credential });
  master.secrets = new Map([['agents', 'secret']]);
  world.run(5000);
  master.tell('mesos.internal.PingSlaveMessage', { connected: false });
  world.run(5000);
  t.is(agent.describe()['state'], 'running');
  t.deepEqual(master.authentications, ['completed', 'completed']);
  t.is(master.messages('mesos.internal.ReregisterSlaveMessage').length, 1);
});
