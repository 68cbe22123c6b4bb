/** Whatever is posted to the agent's `/api/v1` and `/api/v1/executor`: it is answered, never with a 5xx of ours, and the agent goes on. */
import test from 'ava';
import fc from 'fast-check';
import {
  type AgentCall,
  AgentCallType,
  type ExecutorCall,
  ExecutorCallType,
  encodeAs,
  encodeRecord,
  toJsonText,
} from '../../../../proto/index.ts';
import { CALL, post, serve } from '../support/operatorCalls.ts';
import { registeredSimulation } from '../support/simulatedAgent.ts';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const RECORDIO = 'application/recordio';

const container_id = { value: 'child', parent: { value: 'run' } };
const agentCalls: AgentCall[] = [
  { type: AgentCallType.READ_FILE, read_file: { path: '/slave/log', offset: 1, length: 9 } },
  {
    type: AgentCallType.LAUNCH_CONTAINER,
    launch_container: { container_id, command: { value: 'true', environment: { variables: [] } } },
  },
  { type: AgentCallType.KILL_CONTAINER, kill_container: { container_id, signal: 15 } },
  { type: AgentCallType.WAIT_CONTAINER, wait_container: { container_id } },
  { type: AgentCallType.GET_CONTAINERS, get_containers: { show_nested: true } },
];

const ids = { executor_id: { value: 'e' }, framework_id: { value: 'f' } };
const status = {
  ...{ task_id: { value: 't' }, state: 1 as const, source: 2 as const },
  uuid: new Uint8Array(16).fill(68),
};
const executorCalls: ExecutorCall[] = [
  { ...ids, type: ExecutorCallType.SUBSCRIBE, subscribe: { unacknowledged_updates: [{ status }] } },
  { ...ids, type: ExecutorCallType.UPDATE, update: { status } },
  { ...ids, type: ExecutorCallType.MESSAGE, message: { data: Uint8Array.of(1, 2) } },
  { ...ids, type: ExecutorCallType.HEARTBEAT },
];

/** What is done to the bytes of a call. */
const damage = fc.record({
  which: fc.nat(agentCalls.length - 1),
  form: fc.constantFrom('json', 'protobuf', 'records'),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
  flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
  tail: fc.uint8Array({ maxLength: 8 }),
});

function damaged(whole: Uint8Array, cut: number, flips: readonly [number, number][], tail: Uint8Array) {
  const bytes = Buffer.concat([whole.subarray(0, Math.ceil(whole.length * cut)), tail]);
  for (const [at, byte] of flips) if (bytes.length > 0) bytes[at % bytes.length] = byte;
  return bytes;
}

const HEADERS: Readonly<Record<string, Record<string, string>>> = {
  json: { 'content-type': JSON_TYPE, accept: JSON_TYPE },
  protobuf: { 'content-type': PROTOBUF, accept: PROTOBUF },
  records: { 'content-type': RECORDIO, 'message-content-type': JSON_TYPE },
};

for (const [what, path, encode] of [
  [
    'the operator API',
    '/slave(1)/api/v1',
    (which: number, binary: boolean) => {
      const call = agentCalls[which] ?? {};
      return binary ? encodeAs(CALL, call) : Buffer.from(toJsonText(CALL, call));
    },
  ],
  [
    'the executor API',
    '/slave(1)/api/v1/executor',
    (which: number, binary: boolean) => {
      const call = executorCalls[which % executorCalls.length] ?? ids;
      const name = 'mesos.v1.executor.Call';
      return binary ? encodeAs(name, call) : Buffer.from(toJsonText(name, call));
    },
  ],
] as const) {
  test(`damaged calls of ${what} are answered below 500, and the next good one is served`, (t) => {
    const simulation = registeredSimulation({}, serve);
    fc.assert(
      fc.property(damage, ({ which, form, cut, flips, tail }) => {
        const call = encode(which, form === 'protobuf');
        const whole = form === 'records' ? encodeRecord(call) : call;
        const headers = HEADERS[form] ?? {};
        const answer = post(simulation, { path, headers, body: damaged(whole, cut, flips, tail) });
        if (answer.status !== 501)
          t.true(answer.status >= 200 && answer.status < 500, `${answer.status} ${answer.text}`);
        return post(simulation, {}).status === 200;
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test(`bodies of any bytes are refused by ${what}`, (t) => {
    const simulation = registeredSimulation({}, serve);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (body, binary) => {
        const headers = HEADERS[binary ? 'protobuf' : 'json'] ?? {};
        return post(simulation, { path, headers, body }).status === 400;
      }),
      { seed: 5, numRuns: 200 },
    );
    t.is(post(simulation, {}).status, 200);
  });
}
