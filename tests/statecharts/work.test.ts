/** Rules of the machines that carry work: agent process, executor, container, update stream, drivers, link, job. */
import test from 'ava';
import {
  agentProcessMachine,
  ChartTable,
  commandTaskMachine,
  containerMachine,
  executorDriverMachine,
  executorMachine,
  type JobEvent,
  jobEvent,
  jobMachine,
  LiveChart,
  linkMachine,
  registrationBackoffMaxMs,
  schedulerDriverMachine,
  subscriptionBackoffMaxMs,
  updateStreamMachine,
} from '../../statecharts/index.ts';
import { Timers } from './support/timers.ts';

function jobAfter(retries: number, ...types: JobEvent['type'][]) {
  const jobs = new ChartTable(jobMachine, { clock: new Timers() });
  jobs.start('j', { retries });
  for (const type of types) jobs.step('j', { type });
  return jobs;
}

test('JP-10: a job that always fails has four attempts with three retries', (t) => {
  const jobs = jobAfter(3);
  let launches = 0;
  while (jobs.value('j') === 'pending') {
    jobs.step('j', { type: 'LAUNCHED' });
    jobs.step('j', { type: 'ATTEMPT_FAILED' });
    launches++;
  }
  t.deepEqual([launches, jobs.value('j'), jobs.context('j')?.attempts], [4, 'failed', 4]);
});

test('JP-11, JP-14: what an update means for its job', (t) => {
  const table: [string, string | undefined, string | undefined][] = [
    ['TASK_STAGING', undefined, undefined],
    ['TASK_STARTING', undefined, undefined],
    ['TASK_KILLING', undefined, undefined],
    ['TASK_RUNNING', undefined, 'STARTED'],
    ['TASK_FINISHED', undefined, 'SUCCEEDED'],
    ['TASK_FAILED', 'REASON_COMMAND_EXECUTOR_FAILED', 'ATTEMPT_FAILED'],
    ['TASK_KILLED', undefined, 'ATTEMPT_FAILED'],
    ['TASK_KILLED', 'REASON_AGENT_DRAINING', 'ATTEMPT_LOST'],
    ['TASK_ERROR', 'REASON_TASK_INVALID', 'REJECTED'],
    ['TASK_LOST', 'REASON_CONTAINER_UPDATE_FAILED', 'ATTEMPT_FAILED'],
    ['TASK_LOST', 'REASON_AGENT_REMOVED', 'ATTEMPT_LOST'],
    ['TASK_GONE', undefined, 'ATTEMPT_FAILED'],
    ['TASK_GONE', 'REASON_AGENT_RESTARTED', 'ATTEMPT_LOST'],
    ['TASK_DROPPED', 'REASON_INVALID_OFFERS', 'ATTEMPT_LOST'],
    ['TASK_GONE_BY_OPERATOR', undefined, 'ATTEMPT_LOST'],
    ['TASK_UNKNOWN', undefined, 'ATTEMPT_LOST'],
    ['TASK_UNREACHABLE', undefined, 'AGENT_UNREACHABLE'],
  ];
  for (const [state, reason, expected] of table) {
    t.is(jobEvent({ state, reason })?.type, expected as JobEvent['type'] | undefined, `${state} ${reason}`);
  }
  const message = 'Command exited with status 127';
  t.is(jobEvent({ state: 'TASK_FAILED', message })?.type, 'REJECTED');
  t.is(jobEvent({ state: 'TASK_FAILED', message: 'Command exited with status 1' })?.type, 'ATTEMPT_FAILED');
});

test('JP-12: the end of a job is never left', (t) => {
  for (const end of ['SUCCEEDED', 'REJECTED'] as const) {
    const jobs = jobAfter(3, 'LAUNCHED', 'STARTED', end);
    t.true(jobs.done('j'));
    for (const type of ['SUCCEEDED', 'ATTEMPT_FAILED', 'ATTEMPT_LOST', 'LAUNCHED'] as const) {
      t.false(jobs.step('j', { type }).handled);
    }
  }
});

