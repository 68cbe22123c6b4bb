/** Who may register at a master that asks for authentication (master.md §2.3, §5.1, §14; runtime.md §7). */
import test from 'ava';
import { Authenticatee, type AuthenticateeOutcome } from '../../../actors/authentication/authenticatee.ts';
import { MesosSchedulerDriver } from '../../../actors/framework/driver/index.ts';
import { SchedulerCallType } from '../../../proto/index.ts';
import { agentInfo, frameworkInfo, type Puppet, TestCluster } from './support/cluster.ts';

const credentials = JSON.stringify({
  credentials: [
    { principal: 'ann', secret: 'of ann' },
    { principal: 'agents', secret: 'of agents' },
  ],
});
const asking = { credentials, authenticate_agents: 'true', authenticate_frameworks: 'true' };

/** The process proves to be somebody, or tries to. @returns how it ended, once it has */
function authenticate(cluster: TestCluster, client: Puppet, principal: string, secret = `of ${principal}`) {
  const outcomes: AuthenticateeOutcome[] = [];
  const { node } = client;
  const id = node.generateId('crammd5-authenticatee');
  const [master, ended] = [cluster.master.self, (each: AuthenticateeOutcome) => void outcomes.push(each)];
  node.spawn(
    new Authenticatee({ id, master, client: client.self, credential: { principal, secret }, ended }),
  );
  cluster.run(5);
  return outcomes;
}

const registered = (agent: Puppet): number => agent.all('mesos.internal.SlaveRegisteredMessage').length;

test('an agent is let in when it has proved who it is, and is not when it has not', (t) => {
  const cluster = new TestCluster(asking);
  const agent = cluster.agent();
  const message = { slave: agentInfo(), version: '1.12.0' };
  agent.say('mesos.internal.RegisterSlaveMessage', message);
  cluster.run(100);
  t.is(agent.heard.length, 0);
  t.deepEqual(authenticate(cluster, agent, 'agents', 'a guess')[0]?.kind, 'failed');
  agent.say('mesos.internal.RegisterSlaveMessage', message);
  cluster.run(100);
  t.is(registered(agent), 0);
  t.deepEqual(authenticate(cluster, agent, 'agents')[0]?.kind, 'completed');
  const id = cluster.register(agent);
  t.is(cluster.masterNode.metrics.snapshot()['master/messages_authenticate'], 2);
  // With its connection goes what is known of it.
  cluster.kill(5051);
  cluster.run(100);
  const again = cluster.agent();
  cluster.reregister(again, id);
  t.is(again.all('mesos.internal.SlaveReregisteredMessage').length, 0);
  authenticate(cluster, again, 'agents');
  cluster.reregister(again, id);
  t.is(again.all('mesos.internal.SlaveReregisteredMessage').length, 1);
});

test('what is said in the name of an agent from elsewhere is not heard', (t) => {
  const cluster = new TestCluster(asking);
  const agent = cluster.agent();
  authenticate(cluster, agent, 'agents');
  const id = cluster.register(agent);
  const other = cluster.agent(5052);
  const before = cluster.masterNode.metrics.snapshot()['master/dropped_messages'];
  other.say('mesos.internal.UpdateSlaveMessage', { slave_id: { value: id } });
  cluster.run(5);
  t.is(cluster.masterNode.metrics.snapshot()['master/dropped_messages'], Number(before) + 1);
  t.is(cluster.masterNode.metrics.snapshot()['master/messages_update_slave'], 0);
  // Nor from an agent that is known, but is another one.
  authenticate(cluster, other, 'agents');
  const otherId = cluster.register(other);
  other.say('mesos.internal.UpdateSlaveMessage', { slave_id: { value: id } });
  cluster.run(5);
  t.is(cluster.masterNode.metrics.snapshot()['master/messages_update_slave'], 0);
  other.say('mesos.internal.UpdateSlaveMessage', { slave_id: { value: otherId } });
  cluster.run(5);
  t.is(cluster.masterNode.metrics.snapshot()['master/messages_update_slave'], 1);
});

test('--acls of agents are about the principal that was proved', (t) => {
  const acls = JSON.stringify({
    permissive: false,
    register_agents: [{ principals: { values: ['agents'] }, agents: { type: 'ANY' } }],
  });
  const cluster = new TestCluster({ ...asking, acls });
  const [one, other] = [cluster.agent(5051), cluster.agent(5052)];
  authenticate(cluster, one, 'ann');
  one.say('mesos.internal.RegisterSlaveMessage', { slave: agentInfo(), version: '1.12.0' });
  cluster.run(100);
  t.is(registered(one), 0);
  authenticate(cluster, other, 'agents');
  t.truthy(cluster.register(other));
});

const subscribe = (cluster: TestCluster, scheduler: Puppet, principal?: string): string | undefined => {
  scheduler.forget();
  const framework_info = { ...frameworkInfo(), ...(principal !== undefined && { principal }) };
  cluster.call(scheduler, { type: SchedulerCallType.SUBSCRIBE, subscribe: { framework_info } });
  return scheduler.last('mesos.internal.FrameworkErrorMessage')?.message;
};

