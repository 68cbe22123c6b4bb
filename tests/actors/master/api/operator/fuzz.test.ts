/** Whatever is posted to `/api/v1`: it is answered, never with a 5xx of ours, and the master goes on. */
import test from 'ava';
import fc from 'fast-check';
import { encodeAs, type MasterCall, MasterCallType, toJsonText } from '../../../../../proto/index.ts';
import { parseResources } from '../../../../../proto/resources/index.ts';
import { agentInfo, TestCluster } from '../../support/cluster.ts';
import { JSON_HEADERS, PROTOBUF, request } from '../../support/httpScheduler.ts';
import { operate } from '../../support/operator.ts';

const NAME = 'mesos.v1.master.Call';
const path = '/api/v1';

/** Calls that go as far as a call can, once they are well-formed. */
function callsOf(agentId: string): MasterCall[] {
  const agent_id = { value: agentId };
  const resources = [...parseResources('cpus:1;mem:64')];
  const machine = { hostname: 'host-1', ip: '10.0.0.1' };
  const start = { nanoseconds: 1e18 };
  return [
    { type: MasterCallType.GET_STATE },
    { type: MasterCallType.SUBSCRIBE },
    { type: MasterCallType.READ_FILE, read_file: { path: '/master/log', offset: 3, length: 4 } },
    {
      type: MasterCallType.UPDATE_WEIGHTS,
      update_weights: { weight_infos: [{ role: 'a/b', weight: 2 }] },
    },
    {
      type: MasterCallType.UPDATE_QUOTA,
      update_quota: { force: true, quota_configs: [{ role: 'q', limits: { cpus: { value: 2 } } }] },
    },
    { type: MasterCallType.RESERVE_RESOURCES, reserve_resources: { agent_id, resources } },
    {
      type: MasterCallType.UPDATE_MAINTENANCE_SCHEDULE,
      update_maintenance_schedule: {
        schedule: { windows: [{ machine_ids: [machine], unavailability: { start } }] },
      },
    },
    { type: MasterCallType.DRAIN_AGENT, drain_agent: { agent_id, max_grace_period: { seconds: 5 } } },
    { type: MasterCallType.DEACTIVATE_AGENT, deactivate_agent: { agent_id } },
    { type: MasterCallType.TEARDOWN, teardown: { framework_id: { value: 'x' } } },
  ];
}

const damage = fc.record({
  which: fc.nat(9),
  binary: fc.boolean(),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
  flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
  tail: fc.uint8Array({ maxLength: 8 }),
});

test('damaged calls are answered below 500, UNKNOWN with 501, and the next good one is served', (t) => {
  const cluster = new TestCluster();
  const agentId = cluster.register(cluster.agent(), agentInfo());
  const calls = callsOf(agentId);
  fc.assert(
    fc.property(damage, ({ which, binary, cut, flips, tail }) => {
      const call = calls[which] ?? {};
      const whole = binary ? encodeAs(NAME, call) : Buffer.from(toJsonText(NAME, call));
      const body = Buffer.concat([whole.subarray(0, Math.ceil(whole.length * cut)), tail]);
      for (const [at, byte] of flips) if (body.length > 0) body[at % body.length] = byte;
      const headers = binary ? { 'content-type': PROTOBUF } : JSON_HEADERS;
      const answer = request(cluster, { path, headers, body });
      if (answer.status !== 501)
        t.true(answer.status >= 200 && answer.status < 500, `${answer.status} ${answer.text}`);
      if (answer.streamed) answer.leave();
      return operate(cluster, { type: MasterCallType.GET_HEALTH }).status === 200;
    }),
    { seed: 5, numRuns: 500 },
  );
  t.deepEqual(cluster.errors, []);
});

test('JSON of any shape is refused or answered', (t) => {
  const cluster = new TestCluster();
  const names = Object.keys(MasterCallType);
  const shape = fc.record(
    { type: fc.constantFrom(...names), body: fc.jsonValue({ maxDepth: 4 }) },
    { requiredKeys: ['type', 'body'] },
  );
  fc.assert(
    fc.property(shape, ({ type, body }) => {
      const text = JSON.stringify({ type, [type.toLowerCase()]: body });
      const answer = request(cluster, { path, headers: JSON_HEADERS, body: text });
      if (answer.streamed) answer.leave();
      return answer.status === 501 || (answer.status >= 200 && answer.status < 500);
    }),
    { seed: 5, numRuns: 500 },
  );
  t.deepEqual(cluster.errors, []);
});

test('a body nested too deep is refused', (t) => {
  const body = `{"type":"TEARDOWN","teardown":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`;
  t.is(request(new TestCluster(), { path, headers: JSON_HEADERS, body }).status, 400);
});

test('older endpoints answer any form and query', (t) => {
  const cluster = new TestCluster();
  const paths = [
    '/teardown',
    '/reserve',
    '/weights',
    '/quota',
    '/machine/down',
    '/maintenance/schedule',
    '/tasks',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
      fc.string(),
      fc.dictionary(fc.constantFrom('limit', 'offset', 'order', 'jsonp', 'framework_id'), fc.string()),
      (at, method, body, query) => {
        const { status } = request(cluster, {
          path: at,
          method,
          headers: {},
          body,
          query: new URLSearchParams(query),
        });
        return status >= 200 && status < 500;
      },
    ),
    { seed: 5, numRuns: 500 },
  );
  t.deepEqual(cluster.errors, []);
});
