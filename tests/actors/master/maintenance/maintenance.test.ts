/** Maintenance of machines: schedules, machines down and up, inverse offers (master.md §12, v1-operator-api.md §9). */
import test from 'ava';
import {
  AllocatorInverseOfferStatusStatus as Answer,
  type InverseOffer,
  type MachineID,
  MasterCallType,
  SchedulerCallType,
  TaskState,
} from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, type Puppet, TestCluster, taskInfo } from '../support/cluster.ts';

const MACHINE: MachineID = { hostname: 'host-1', ip: '10.0.0.1' };
const OTHER: MachineID = { hostname: 'host-2', ip: '10.0.0.1' };
const START_NS = 1_900_000_000_000_000_000;

const unavailability = { start: { nanoseconds: START_NS }, duration: { nanoseconds: 3_600_000_000_000 } };

function schedule(cluster: TestCluster, ...machine_ids: MachineID[]) {
  return cluster.operate({
    type: MasterCallType.UPDATE_MAINTENANCE_SCHEDULE,
    update_maintenance_schedule: {
      schedule: { windows: machine_ids.length === 0 ? [] : [{ machine_ids, unavailability }] },
    },
  });
}

function scheduleOf(cluster: TestCluster): unknown {
  return JSON.parse(cluster.get('/maintenance/schedule').body);
}

function statusOf(cluster: TestCluster) {
  const { answer } = cluster.operate({ type: MasterCallType.GET_MAINTENANCE_STATUS });
  return answer.get_maintenance_status?.status;
}

function down(cluster: TestCluster, ...machines: MachineID[]) {
  return cluster.operate({ type: MasterCallType.START_MAINTENANCE, start_maintenance: { machines } });
}

function up(cluster: TestCluster, ...machines: MachineID[]) {
  return cluster.operate({ type: MasterCallType.STOP_MAINTENANCE, stop_maintenance: { machines } });
}

function asked(scheduler: Puppet): InverseOffer[] {
  return scheduler.all('mesos.internal.InverseOffersMessage').flatMap((each) => each.inverse_offers ?? []);
}

/** A framework with a task on the agent of MACHINE, and an agent on another machine. */
function running() {
  const cluster = new TestCluster();
  const agent = cluster.agent(5051);
  const agentId = cluster.register(agent, agentInfo('cpus:4;mem:4096', 'host-1'));
  cluster.register(cluster.agent(5052), agentInfo('cpus:4;mem:4096', 'host-2'));
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo({ failover_timeout: 1000 }));
  cluster.run(1100);
  const offer = cluster.offers(scheduler).find(({ agent_id }) => agent_id.value === agentId);
  if (offer === undefined) throw new Error('the agent was not offered');
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t', agentId)]);
  cluster.run(1100);
  return { cluster, agent, agentId, scheduler, frameworkId };
}

function answer(fixture: ReturnType<typeof running>, type: 'ACCEPT' | 'DECLINE', refuse_seconds?: number) {
  const { cluster, scheduler, frameworkId } = fixture;
  const inverse_offer_ids = asked(scheduler).map(({ id }) => id);
  const body = { inverse_offer_ids, filters: refuse_seconds === undefined ? {} : { refuse_seconds } };
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    ...(type === 'ACCEPT'
      ? { type: SchedulerCallType.ACCEPT_INVERSE_OFFERS, accept_inverse_offers: body }
      : { type: SchedulerCallType.DECLINE_INVERSE_OFFERS, decline_inverse_offers: body }),
  });
}

test('a schedule is told by both APIs, survives a failover, and ends', (t) => {
  const cluster = new TestCluster();
  t.deepEqual(scheduleOf(cluster), {});
  t.is(schedule(cluster, MACHINE, OTHER).status, 200);
  cluster.failOver();
  t.deepEqual(scheduleOf(cluster), { windows: [{ machine_ids: [MACHINE, OTHER], unavailability }] });
  t.deepEqual(
    statusOf(cluster)?.draining_machines?.map(({ id }) => id),
    [MACHINE, OTHER],
  );
  t.is(cluster.request('POST', '/maintenance/schedule', '{}').status, 200);
  t.deepEqual(scheduleOf(cluster), {});
  t.deepEqual(statusOf(cluster), {});
});

