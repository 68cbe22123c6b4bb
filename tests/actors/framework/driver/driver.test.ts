/** The scheduler driver against a master that does what the test says, on a simulated network. */
import test from 'ava';
import { MesosSchedulerDriver, type Scheduler } from '../../../../actors/framework/driver/index.ts';
import {
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  SchedulerCallType,
  type TaskInfo,
  TaskState,
  TaskStatusReason,
} from '../../../../proto/index.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { simulatedWorld } from '../../../support/world.ts';
import { ScriptedMaster } from '../scriptedMaster.ts';

const framework: FrameworkInfo = { user: 'nobody', name: 'test', failover_timeout: 3600 };
const task = (id: string): TaskInfo => ({
  name: id,
  task_id: { value: id },
  agent_id: { value: 'S0' },
  command: { value: 'true' },
});

/** A world with a driver at :2, and a master at :1 once `startMaster` was called. */
function drivenWorld(options: { framework?: FrameworkInfo; explicit?: boolean } = {}) {
  const heard: string[] = [];
  const scheduler: Scheduler = {
    subscribed: (_driver, { framework_id, again }) => heard.push(`subscribed ${framework_id.value} ${again}`),
    offers: (_driver, offers) => heard.push(`offers ${offers.map((offer) => offer.id.value)}`),
    rescind: (_driver, id) => heard.push(`rescind ${id.value}`),
    inverseOffers: (of, offers) => {
      heard.push(`inverse ${offers.map(({ id }) => id.value)}`);
      of.acceptInverseOffers(offers.map(({ id }) => id));
      of.declineInverseOffers([{ value: 'I9' }], { refuse_seconds: 60 });
    },
    rescindInverseOffer: (_driver, id) => heard.push(`rescind inverse ${id.value}`),
    update: (_driver, { task_id, state, reason }) => {
      if (task_id.value === 'throwing') throw new Error('on purpose');
      heard.push(`update ${task_id.value} ${state}${reason === undefined ? '' : ` ${reason}`}`);
    },
    frameworkMessage: (_driver, { data }) => heard.push(`message ${Buffer.from(data)}`),
    failure: (_driver, { agent_id, executor_id, status }) =>
      heard.push(`failure ${[agent_id?.value, executor_id?.value, status].join(' ')}`),
    disconnected: () => heard.push('disconnected'),
    error: (_driver, message) => heard.push(`error ${message}`),
  };
  const simulated = simulatedWorld(7, mesosCodec);
  const driver = new MesosSchedulerDriver({
    id: 'scheduler-1',
    master: { host: '10.0.0.1', port: 1 },
    framework: options.framework ?? framework,
    scheduler: () => scheduler,
    explicitAcknowledgements: options.explicit ?? false,
  });
  const node = simulated.node(2);
  node.spawn(driver);
  const startMaster = () => {
    const master = new ScriptedMaster();
    const masterNode = simulated.node(1);
    masterNode.spawn(master);
    const crash = () => {
      simulated.network.drop(masterNode.address);
      void masterNode.stop();
    };
    return { master, crash };
  };
  return { ...simulated, heard, driver, own: node, startMaster };
}

test('subscribes, answers offers, acknowledges updates after the callback', (t) => {
  const { heard, driver, startMaster, run } = drivenWorld();
  const { master } = startMaster();
  run(10);
  t.deepEqual(heard, ['subscribed F-0000 false']);
  t.is(driver.state, 'subscribed');
  const offers = master.offer('cpus:2', ['S0', 'S1']);
  run(10);
  const [first, second] = offers.map((offer) => offer.id);
  if (first === undefined || second === undefined) throw new Error('two offers were made');
  driver.launch([first], [task('a')], { refuse_seconds: 1 });
  driver.decline([second]);
  run(10);
  t.deepEqual(heard.slice(1), ['offers O0,O1', 'update a 1', 'update a 2']);
  const [accept] = master.callsOf(SchedulerCallType.ACCEPT);
  t.deepEqual(accept?.framework_id, { value: 'F-0000' });
  t.deepEqual(accept?.accept?.filters, { refuse_seconds: 1 });
  t.deepEqual(master.callsOf(SchedulerCallType.DECLINE)[0]?.decline?.offer_ids, [{ value: 'O1' }]);
  t.deepEqual(
    master.callsOf(SchedulerCallType.ACKNOWLEDGE).map((call) => call.acknowledge?.task_id.value),
    ['a', 'a'],
  );
});