test('JP-13: the kill of its user fails a job at once, wherever it is', (t) => {
  t.is(jobAfter(3, 'KILL_REQUESTED').value('j'), 'failed');
  const running = jobAfter(3, 'LAUNCHED', 'STARTED');
  t.deepEqual(running.step('j', { type: 'KILL_REQUESTED' }).actions, ['killTask']);
  t.is(running.value('j'), 'failed');
});

test('JP-14: a lost attempt costs no retry', (t) => {
  const jobs = jobAfter(0, 'LAUNCHED', 'ATTEMPT_LOST', 'LAUNCHED', 'STARTED', 'ATTEMPT_LOST');
  t.deepEqual([jobs.value('j'), jobs.context('j')?.retriesLeft], ['pending', 0]);
});

test('JP-11: an unreachable attempt is waited for, then given up', (t) => {
  const clock = new Timers();
  const jobs = new ChartTable(jobMachine, { clock, delays: { UNREACHABLE_TIMEOUT: 100 } });
  jobs.start('j', { retries: 1 });
  for (const type of ['LAUNCHED', 'STARTED', 'AGENT_UNREACHABLE', 'STARTED'] as const)
    jobs.step('j', { type });
  clock.advance(1000);
  t.is(jobs.value('j'), 'running');
  jobs.step('j', { type: 'AGENT_UNREACHABLE' });
  clock.advance(100);
  t.is(jobs.value('j'), 'pending');
});

test('21–23: an update goes out when it is on disk, again after 10 s, 20 s … 10 min', (t) => {
  const clock = new Timers();
  const sent: number[] = [];
  let now = 0;
  const streams = new ChartTable(updateStreamMachine, { clock, actions: { forward: () => sent.push(now) } });
  streams.start('s');
  streams.step('s', { type: 'UPDATE_RECEIVED' });
  t.deepEqual(sent, []);
  t.deepEqual(streams.step('s', { type: 'RECORDED' }).actions, ['acknowledgeExecutor', 'forward']);
  for (now = 10; now <= 3000; now += 10) clock.advance(10_000);
  t.deepEqual(sent, [0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430]);
});

test('22, 26: the next update goes out when the head is acknowledged on disk; the terminal one ends the stream', (t) => {
  const streams = new ChartTable(updateStreamMachine, { clock: new Timers() });
  streams.start('s');
  for (const type of ['RECORDED', 'RECORDED', 'ACKNOWLEDGED'] as const) streams.step('s', { type });
  const next = streams.step('s', { type: 'ACK_RECORDED', terminal: false });
  t.deepEqual([next.value, next.actions], ['forwarding', ['forward']]);
  streams.step('s', { type: 'ACKNOWLEDGED' });
  t.deepEqual(streams.step('s', { type: 'ACK_RECORDED', terminal: true }).actions, ['closeStream']);
  t.true(streams.done('s'));
});

test('27: a paused stream sends nothing, and its head first when it goes on', (t) => {
  const clock = new Timers();
  const streams = new ChartTable(updateStreamMachine, { clock });
  streams.start('s');
  for (const type of ['PAUSED', 'RECORDED', 'RECORDED'] as const) streams.step('s', { type });
  clock.advance(3_600_000);
  t.is(streams.value('s'), 'paused.waiting');
  t.deepEqual(streams.step('s', { type: 'RESUMED' }).actions, ['forward']);
  t.is(streams.context('s')?.queued, 2);
});

test('an acknowledgement that reaches the disk during a pause is not lost', (t) => {
  const streams = new ChartTable(updateStreamMachine, { clock: new Timers() });
  streams.start('s');
  for (const type of ['RECORDED', 'ACKNOWLEDGED', 'PAUSED'] as const) streams.step('s', { type });
  streams.step('s', { type: 'ACK_RECORDED', terminal: false });
  t.is(streams.step('s', { type: 'RESUMED' }).value, 'idle');
});

