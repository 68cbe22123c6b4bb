/**
 * What a real Mesos answered operators and older tools, held against ours: status, headers, keys with their types and order. The
 * recorded session is replayed from its beginning to its end on one master; what was not recorded of it is done in between.
 */
import test from 'ava';
import {
  AgentInfoCapabilityType,
  type ContainerStatus,
  FrameworkInfoCapabilityType,
  type MasterCall,
  MasterCallType,
  MasterEventType,
  RecordDecoder,
  TaskState,
} from '../../../proto/index.ts';
import { parseAttributes, parseResources } from '../../../proto/resources/index.ts';
import { spawnEndpoints } from '../../../runtime/endpoints/index.ts';
import { differences, type Exchange, exchangesOf, headOf, type Json } from '../../support/golden.ts';
import { agentInfo, frameworkInfo, TestCluster, taskInfo } from './support/cluster.ts';
import { type Answer, request } from './support/httpScheduler.ts';
import { operate } from './support/operator.ts';

/** Exchanges that are not replayed, and why. */
const NOT_OURS: Readonly<Record<string, string>> = {
  '001-_.json': 'the web page is another one',
  '023-_processes_.json': 'the actors of a node are our own',
  '067-SUBSCRIBE-stream.json': 'compared below, event by event',
  '019-_metrics_snapshot.json': 'compared below, name by name',
  '020-_metrics_snapshot_timeout_5secs.json': 'compared below, name by name',
};

/** Where answers are not Mesos' in every key, and why. */
const DIFFERENT: readonly RegExp[] = [
  // Flags are those that take effect here.
  /\.flags\.\w+: Mesos has no such key$/,
  // Of what was built there is a tag, no commit.
  /\.git_tag: Mesos has no such key$/,
  // The recorded framework spoke HTTP, ours is a driver; the members of a map have no order.
  /\.pid: Mesos has no such key$/,
  /\.limits: the order is/,
  // What an agent is, or a framework says, differs from the recorded one.
  /\.(attributes|ports|labels|checkpoint)\b/,
  // Amounts of resources of a moment.
  /\.(cpus|mem|disk|gpus): Mesos has no such key$/,
  /\.(offers|offered_resources|allocated_resources|inverse_offers): Mesos has no such key$/,
  // When something happened that had not happened in the recorded moment, or the other way round.
  /\.(reregistered_time|unregistered_time|drain_info|estimated_drain_start_time|estimated_drain_start_time_seconds): Mesos has no such key$/,
  // Statuses of the recorded tasks tell less, or more, of their ends.
  /\.statuses\[\]\./,
  // The order of keys in small documents of libprocess, which sorts them.
  /^\.?: the order is /,
];

interface Session {
  readonly cluster: TestCluster;
  /** Recorded ids → ours. */
  readonly translate: (text: string) => string;
  readonly agentId: string;
}

const RECORDED = 'f096210f-078d-4f25-84e9-56a220480b19';

function session(): Session {
  const cluster = new TestCluster({ work_dir: 'work' });
  spawnEndpoints(cluster.masterNode, {
    ...{ version: '1.12.0', build_date: '2026-01-01 00:00:00 UTC', build_time: 1, build_user: '' },
  });
  const agent = cluster.agent();
  agent.say('mesos.internal.RegisterSlaveMessage', {
    slave: {
      ...agentInfo('cpus:8;mem:8192;disk:20000;ports:[31000-32000]', '127.0.0.1'),
      attributes: [...parseAttributes('rack:r1;zone:z1')],
    },
    version: '1.12.0',
    agent_capabilities: Object.values(AgentInfoCapabilityType)
      .filter((type) => type !== AgentInfoCapabilityType.UNKNOWN)
      .map((type) => ({ type })),
  });
  cluster.run(5);
  const agentId = agent.last('mesos.internal.SlaveRegisteredMessage')?.slave_id.value ?? '';
  const scheduler = cluster.scheduler();
  const golden = frameworkInfo({
    name: 'golden',
    user: 'root',
    roles: ['golden'],
    failover_timeout: 60,
    checkpoint: true,
    capabilities: [
      { type: FrameworkInfoCapabilityType.MULTI_ROLE },
      { type: FrameworkInfoCapabilityType.RESERVATION_REFINEMENT },
      { type: FrameworkInfoCapabilityType.PARTITION_AWARE },
    ],
  });
  const frameworkId = cluster.subscribe(scheduler, golden);
  cluster.run(1100);
  const container_status: ContainerStatus = {
    container_id: { value: 'c1' },
    network_infos: [{ ip_addresses: [{ protocol: 1, ip_address: '10.0.0.1' }] }],
    executor_pid: 7,
  };
  cluster.launch(
    scheduler,
    frameworkId,
    cluster.offer(scheduler),
    ['g-sleep', 'g-true'].map((id) => ({
      ...taskInfo(id, agentId),
      resources: [...parseResources('cpus:0.1;mem:32').allocatedTo('golden')],
    })),
    1000,
  );
  cluster.update(agent, frameworkId, 'g-sleep', agentId, TaskState.TASK_RUNNING, { container_status });
  const uuid = cluster.update(agent, frameworkId, 'g-true', agentId, TaskState.TASK_FINISHED, {
    container_status,
  });
  cluster.acknowledge(scheduler, frameworkId, 'g-true', agentId, uuid);
  const master = cluster.master.parts.info.id;
  return { cluster, agentId, translate: (text) => text.replaceAll(RECORDED, master) };
}