test('offers of before are taken back; those after tell of the window, and frameworks are asked to leave', (t) => {
  const fixture = running();
  const { cluster, agentId, scheduler, frameworkId } = fixture;
  scheduler.forget();
  schedule(cluster, MACHINE);
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  cluster.run(1100);
  t.deepEqual(cluster.offer(scheduler).unavailability, unavailability);
  const [inverse, ...more] = asked(scheduler);
  t.deepEqual(more, []);
  t.like(inverse, { framework_id: { value: frameworkId }, agent_id: { value: agentId }, unavailability });
  t.is(inverse?.url?.address.port, 5051);
  t.deepEqual(scheduler.last('mesos.internal.InverseOffersMessage')?.pids, ['slave(1)@10.0.0.1:5051']);
  const statuses = () => statusOf(cluster)?.draining_machines?.[0]?.statuses?.map(({ status }) => status);
  t.deepEqual(statuses(), [Answer.UNKNOWN]);
  const { answer: frameworks } = cluster.operate({ type: MasterCallType.GET_FRAMEWORKS });
  t.deepEqual(
    frameworks.get_frameworks?.frameworks?.[0]?.inverse_offers?.map(({ id }) => id),
    [inverse?.id],
  );
  cluster.run(10_000);
  t.is(asked(scheduler).length, 1, 'one at a time');
  answer(fixture, 'DECLINE', 20);
  t.deepEqual(statuses(), [Answer.DECLINE]);
  cluster.run(19_000);
  t.is(asked(scheduler).length, 1, 'not while the filter lasts');
  cluster.run(3000);
  t.is(asked(scheduler).length, 2);
  answer(fixture, 'ACCEPT', 1000);
  t.deepEqual(statuses(), [Answer.ACCEPT]);
  t.deepEqual(cluster.errors, []);
});

test('another window voids the question and its answer; the end of the schedule voids it, too', (t) => {
  const fixture = running();
  const { cluster, scheduler } = fixture;
  schedule(cluster, MACHINE);
  cluster.run(1100);
  schedule(cluster, MACHINE);
  t.is(scheduler.all('mesos.internal.RescindInverseOfferMessage').length, 0, 'nothing changed');
  answer(fixture, 'ACCEPT', 1000);
  const later = { start: { nanoseconds: START_NS + 1e9 } };
  const windows = [{ machine_ids: [MACHINE], unavailability: later }];
  cluster.request('POST', '/maintenance/schedule', JSON.stringify({ windows }));
  cluster.run(1100);
  t.deepEqual(asked(scheduler).at(-1)?.unavailability, later);
  schedule(cluster);
  const rescinded = scheduler.all('mesos.internal.RescindInverseOfferMessage');
  t.deepEqual(
    rescinded.map(({ inverse_offer_id }) => inverse_offer_id),
    [asked(scheduler).at(-1)?.id],
  );
  cluster.run(1100);
  t.is(cluster.offer(scheduler).unavailability, undefined);
  t.is(asked(scheduler).length, 2);
});

test('a framework that comes back is asked anew, and only what it was asked can be answered', (t) => {
  const fixture = running();
  const { cluster, scheduler, frameworkId } = fixture;
  schedule(cluster, MACHINE);
  cluster.run(1100);
  cluster.kill(6001);
  const again = cluster.scheduler(6002, 'scheduler-1');
  cluster.run(10);
  t.is(cluster.master.parts.inverseOffers.count, 0);
  cluster.subscribe(again, frameworkInfo({ id: { value: frameworkId } }), { force: true });
  cluster.run(1100);
  t.deepEqual([asked(scheduler).length, asked(again).length], [1, 1]);
});

