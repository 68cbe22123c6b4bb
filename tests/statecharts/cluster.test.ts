/** Rules of the machines of the master: agent, framework, offer, operation, master. */
import test from 'ava';
import {
  type AgentEvent,
  agentMachine,
  ChartTable,
  type FrameworkEvent,
  frameworkMachine,
  isOfferable,
  LiveChart,
  masterMachine,
  type OfferEvent,
  offerMachine,
  operationMachine,
  operationStateName,
  statesOf,
} from '../../statecharts/index.ts';
import { Timers } from './support/timers.ts';

function agentAfter(types: readonly AgentEvent['type'][], clock = new Timers()) {
  const acted: string[] = [];
  const agents = new ChartTable(agentMachine, {
    clock,
    onTransition: ({ actions }) => acted.push(...actions),
  });
  agents.start('a');
  for (const type of types) agents.step('a', { type });
  return { agents, acted, clock };
}

const joined = ['REGISTER_REQUESTED', 'REGISTERED'] as const;

test('4: an agent is a member only after the registry kept it', (t) => {
  const { agents } = agentAfter(['REGISTER_REQUESTED']);
  t.false(agents.hasTag('a', 'registered'));
  agents.step('a', { type: 'REGISTERED' });
  t.true(agents.hasTag('a', 'registered'));
  t.true(isOfferable(agents, 'a'));
});

test('a lost connection rescinds offers and ends uncheckpointed tasks; coming back reconciles', (t) => {
  const { agents, acted } = agentAfter([...joined, 'CONNECTION_LOST']);
  t.deepEqual(acted, ['rescindOffers', 'loseUncheckpointedTasks']);
  t.false(isOfferable(agents, 'a'));
  agents.step('a', { type: 'REREGISTER_REQUESTED' });
  t.deepEqual(agents.step('a', { type: 'REREGISTERED' }).actions, ['reconcileTasks']);
  t.true(isOfferable(agents, 'a'));
});

test('a disconnected agent has ten minutes to come back', (t) => {
  const { agents, clock } = agentAfter([...joined, 'CONNECTION_LOST']);
  clock.advance(599_999);
  t.true(agents.matches('a', 'membership.disconnected'));
  clock.advance(1);
  t.true(agents.matches('a', 'membership.markingUnreachable'));
  t.is(clock.pending, 0);
});

test('tasks become unreachable only after the registry kept it; back again they return', (t) => {
  const { agents, acted } = agentAfter([...joined, 'PINGS_MISSED']);
  t.false(acted.includes('markTasksUnreachable'));
  t.deepEqual(agents.step('a', { type: 'UNREACHABLE_STORED' }).actions, ['markTasksUnreachable']);
  agents.step('a', { type: 'REREGISTER_REQUESTED' });
  t.deepEqual(agents.step('a', { type: 'REREGISTERED' }).actions, ['returnTasks']);
});

test('7: a gone agent never comes back', (t) => {
  const { agents } = agentAfter([...joined, 'GONE_REQUESTED', 'GONE_STORED']);
  t.true(agents.hasTag('a', 'terminal'));
  for (const type of ['REGISTER_REQUESTED', 'REGISTERED', 'REREGISTER_REQUESTED', 'REREGISTERED'] as const) {
    t.false(agents.step('a', { type }).handled);
  }
});

test('a re-registration is ignored while the registry is busy with the agent', (t) => {
  for (const request of ['PINGS_MISSED', 'GONE_REQUESTED', 'REMOVAL_REQUESTED'] as const) {
    const { agents } = agentAfter([...joined, request]);
    const { handled, changed } = agents.step('a', { type: 'REREGISTER_REQUESTED' });
    t.deepEqual([handled, changed], [true, false], request);
  }
});

test('what the operator wants of an agent outlives its absence', (t) => {
  const { agents } = agentAfter([
    'FOUND_IN_REGISTRY',
    'DRAIN_STARTED',
    'REREGISTER_REQUESTED',
    'REREGISTERED',
  ]);
  t.true(agents.hasTag('a', 'connected'));
  t.false(isOfferable(agents, 'a'));
  agents.step('a', { type: 'DRAINED' });
  t.false(isOfferable(agents, 'a'));
  agents.step('a', { type: 'REACTIVATED' });
  t.true(isOfferable(agents, 'a'));
});

test('a draining agent cannot be reactivated', (t) => {
  const { agents } = agentAfter([...joined, 'DRAIN_STARTED']);
  t.false(agents.can('a', { type: 'REACTIVATED' }));
});

function frameworkAfter(timeoutMs: number, ...types: FrameworkEvent['type'][]) {
  const clock = new Timers();
  const frameworks = new ChartTable(frameworkMachine, {
    clock,
    delays: { FAILOVER_TIMEOUT: () => timeoutMs },
  });
  frameworks.start('f');
  for (const type of types) frameworks.step('f', { type });
  return { frameworks, clock };
}

test('38: a framework lives for its failover timeout after a disconnection', (t) => {
  const month = 30 * 24 * 3600_000;
  const { frameworks, clock } = frameworkAfter(month, 'SUBSCRIBED', 'CONNECTION_LOST');
  clock.advance(month - 1);
  t.is(frameworks.value('f'), 'disconnected');
  clock.advance(1);
  t.is(frameworks.value('f'), 'completed');
});