test('a framework must be authenticated, and the one that it calls itself', (t) => {
  const cluster = new TestCluster(asking);
  const scheduler = cluster.scheduler();
  t.regex(subscribe(cluster, scheduler, 'ann') ?? '', /scheduler-1@10.0.0.1:6001 is not authenticated/);
  authenticate(cluster, scheduler, 'agents');
  t.regex(
    subscribe(cluster, scheduler, 'ann') ?? '',
    /'ann' does not equal authenticated principal 'agents'/,
  );
  t.is([...cluster.master.parts.frameworks.all()].length, 0);
  authenticate(cluster, scheduler, 'ann');
  t.is(subscribe(cluster, scheduler, 'ann'), undefined);
  // One that names none has the one that it has proved to be.
  const other = cluster.scheduler(6002);
  authenticate(cluster, other, 'agents');
  t.is(subscribe(cluster, other), undefined);
  const principals = [...cluster.master.parts.frameworks.all()].map(
    ({ description }) => description.info.principal,
  );
  t.deepEqual(principals, ['ann', 'agents']);
});

test('whoever is authenticated cannot lie about it, even where nobody has to be', (t) => {
  const cluster = new TestCluster({ credentials });
  const [one, other] = [cluster.scheduler(), cluster.scheduler(6002)];
  t.is(subscribe(cluster, one, 'whoever'), undefined);
  authenticate(cluster, other, 'ann');
  t.regex(subscribe(cluster, other, 'bob') ?? '', /does not equal/);
});

test('a registration that comes while the authentication goes on waits for it', (t) => {
  const cluster = new TestCluster(asking);
  const [agent, scheduler] = [cluster.agent(), cluster.scheduler()];
  agent.say('mesos.internal.AuthenticateMessage', { pid: agent.self.toUpid() });
  scheduler.say('mesos.internal.AuthenticateMessage', { pid: scheduler.self.toUpid() });
  agent.say('mesos.internal.RegisterSlaveMessage', { slave: agentInfo(), version: '1.12.0' });
  t.is(subscribe(cluster, scheduler, 'ann'), undefined, 'it waits');
  cluster.run(100);
  t.is(agent.heard.length + scheduler.heard.length, 0);
  // They begin anew, this time in earnest.
  authenticate(cluster, agent, 'agents');
  authenticate(cluster, scheduler, 'ann');
  cluster.run(100);
  t.is(registered(agent), 1);
  t.truthy(scheduler.last('mesos.internal.FrameworkRegisteredMessage'));
});

test('an authentication that takes too long is given up, with what waited for it', (t) => {
  const cluster = new TestCluster({ ...asking, authentication_v0_timeout: '2secs' });
  const agent = cluster.agent();
  agent.say('mesos.internal.AuthenticateMessage', { pid: agent.self.toUpid() });
  agent.say('mesos.internal.RegisterSlaveMessage', { slave: agentInfo(), version: '1.12.0' });
  cluster.run(1900);
  const sessions = () => cluster.masterNode.list().filter(({ pid }) => pid.id.startsWith('crammd5')).length;
  t.is(sessions(), 1);
  cluster.run(200);
  t.is(sessions(), 0);
  t.is(agent.heard.length, 0);
  agent.say('mesos.internal.RegisterSlaveMessage', { slave: agentInfo(), version: '1.12.0' });
  cluster.run(100);
  t.is(registered(agent), 0);
});

test('nobody authenticates for a process of another node, nor at a master without credentials', (t) => {
  const cluster = new TestCluster(asking);
  const [agent, rogue] = [cluster.agent(), cluster.agent(5052)];
  authenticate(cluster, agent, 'agents');
  rogue.say('mesos.internal.AuthenticateMessage', { pid: agent.self.toUpid() });
  cluster.run(5);
  t.is(cluster.master.parts.authentication.principalOf(agent.self), 'agents');
  const without = new TestCluster();
  const [outcome] = authenticate(without, without.agent(), 'agents');
  t.deepEqual(outcome, { kind: 'error', why: 'No authenticator loaded' });
});

test('a driver with a credential subscribes, and again at the next leader', (t) => {
  const cluster = new TestCluster({ ...asking, agent_reregister_timeout: '10mins' });
  const heard: string[] = [];
  const flags = {
    authentication_backoff_factor: 100,
    authentication_timeout_min: 500,
    authentication_timeout_max: 5000,
  };
  const driverOf = (id: string, secret: string): MesosSchedulerDriver =>
    new MesosSchedulerDriver({
      id,
      master: { host: '10.0.0.1', port: 5050 },
      framework: { ...frameworkInfo(), principal: 'ann' },
      authentication: { ...flags, credential: { principal: 'ann', secret } },
      scheduler: () => ({
        subscribed: (_driver, { again }) => heard.push(`subscribed ${again}`),
        disconnected: () => heard.push('disconnected'),
        error: (_driver, message) => heard.push(`error ${message}`),
        offers: () => undefined,
        update: () => undefined,
      }),
    });
  const driver = driverOf('scheduler-1', 'of ann');
  cluster.world.node(6001).spawn(driver);
  cluster.run(1000);
  t.deepEqual(heard, ['subscribed false']);
  cluster.failOver();
  cluster.run(30_000);
  t.deepEqual(heard, ['subscribed false', 'disconnected', 'subscribed true']);
  t.is(cluster.master.parts.authentication.principalOf(driver.self), 'ann');
  const wrong = driverOf('scheduler-2', 'a guess');
  cluster.world.node(6002).spawn(wrong);
  cluster.run(1000);
  t.is(wrong.state, 'aborted');
  t.regex(heard.at(-1) ?? '', /^error the authentication was refused: it knows no principal 'ann'/);
});