function replay({ cluster, translate }: Session, { request: sent }: Exchange): Answer {
  const headers = Object.entries(sent.headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`]);
  const url = new URL(sent.path, 'http://master');
  const body = typeof sent.body === 'object' ? JSON.stringify(sent.body) : (sent.body ?? '');
  return request(cluster, {
    method: sent.method,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body: translate(body),
  });
}

/** Headers with our master's address for the recorded one. */
function atHome(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace('127.0.0.1', '10.0.0.1')]));
}

/** What was done in the recorded session and is not recorded, before that exchange. */
const BETWEEN: Readonly<Record<string, (session: Session) => MasterCall>> = {
  '051-GET_QUOTA.json': () => ({
    type: MasterCallType.UPDATE_QUOTA,
    update_quota: {
      quota_configs: [
        {
          role: 'dev',
          guarantees: { cpus: { value: 1 } },
          limits: { cpus: { value: 2 }, mem: { value: 1024 } },
        },
      ],
    },
  }),
  '057-GET_AGENTS-reserved.json': ({ agentId }) => ({
    type: MasterCallType.RESERVE_RESOURCES,
    reserve_resources: {
      agent_id: { value: agentId },
      resources: [{ name: 'cpus', type: 0, scalar: { value: 1 }, reservations: [{ type: 2, role: 'ops' }] }],
    },
  }),
  '062-GET_AGENTS-deactivated.json': ({ agentId }) => ({
    type: MasterCallType.DEACTIVATE_AGENT,
    deactivate_agent: { agent_id: { value: agentId } },
  }),
};

const recorded = [...exchangesOf('operator-master', NOT_OURS), ...exchangesOf('legacy-master', NOT_OURS)];

if (recorded.length > 0) {
  const now = session();
  for (const [file, exchange] of recorded) {
    const between = BETWEEN[file]?.(now);
    const before = between === undefined ? undefined : operate(now.cluster, between);
    const answer = replay(now, exchange);
    test(file, (t) => {
      const { response } = exchange;
      if (before !== undefined) t.true(before.status < 300, before.text);
      t.deepEqual(
        headOf(answer.status, answer.headers),
        headOf(response.status, atHome(response.headers)),
        answer.text,
      );
      if (typeof response.json !== 'object' || answer.headers['Content-Type'] !== 'application/json') return;
      const found = differences(JSON.parse(answer.text), response.json, '');
      t.deepEqual(
        found.filter((line) => !DIFFERENT.some((known) => known.test(line))),
        [],
      );
    });
  }
}

for (const [, { events = [], request: sent }] of exchangesOf('operator-master').filter(([file]) =>
  file.startsWith('067'),
)) {
  test('the events of the stream have the keys of Mesos’, in its order', (t) => {
    const cluster = new TestCluster();
    const stream = request(cluster, {
      path: '/api/v1',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(sent.body),
    });
    const agent = cluster.agent();
    const agentId = cluster.register(agent);
    const scheduler = cluster.scheduler();
    const frameworkId = cluster.subscribe(scheduler, frameworkInfo());
    cluster.run(10);
    cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t', agentId)]);
    cluster.update(agent, frameworkId, 't', agentId, TaskState.TASK_RUNNING);
    const ours = new RecordDecoder()
      .push(stream.body)
      .map((record) => JSON.parse(Buffer.from(record).toString()) as Json);
    const types = Object.keys(MasterEventType);
    for (const event of ours) {
      t.true(types.includes(String(event['type'])));
      const same = events.filter((each) => each.event['type'] === event['type']);
      if (same.length === 0) continue;
      const nearest = same
        .map((each) => differences(event, each.event, ''))
        .map((found) => found.filter((line) => !DIFFERENT.some((known) => known.test(line))))
        .sort((a, b) => a.length - b.length)[0];
      t.deepEqual(nearest, []);
    }
    t.deepEqual(
      ours.slice(0, 2).map(({ type }) => type),
      events.slice(0, 2).map(({ event }) => event['type']),
    );
  });
}

/** Metrics of Mesos that this master has not, and why. */
const NOT_COUNTED: readonly RegExp[] = [
  /^registrar\/log\//, // there is no replicated log
  /^master\/(frameworks|task_\w+)\//, // of the frameworks and tasks that were there
  /^frameworks\//,
  /^allocator\/mesos\/(quota|roles|offer_filters)\//, // of the roles that were there
  /_ms\/\w+$/, // statistics begin with the second sample
];

for (const [, { response }] of exchangesOf('legacy-master').filter(([file]) => file.startsWith('019'))) {
  test('every metric of Mesos is there', (t) => {
    const { cluster } = session();
    const ours = cluster.masterNode.metrics.snapshot();
    const missing = Object.keys(response.json as Json).filter(
      (name) => !(name in ours) && !NOT_COUNTED.some((known) => known.test(name)),
    );
    t.deepEqual(missing, []);
  });
}