test('44: an executor that does not register within a minute of its launch is destroyed', (t) => {
  const clock = new Timers();
  const acted: string[] = [];
  const executors = new ChartTable(executorMachine, {
    clock,
    onTransition: ({ actions }) => acted.push(...actions),
  });
  executors.start('e');
  clock.advance(3_600_000);
  t.is(executors.value('e'), 'registering.launching');
  executors.step('e', { type: 'LAUNCHED' });
  clock.advance(60_000);
  t.is(executors.value('e'), 'terminating.destroying');
  t.deepEqual(acted, ['blameRegistrationTimeout', 'destroyContainer']);
});

test('an executor that is asked to end gets its grace period, then is destroyed', (t) => {
  const clock = new Timers();
  const executors = new ChartTable(executorMachine, { clock, delays: { SHUTDOWN_GRACE: 50 } });
  executors.start('e');
  for (const type of ['LAUNCHED', 'REGISTERED'] as const) executors.step('e', { type });
  t.deepEqual(executors.step('e', { type: 'SHUTDOWN_REQUESTED' }).actions, ['sendShutdown']);
  clock.advance(50);
  t.is(executors.value('e'), 'terminating.destroying');
  t.deepEqual(executors.step('e', { type: 'CONTAINER_ENDED' }).actions, ['concludeTasks']);
});

test('a container that is given up during a step waits for that step before it is killed', (t) => {
  const containers = new ChartTable(containerMachine);
  containers.start('c');
  for (const type of ['NO_IMAGE_NEEDED', 'PREPARED', 'DESTROY_REQUESTED'] as const) {
    containers.step('c', { type });
  }
  t.is(containers.value('c'), 'destroying.awaitingStep');
  t.deepEqual(containers.step('c', { type: 'STEP_ENDED' }).actions, ['killProcesses']);
});

test('a command that ignores SIGTERM is killed after the grace, and again until it is gone', (t) => {
  const clock = new Timers();
  const acted: string[] = [];
  const tasks = new ChartTable(commandTaskMachine, {
    clock,
    onTransition: ({ actions }) => acted.push(...actions),
  });
  tasks.start('t');
  for (const type of ['STARTED', 'KILL_REQUESTED'] as const) tasks.step('t', { type });
  clock.advance(3000);
  clock.advance(1000);
  tasks.step('t', { type: 'EXITED' });
  t.deepEqual(acted, ['reportRunning', 'reportKilling', 'sendTerm', 'sendKill', 'sendKill', 'reportEnd']);
  t.deepEqual([tasks.context('t')?.cause, clock.pending], ['kill', 0]);
});

test('a shortened grace starts the wait anew with what the owner gives; a second kill alone does not', (t) => {
  const clock = new Timers();
  let grace = 60_000;
  const tasks = new ChartTable(commandTaskMachine, { clock, delays: { GRACE: () => grace } });
  tasks.start('t');
  for (const type of ['STARTED', 'KILL_REQUESTED', 'KILL_REQUESTED'] as const) tasks.step('t', { type });
  grace = 1000;
  tasks.step('t', { type: 'KILL_REQUESTED' });
  clock.advance(2000);
  t.is(tasks.value('t'), 'terminating');
  t.deepEqual(tasks.step('t', { type: 'GRACE_SHORTENED' }).actions, []);
  clock.advance(1000);
  t.is(tasks.value('t'), 'killing');
});

test('16: a task killed before its command started never runs', (t) => {
  const tasks = new ChartTable(commandTaskMachine, { clock: new Timers() });
  tasks.start('t');
  for (const type of ['KILL_REQUESTED', 'STARTED', 'EXITED'] as const) {
    t.false(tasks.step('t', { type }).actions.includes('reportRunning'));
  }
  t.deepEqual([tasks.value('t'), tasks.context('t')?.cause], ['done', 'kill']);
});