test('every event of the master reaches its callback', (t) => {
  const { heard, startMaster, run } = drivenWorld();
  const { master } = startMaster();
  run(10);
  const [slave_id, executor_id, framework_id] = [{ value: 'S0' }, { value: 'e' }, { value: 'F-0000' }];
  master.tell('mesos.internal.RescindResourceOfferMessage', { offer_id: { value: 'O7' } });
  master.tell('mesos.internal.LostSlaveMessage', { slave_id });
  master.tell('mesos.internal.ExitedExecutorMessage', { slave_id, executor_id, framework_id, status: 256 });
  const data = Buffer.from('hi');
  master.tell('mesos.internal.ExecutorToFrameworkMessage', { slave_id, executor_id, framework_id, data });
  run(10);
  t.deepEqual(heard.slice(1), ['rescind O7', 'failure S0  ', 'failure S0 e 256', 'message hi']);
});

test('a framework is asked to leave a machine, and answers', (t) => {
  const { heard, startMaster, run } = drivenWorld();
  const { master } = startMaster();
  run(10);
  const unavailability = { start: { nanoseconds: 1 } };
  master.tell('mesos.internal.InverseOffersMessage', {
    inverse_offers: [
      { id: { value: 'I1' }, framework_id: { value: 'F-0000' }, agent_id: { value: 'S0' }, unavailability },
    ],
    pids: ['slave(1)@10.0.0.9:5051'],
  });
  master.tell('mesos.internal.RescindInverseOfferMessage', { inverse_offer_id: { value: 'I1' } });
  run(10);
  t.deepEqual(heard.slice(1), ['inverse I1', 'rescind inverse I1']);
  t.deepEqual(
    master.callsOf(SchedulerCallType.ACCEPT_INVERSE_OFFERS).map((call) => call.accept_inverse_offers),
    [{ inverse_offer_ids: [{ value: 'I1' }] }],
  );
  t.deepEqual(
    master.callsOf(SchedulerCallType.DECLINE_INVERSE_OFFERS).map((call) => call.decline_inverse_offers),
    [{ inverse_offer_ids: [{ value: 'I9' }], filters: { refuse_seconds: 60 } }],
  );
});

test('a status of the master itself has no uuid and is not acknowledged', (t) => {
  const { heard, startMaster, run } = drivenWorld();
  const { master } = startMaster();
  run(10);
  master.answer(task('a'), { state: TaskState.TASK_UNKNOWN });
  run(10);
  t.deepEqual(heard.slice(1), ['update a 13']);
  t.deepEqual(master.callsOf(SchedulerCallType.ACKNOWLEDGE), []);
});

test('an update that the scheduler throws at is not acknowledged, so that it comes again', (t) => {
  const { startMaster, run, own } = drivenWorld();
  const { master } = startMaster();
  run(10);
  master.update(task('throwing'), { state: TaskState.TASK_RUNNING });
  run(10);
  t.deepEqual(master.callsOf(SchedulerCallType.ACKNOWLEDGE), []);
  t.is(own.handlerErrors, 1);
});

test('with explicit acknowledgements only the scheduler acknowledges', (t) => {
  const { startMaster, run, driver } = drivenWorld({ explicit: true });
  const { master } = startMaster();
  run(10);
  master.update(task('a'), { state: TaskState.TASK_RUNNING });
  run(10);
  t.deepEqual(master.callsOf(SchedulerCallType.ACKNOWLEDGE), []);
  driver.acknowledge({
    task_id: { value: 'a' },
    agent_id: { value: 'S0' },
    state: 1,
    uuid: new Uint8Array(16),
  });
  run(10);
  t.is(master.callsOf(SchedulerCallType.ACKNOWLEDGE).length, 1);
});