test('a framework that came back is not removed by the old timer', (t) => {
  const { frameworks, clock } = frameworkAfter(1000, 'SUBSCRIBED', 'CONNECTION_LOST', 'SUBSCRIBED');
  clock.advance(5000);
  t.is(frameworks.value('f'), 'connected.active');
  t.is(clock.pending, 0);
});

test('a recovered framework is never removed by time', (t) => {
  const { frameworks, clock } = frameworkAfter(1000);
  clock.advance(1e9);
  t.is(frameworks.value('f'), 'recovered');
});

test('37: a completed framework cannot subscribe', (t) => {
  const { frameworks } = frameworkAfter(1000, 'SUBSCRIBED', 'TORN_DOWN');
  t.false(frameworks.can('f', { type: 'SUBSCRIBED' }));
});

test('39: every way away from a subscription discards the offers', (t) => {
  for (const type of ['SUBSCRIBED', 'DEACTIVATED', 'CONNECTION_LOST', 'TORN_DOWN'] as const) {
    const { frameworks } = frameworkAfter(1000, 'SUBSCRIBED');
    t.true(frameworks.step('f', { type }).actions.includes('discardOffers'), type);
  }
});

test('40: an offer is answered once', (t) => {
  const answers: OfferEvent['type'][] = ['ACCEPTED', 'DECLINED', 'RESCINDED', 'TIMED_OUT', 'AGENT_LOST'];
  for (const first of answers) {
    const offers = new ChartTable(offerMachine);
    offers.start('o');
    t.true(offers.step('o', { type: first }).changed);
    for (const second of answers) t.false(offers.step('o', { type: second }).handled, `${first}, ${second}`);
  }
});

test('only an accepted offer does not give its resources back', (t) => {
  const offers = new ChartTable(offerMachine);
  for (const type of ['ACCEPTED', 'DECLINED', 'RESCINDED', 'INVALIDATED', 'FRAMEWORK_LOST'] as const) {
    offers.start(type);
    t.is(offers.step(type, { type }).actions.includes('recoverResources'), type !== 'ACCEPTED');
  }
});

test('operations end once, come back from unreachable, and every state before the last has a name', (t) => {
  const operations = new ChartTable(operationMachine);
  operations.start('o');
  operations.step('o', { type: 'AGENT_UNREACHABLE' });
  t.is(operations.step('o', { type: 'UPDATE_PENDING' }).value, 'pending');
  operations.step('o', { type: 'UPDATE_FINISHED' });
  t.false(operations.step('o', { type: 'UPDATE_FAILED' }).handled);
  t.true(operations.hasTag('o', 'terminal'));
  t.is(operations.step('o', { type: 'ACKNOWLEDGED' }).value, 'acknowledged');
  for (const { path } of statesOf(operationMachine)) {
    if (path === 'acknowledged') continue;
    t.regex(operationStateName(path), /^OPERATION_[A-Z_]+$/);
  }
  t.throws(() => operationStateName('x'), { message: /has no state x/ });
});

test('a leading master counts its agents back and then is settled', (t) => {
  const clock = new Timers();
  const master = new LiveChart(masterMachine, { clock });
  master.send({ type: 'CONTENDING' });
  master.send({ type: 'ELECTED' });
  t.false(master.hasTag('leading'));
  master.send({ type: 'REGISTRY_RECOVERED', agents: 2 });
  t.is(master.value, 'leading.awaitingAgents');
  master.send({ type: 'RECOVERED_AGENTS_SETTLED', count: 1 });
  t.deepEqual(
    [master.context.settled, master.context.agents, master.value],
    [1, 2, 'leading.awaitingAgents'],
  );
  master.send({ type: 'RECOVERED_AGENTS_SETTLED', count: 1 });
  t.is(master.value, 'leading.settled');
  t.is(clock.pending, 0);
});

test('agents that stay away are given up in time; an empty registry awaits nobody', (t) => {
  const clock = new Timers();
  const given: string[] = [];
  const master = new LiveChart(masterMachine, {
    clock,
    actions: { giveUpMissingAgents: ({ context }) => given.push(`${context.settled} of ${context.agents}`) },
  });
  for (const type of ['CONTENDING', 'ELECTED'] as const) master.send({ type });
  master.send({ type: 'REGISTRY_RECOVERED', agents: 3 });
  master.send({ type: 'RECOVERED_AGENTS_SETTLED', count: 1 });
  clock.advance(600_000);
  t.deepEqual([master.value, given], ['leading.settled', ['1 of 3']]);
});

test('5: a deposed master ends and never leads again', (t) => {
  const master = new LiveChart(masterMachine, { clock: new Timers() });
  for (const type of ['CONTENDING', 'ELECTED'] as const) master.send({ type });
  master.send({ type: 'REGISTRY_RECOVERED', agents: 0 });
  master.send({ type: 'DEPOSED' });
  t.deepEqual([master.value, master.context.reason], ['stopping', 'lost leadership']);
  t.false(master.can({ type: 'ELECTED' }));
  master.send({ type: 'ENDED' });
  t.true(master.done);
});