test('the back-off of agent and scheduler doubles up to a minute', (t) => {
  t.deepEqual(
    [0, 1, 2, 5, 6, 16].map((n) => registrationBackoffMaxMs(n, 1000)),
    [1000, 2000, 4000, 32_000, 60_000, 60_000],
  );
  t.is(subscriptionBackoffMaxMs(1), 2000);
  t.is(subscriptionBackoffMaxMs(16), 60_000);
  t.is(subscriptionBackoffMaxMs(16, 100_000), 10_000);
});

test('an agent asks again and again until it is registered; then updates flow', (t) => {
  const clock = new Timers();
  let asked = 0;
  const agent = new LiveChart(agentProcessMachine, {
    clock,
    input: { hasId: false, hasCredential: false },
    actions: { sendRegister: () => asked++ },
  });
  agent.send({ type: 'RECOVERED' });
  agent.send({ type: 'MASTER_DETECTED' });
  clock.advance(1000 + 2000 + 4000);
  t.is(asked, 3);
  t.deepEqual(agent.send({ type: 'REGISTERED' }).actions, ['resumeUpdates']);
  agent.send({ type: 'MASTER_LOST' });
  agent.send({ type: 'MASTER_DETECTED' });
  t.is(agent.value, 'reregistering.waiting');
});

test('a scheduler driver that is refused waits longer each time and starts afresh with a new master', (t) => {
  const clock = new Timers();
  const driver = new LiveChart(schedulerDriverMachine, { input: { hasCredential: false }, clock });
  driver.send({ type: 'MASTER_DETECTED' });
  for (const failures of [1, 2, 3]) {
    driver.send({ type: 'CONNECTED' });
    driver.send({ type: 'SUBSCRIBE_REFUSED' });
    t.is(driver.context.failures, failures);
    clock.advance(1000 * 2 ** failures - 1);
    t.is(driver.value, 'backoff');
    clock.advance(1);
    t.is(driver.value, 'connecting');
  }
  driver.send({ type: 'MASTER_DETECTED' });
  t.is(driver.context.failures, 0);
});

test('an executor without checkpointing ends with its agent, one with it waits a quarter of an hour', (t) => {
  const clock = new Timers();
  const driver = (checkpoint: boolean) => {
    const chart = new LiveChart(executorDriverMachine, { clock, input: { checkpoint } });
    for (const type of ['CONNECTED', 'SUBSCRIBED', 'CONNECTION_LOST'] as const) chart.send({ type });
    return chart;
  };
  t.is(driver(false).value, 'shuttingDown');
  const waiting = driver(true);
  for (let tries = 0; tries < 10; tries++) {
    clock.advance(2000);
    t.is(waiting.value, 'recovering.connecting');
    waiting.send({ type: 'CONNECTION_LOST' });
  }
  waiting.send({ type: 'RECONNECT_ASKED' });
  clock.advance(880_000 - 1);
  t.is(waiting.value, 'recovering.connecting');
  clock.advance(1);
  t.is(waiting.value, 'shuttingDown');
});

test('a link that breaks says why and tells its linkers; one that is replaced tells nobody', (t) => {
  const link = () => {
    const chart = new LiveChart(linkMachine, { clock: new Timers() });
    for (const type of ['CONNECTED', 'HANDSHAKE_DONE'] as const) chart.send({ type });
    return chart;
  };
  const broken = link();
  t.deepEqual(broken.send({ type: 'SOCKET_LOST', reason: 'reset' }).actions, ['closeSocket', 'announceExit']);
  t.is(broken.context.reason, 'reset');
  const replaced = link();
  t.deepEqual(replaced.send({ type: 'REPLACED' }).actions, ['closeSocket']);
  t.is(replaced.context.reason, 'replaced by a new link');
});