test('a master that is not there is tried again until it comes', (t) => {
  const { heard, startMaster, run, driver } = drivenWorld();
  run(120_000);
  t.deepEqual(heard, []);
  t.is(driver.state, 'backoff');
  const { master } = startMaster();
  run(60_000);
  t.deepEqual(heard, ['subscribed F-0000 false']);
  t.is(master.callsOf(SchedulerCallType.SUBSCRIBE).length, 1);
});

test('a master that does not answer yet is asked again', (t) => {
  const { heard, startMaster, run } = drivenWorld();
  const { master } = startMaster();
  master.answering = false;
  run(30_000);
  t.true(master.callsOf(SchedulerCallType.SUBSCRIBE).length > 2);
  master.answering = true;
  run(60_000);
  t.deepEqual(heard, ['subscribed F-0000 false']);
});

test('a lost master: disconnected, launches are dropped, and it subscribes again with its id', (t) => {
  const { heard, startMaster, run, driver } = drivenWorld({
    framework: { ...framework, capabilities: [{ type: FrameworkInfoCapabilityType.PARTITION_AWARE }] },
  });
  const first = startMaster();
  run(10);
  first.crash();
  run(5);
  t.deepEqual(heard, ['subscribed F-0000 false', 'disconnected']);
  driver.launch([{ value: 'O0' }], [task('late')]);
  run(1);
  t.is(heard.at(-1), `update late ${TaskState.TASK_DROPPED} ${TaskStatusReason.REASON_MASTER_DISCONNECTED}`);
  const { master } = startMaster();
  run(60_000);
  t.is(heard.at(-1), 'subscribed F-0000 true');
  const [subscribe] = master.callsOf(SchedulerCallType.SUBSCRIBE);
  t.deepEqual(subscribe?.framework_id, { value: 'F-0000' });
  t.deepEqual(subscribe?.subscribe?.framework_info.id, { value: 'F-0000' });
  t.false(forceOf(subscribe), 'whoever merely returns does not push a younger instance out');
});

test('a driver that begins with an id takes the framework over', (t) => {
  const { heard, startMaster, run } = drivenWorld({ framework: { ...framework, id: { value: 'F-0042' } } });
  const { master } = startMaster();
  run(10);
  t.deepEqual(heard, ['subscribed F-0042 true']);
  t.true(forceOf(master.callsOf(SchedulerCallType.SUBSCRIBE)[0]));
});

test('an error of the master aborts the driver: nothing more is sent or heard', (t) => {
  const { heard, startMaster, run, driver } = drivenWorld();
  const { master } = startMaster();
  run(10);
  master.tell('mesos.internal.FrameworkErrorMessage', { message: 'Framework failed over' });
  run(10);
  t.is(driver.state, 'aborted');
  t.deepEqual(heard.slice(1), ['error Framework failed over']);
  const before = master.calls.length;
  master.offer('cpus:1');
  driver.revive();
  run(60_000);
  t.is(master.calls.length, before);
  t.false(heard.some((line) => line.startsWith('offers')));
});

for (const failover of [false, true])
  test(`stop(${failover}): ${failover ? 'leaves the framework to another driver' : 'tears it down'}`, (t) => {
    const { heard, startMaster, run, driver, own } = drivenWorld();
    const { master } = startMaster();
    run(10);
    driver.stop(failover);
    run(10);
    t.is(master.callsOf(SchedulerCallType.TEARDOWN).length, failover ? 0 : 1);
    t.is(own.find('scheduler-1'), undefined);
    t.deepEqual(heard, ['subscribed F-0000 false']);
  });

test('messages of another master than the one spoken to are not believed', (t) => {
  const { heard, startMaster, run, own, node } = drivenWorld();
  startMaster();
  run(10);
  const stranger = new ScriptedMaster();
  node(3).spawn(stranger);
  stranger.framework = own.pid('scheduler-1');
  run(1);
  stranger.offer('cpus:1');
  stranger.tell('mesos.internal.FrameworkErrorMessage', { message: 'Framework failed over' });
  run(10);
  t.deepEqual(heard, ['subscribed F-0000 false']);
});

function forceOf(call: object | undefined): boolean {
  const { subscribe } = call as { subscribe?: { force?: boolean } };
  return subscribe?.force === true;
}
