/** `/api/v1` of the agent: what is refused, and what the calls that only tell answer. */
import test from 'ava';
import { AgentCallType, encodeAs, encodeRecord, TaskState, toJsonText } from '../../../../proto/index.ts';
import { ask, CALL, JSON_HEADERS, post, serve } from '../support/operatorCalls.ts';
import { registeredSimulation, type SimulatedAgent } from '../support/simulatedAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const RECORDIO = 'application/recordio';
const record = (text: string) => encodeRecord(text);

for (const [what, sent, status, text] of [
  ['another method', { method: 'GET' }, 405, /POST/],
  ['no content type', { headers: {} }, 400, /'Content-Type'/],
  ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, /recordio/],
  ['records of no type', { headers: { 'content-type': RECORDIO } }, 400, /Message-Content-Type/],
  [
    'records of another type',
    { headers: { 'content-type': RECORDIO, 'message-content-type': 'text/plain' } },
    415,
    /Message-Content-Type/,
  ],
  [
    'a record type without records',
    { headers: { ...JSON_HEADERS, 'message-content-type': 'x' } },
    415,
    /not set/,
  ],
  ['an answer it cannot give', { headers: { ...JSON_HEADERS, accept: 'image/png' } }, 406, /recordio/],
  [
    'records as answer, of no type it has',
    { headers: { ...JSON_HEADERS, accept: RECORDIO, 'message-accept': 'x' } },
    406,
    /Message-Accept/,
  ],
  [
    'a record type for an answer without',
    { headers: { ...JSON_HEADERS, 'message-accept': 'x' } },
    406,
    /not set/,
  ],
  [
    'records as answer of a call without',
    { headers: { ...JSON_HEADERS, accept: RECORDIO } },
    406,
    /not supported/,
  ],
  [
    'records for a call without',
    {
      headers: { 'content-type': RECORDIO, 'message-content-type': 'application/json' },
      body: record('{"type":"GET_HEALTH"}'),
    },
    415,
    /not supported/,
  ],
  [
    'records that are none',
    { headers: { 'content-type': RECORDIO, 'message-content-type': 'application/json' }, body: 'x' },
    400,
    /record/,
  ],
  ['a body that is no JSON', { body: '{' }, 400, /parse/],
  ['no type', { body: '{}' }, 400, /Expecting 'type' to be present/],
  ['type UNKNOWN', { body: '{"type":"UNKNOWN"}' }, 501, /UNKNOWN/],
  ['a missing sub-message', { body: '{"type":"LIST_FILES"}' }, 400, /Expecting 'list_files'/],
] as const) {
  test(`a call with ${what} is answered ${status}`, (t) => {
    const answer = post(registeredSimulation({}, serve), sent);
    t.is(answer.status, status, answer.text);
    t.regex(answer.text, text);
  });
}

test('protobuf is read and answered', (t) => {
  const headers = { 'content-type': 'application/x-protobuf', accept: 'application/x-protobuf' };
  const body = encodeAs(CALL, { type: AgentCallType.GET_HEALTH });
  const answer = post(registeredSimulation({}, serve), { headers, body });
  t.like(answer, { status: 200, headers: { 'Content-Type': 'application/x-protobuf' } });
});

/** A task that runs, one that is over. */
function busy(given: Record<string, string> = {}): SimulatedAgent {
  const simulation = registeredSimulation(given, serve);
  const { master, containers, world } = simulation;
  master.run(commandTask('one', 'sleep 1000'));
  master.run(commandTask('two', 'true'));
  world.run(500);
  containers.exit(containers.ids[1] ?? '');
  world.run(500);
  return simulation;
}

test('GET_STATE tells of tasks, executors and frameworks; its parts say the same', (t) => {
  const simulation = busy();
  const state = ask(simulation, { type: AgentCallType.GET_STATE }).get_state;
  t.deepEqual(
    state?.get_tasks?.launched_tasks?.map(({ name, state: of }) => [name, of]),
    [['one', TaskState.TASK_RUNNING]],
  );
  t.deepEqual(
    state?.get_tasks?.completed_tasks?.map(({ name }) => name),
    ['two'],
  );
  t.true((state?.get_executors?.executors?.length ?? 0) > 0);
  t.is(state?.get_frameworks?.frameworks?.length, 1);
  const { GET_TASKS, GET_EXECUTORS, GET_FRAMEWORKS } = AgentCallType;
  t.deepEqual(ask(simulation, { type: GET_TASKS }).get_tasks, state?.get_tasks);
  t.deepEqual(ask(simulation, { type: GET_EXECUTORS }).get_executors, state?.get_executors);
  t.deepEqual(ask(simulation, { type: GET_FRAMEWORKS }).get_frameworks, state?.get_frameworks);
});

test('GET_CONTAINERS tells of what runs', (t) => {
  const [one] = ask(busy(), { type: AgentCallType.GET_CONTAINERS }).get_containers?.containers ?? [];
  t.like(one, { executor_id: { value: 'one' }, container_status: { executor_pid: 4711 } });
  t.is(
    post(registeredSimulation({}, serve), { body: '{"type":"GET_CONTAINERS"}' }).text,
    '{"type":"GET_CONTAINERS"}',
  );
});

test('what the agent tells of itself', (t) => {
  const simulation = registeredSimulation({}, serve);
  t.is(ask(simulation, { type: AgentCallType.GET_AGENT }).get_agent?.agent_info?.id?.value, 'agent-S0');
  t.deepEqual(ask(simulation, { type: AgentCallType.GET_FLAGS }).get_flags?.flags, [
    { name: 'a', value: 'b' },
  ]);
  t.is(ask(simulation, { type: AgentCallType.GET_VERSION }).get_version?.version_info.version, '1.12.0');
});

test('what the caller may not see is passed over, and what it may not do is refused', (t) => {
  const none = [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }];
  const acls = JSON.stringify({
    view_frameworks: none,
    view_containers: none,
    view_flags: [{ principals: { type: 'ANY' }, flags: { type: 'NONE' } }],
    set_log_level: [{ principals: { type: 'ANY' }, level: { type: 'NONE' } }],
  });
  const simulation = busy({ acls });
  t.deepEqual(ask(simulation, { type: AgentCallType.GET_STATE }).get_state?.get_tasks?.launched_tasks, []);
  t.is(ask(simulation, { type: AgentCallType.GET_CONTAINERS }).get_containers, undefined);
  t.is(post(simulation, { body: '{"type":"GET_FLAGS"}' }).status, 403);
  const level = { level: 1, duration: { nanoseconds: 1 } };
  const body = toJsonText(CALL, { type: AgentCallType.SET_LOGGING_LEVEL, set_logging_level: level });
  t.is(post(simulation, { body }).status, 403);
  t.is(post(simulation, { method: 'GET', path: '/slave(1)/flags' }).status, 403);
});
