/** Whatever is posted to `/api/v1/scheduler`: it is answered, never with a 5xx of ours, and the master goes on. */
import test from 'ava';
import fc from 'fast-check';
import { encodeAs, type SchedulerCall, SchedulerCallType, toJsonText } from '../../../proto/index.ts';
import { frameworkInfo, TestCluster, taskInfo } from './support/cluster.ts';
import { HttpScheduler, JSON_HEADERS, PROTOBUF, request } from './support/httpScheduler.ts';

const NAME = 'mesos.v1.scheduler.Call';

/** Calls that go as far as a call can, once they are well-formed. */
function callsOf(id: string): SchedulerCall[] {
  const framework_id = { value: id };
  const operations = [{ type: 1 as const, launch: { task_infos: [taskInfo('t', 'a')] } }];
  return [
    { framework_id, type: SchedulerCallType.ACCEPT, accept: { offer_ids: [{ value: 'o' }], operations } },
    {
      framework_id,
      type: SchedulerCallType.KILL,
      kill: { task_id: { value: 't' }, agent_id: { value: 'a' } },
    },
    {
      framework_id,
      type: SchedulerCallType.UPDATE_FRAMEWORK,
      update_framework: { framework_info: frameworkInfo({ id: framework_id, failover_timeout: 5 }) },
    },
    { type: SchedulerCallType.SUBSCRIBE, subscribe: { framework_info: frameworkInfo({ name: 'other' }) } },
  ];
}

/** What is done to the bytes of a call. */
const damage = fc.record({
  which: fc.nat(3),
  binary: fc.boolean(),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
  flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
  tail: fc.uint8Array({ maxLength: 8 }),
});

function damaged(whole: Uint8Array, cut: number, flips: readonly [number, number][], tail: Uint8Array) {
  const bytes = Buffer.concat([whole.subarray(0, Math.ceil(whole.length * cut)), tail]);
  for (const [at, byte] of flips) if (bytes.length > 0) bytes[at % bytes.length] = byte;
  return bytes;
}

test('damaged calls are answered below 500, UNKNOWN with 501, and the next good one is served', (t) => {
  const cluster = new TestCluster();
  const scheduler = new HttpScheduler(cluster);
  const calls = callsOf(scheduler.id);
  fc.assert(
    fc.property(damage, ({ which, binary, cut, flips, tail }) => {
      const call = calls[which] ?? {};
      const whole = binary ? encodeAs(NAME, call) : Buffer.from(toJsonText(NAME, call));
      const stream = which === 3 ? {} : { 'mesos-stream-id': scheduler.streamId };
      const headers = { ...JSON_HEADERS, ...(binary && { 'content-type': PROTOBUF }), ...stream };
      const answer = request(cluster, { headers, body: damaged(whole, cut, flips, tail) });
      if (answer.status !== 501) {
        t.true(answer.status >= 200 && answer.status < 500, `${answer.status} ${answer.text}`);
      }
      if (answer.streamed) answer.leave();
      return scheduler.call({ type: SchedulerCallType.REVIVE }).status === 202;
    }),
    { seed: 5, numRuns: 400 },
  );
  t.deepEqual(cluster.errors, []);
});

test('bodies of any bytes are refused', (t) => {
  const cluster = new TestCluster();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (body, binary) => {
      const headers = binary ? { 'content-type': PROTOBUF } : JSON_HEADERS;
      return request(cluster, { headers, body }).status === 400;
    }),
    { seed: 5, numRuns: 300 },
  );
  t.pass();
});
