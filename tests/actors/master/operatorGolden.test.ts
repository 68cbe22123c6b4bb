/**
 * What a real Mesos answered operators and older tools, held against ours: status, headers, keys with their types and order. The
 * recorded session is replayed from its beginning to its end on one master; what was not recorded of it is done in between.
 */
import test from 'ava';
import {
  type MasterCall,
  MasterCallType,
  MasterEventType,
  RecordDecoder,
  TaskState,
} from '../../../proto/index.ts';
import { parseAttributes } from '../../../proto/resources/index.ts';
import { differences, exchangesOf, headOf, type Json } from '../../support/golden.ts';
import { agentInfo, frameworkInfo, TestCluster, taskInfo } from './support/cluster.ts';
import { request } from './support/httpScheduler.ts';
import { operate } from './support/operator.ts';
import { RecordedSession } from './support/recordedSession.ts';

/** Exchanges that are not replayed, and why. */
const NOT_OURS: Readonly<Record<string, string>> = {
  '001-_.json': 'the web page is another one',
  '067-SUBSCRIBE-stream.json': 'compared below, event by event',
  '019-_metrics_snapshot.json': 'compared below, name by name',
  '020-_metrics_snapshot_timeout_5secs.json': 'compared below, name by name',
};

/** Where answers are not Mesos' in every key, and why. */
const DIFFERENT: readonly RegExp[] = [
  // Flags are those that take effect here.
  /\.flags\.\w+: (Mesos has no such key|only Mesos has it)$/,
  // Of what was built there is a tag, no commit.
  /\.git_(tag: Mesos has no such key|sha: only Mesos has it|branch: only Mesos has it)$/,
  // Not a field of v1's AgentInfo: an older one of v0 shows through.
  /agent_info\.checkpoint: only Mesos has it$/,
  // Members of a map have no order.
  /\.limits: the order is/,
  // Logs go where the node's process sends them, unless the flag says otherwise.
  /\.log_dir: only Mesos has it$/,
];

/** Headers with our master's address for the recorded one. */
function atHome(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace('127.0.0.1', '10.0.0.1')]));
}

/** What the framework had done before that exchange. */
const MEANWHILE: Readonly<Record<string, (session: RecordedSession) => void>> = {
  '001-GET_STATE-with-running-task.json': (session) => session.launched(),
  '008-state-group.json': (session) => session.grouped(),
  '009-GET_OPERATIONS.json': (session) => session.operated(),
  '010-bare-GET_HEALTH.json': (session) => session.over(),
};

/** What an operator had done that is not recorded, before that exchange. */
const BETWEEN: Readonly<Record<string, (session: RecordedSession) => MasterCall>> = {
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
  const now = new RecordedSession();
  for (const [file, exchange] of recorded) {
    MEANWHILE[file]?.(now);
    const between = BETWEEN[file]?.(now);
    const before = between === undefined ? undefined : operate(now.cluster, between);
    const answer = now.replay(exchange);
    test(file, (t) => {
      const { response } = exchange;
      if (before !== undefined) t.true(before.status < 300, before.text);
      t.deepEqual(
        headOf(answer.status, answer.headers),
        headOf(response.status, atHome(response.headers)),
        answer.text,
      );
      if ((response.text ?? '') !== '') t.not(answer.text, '', 'says at least as much');
      if (typeof response.json !== 'object' || answer.headers['Content-Type'] !== 'application/json') return;
      const found = differences(JSON.parse(answer.text), response.json, file);
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
    const agent = cluster.agent();
    const agentId = cluster.register(agent, { ...agentInfo(), attributes: [...parseAttributes('rack:r1')] });
    const stream = request(cluster, {
      path: '/api/v1',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(sent.body),
    });
    const scheduler = cluster.scheduler();
    const frameworkId = cluster.subscribe(
      scheduler,
      frameworkInfo({ labels: { labels: [{ key: 'a', value: 'b' }] } }),
    );
    cluster.run(10);
    cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t', agentId)]);
    cluster.update(agent, frameworkId, 't', agentId, TaskState.TASK_RUNNING, {
      executor_id: { value: 't' },
      container_status: {
        container_id: { value: 'c' },
        network_infos: [{ ip_addresses: [{ protocol: 1, ip_address: '10.0.0.1' }] }],
        executor_pid: 7,
      },
    });
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

for (const [file, { response }] of exchangesOf('legacy-master').filter(([name]) => /^0(19|20)/.test(name))) {
  test(`every metric of Mesos is there: ${file}`, (t) => {
    const ours = new RecordedSession().cluster.masterNode.metrics.snapshot();
    const missing = Object.keys(response.json as Json).filter(
      (name) => !(name in ours) && !NOT_COUNTED.some((known) => known.test(name)),
    );
    t.deepEqual(missing, []);
  });
}