test('a machine goes down: its agents are removed and refused, until it is up', (t) => {
  const { cluster, agent, agentId, scheduler } = running();
  schedule(cluster, MACHINE);
  cluster.run(1100);
  scheduler.forget();
  t.is(down(cluster, MACHINE).status, 200);
  cluster.run(10);
  t.is(agent.last('mesos.internal.ShutdownMessage')?.message, "Operator initiated 'Machine DOWN'");
  t.deepEqual(
    cluster.statuses(scheduler).map(({ state }) => state),
    [TaskState.TASK_LOST],
  );
  t.is(scheduler.all('mesos.internal.LostSlaveMessage').length, 1);
  t.deepEqual(statusOf(cluster), { down_machines: [MACHINE] });
  agent.forget();
  cluster.failOver();
  cluster.reregister(agent, agentId);
  t.is(agent.last('mesos.internal.ShutdownMessage')?.message, 'Machine is `DOWN`');
  agent.forget();
  t.throws(() => cluster.register(agent, agentInfo('cpus:4;mem:4096', 'HOST-1')), {
    message: /not registered/,
  });
  t.is(agent.last('mesos.internal.ShutdownMessage')?.message, 'Machine is `DOWN`');
  t.is(up(cluster, MACHINE).status, 200);
  t.deepEqual([statusOf(cluster), scheduleOf(cluster)], [{}, {}]);
  t.truthy(cluster.register(agent, agentInfo('cpus:4;mem:4096', 'host-1')));
  t.deepEqual(cluster.errors, []);
});

const WINDOW = JSON.stringify(unavailability);

const bad: readonly [what: string, path: string, body: string, status: number, text: RegExp][] = [
  ['no JSON', '/maintenance/schedule', '{', 400, /Failed to parse maintenance schedule request JSON/],
  [
    'no machines',
    '/maintenance/schedule',
    `{"windows":[{"unavailability":${WINDOW}}]}`,
    400,
    /has no machines/,
  ],
  [
    'no window',
    '/maintenance/schedule',
    '{"windows":[{"machine_ids":[{"hostname":"a"}]}]}',
    400,
    /unavailability/,
  ],
  [
    'a negative duration',
    '/maintenance/schedule',
    '{"windows":[{"machine_ids":[{"hostname":"a"}],"unavailability":{"start":{"nanoseconds":1},"duration":{"nanoseconds":-1}}}]}',
    400,
    /negative duration/,
  ],
  ['no name', '/maintenance/schedule', windowOf('{}'), 400, /neither 'hostname' nor 'ip'/],
  ['a bad address', '/maintenance/schedule', windowOf('{"ip":"10.0.0"}'), 400, /'10.0.0' is no IPv4 address/],
  [
    'a machine twice',
    '/maintenance/schedule',
    windowOf('{"hostname":"a"},{"hostname":"A"}'),
    400,
    /more than once/,
  ],
  ['nothing to take down', '/machine/down', '[]', 400, /^List of machines is empty$/],
  ['nothing to take up', '/machine/up', '[]', 400, /^List of machines is empty$/],
  [
    'not in the schedule',
    '/machine/down',
    '[{"hostname":"b"}]',
    400,
    /'b\/' is not part of a maintenance schedule/,
  ],
  ['not down', '/machine/up', '[{"hostname":"host-1","ip":"10.0.0.1"}]', 400, /is DRAINING, expected DOWN/],
  [
    'down already',
    '/machine/down',
    '[{"hostname":"host-2","ip":"10.0.0.1"}]',
    400,
    /is DOWN, expected DRAINING/,
  ],
  [
    'leaving out what is down',
    '/maintenance/schedule',
    windowOf('{"hostname":"a"}'),
    400,
    /is DOWN and must stay/,
  ],
  ['no list', '/machine/down', '{}', 400, /expected an array/],
];

function windowOf(machines: string): string {
  return `{"windows":[{"machine_ids":[${machines}],"unavailability":${WINDOW}}]}`;
}

for (const [what, path, body, status, text] of bad) {
  test(`refused, and nothing is changed: ${path}: ${what}`, (t) => {
    const cluster = new TestCluster();
    schedule(cluster, MACHINE, OTHER);
    down(cluster, OTHER);
    const before = [scheduleOf(cluster), statusOf(cluster)];
    const refused = cluster.request('POST', path, body);
    t.is(refused.status, status);
    t.regex(refused.body, text);
    t.deepEqual([scheduleOf(cluster), statusOf(cluster)], before);
  });
}

test('only POST takes machines down, and only GET asks for the status', (t) => {
  const cluster = new TestCluster();
  const refused = cluster.get('/machine/down');
  t.is(refused.status, 405);
  t.is(refused.body, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.");
  t.is(cluster.request('POST', '/maintenance/status', '').status, 405);
  t.is(cluster.request('DELETE', '/maintenance/schedule', '').status, 405);
});
