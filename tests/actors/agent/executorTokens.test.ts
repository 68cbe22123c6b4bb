/** Executors show the token that they were started with (v1-executor-api.md §1, §1.1 row 12; agent.md §4.2). */
import test from 'ava';
import { ExecutorAccess } from '../../../actors/agent/executors/access.ts';
import { ExecutorCallType } from '../../../proto/index.ts';
import { signJwt, verifyJwt } from '../../../runtime/index.ts';
import { customTask, serve } from './support/customExecutor.ts';
import { JSON_HEADERS, post, typesOf } from './support/httpExecutor.ts';
import { post as operate } from './support/operatorCalls.ts';
import { registeredSimulation, type SimulatedAgent } from './support/simulatedAgent.ts';
import { commandTask } from './support/testMaster.ts';

const KEY = 'the key of the tokens';
const credentials = '{"credentials": [{"principal": "ann", "secret": "secret"}]}';
const flags = { authenticate_http_executors: 'true', jwt_secret_key: KEY };
const subscribe = { type: ExecutorCallType.SUBSCRIBE, subscribe: {} };

/** An agent that was given a task with an executor of its own, and the token of that. */
function launched(given: Record<string, string> = {}) {
  const access = new ExecutorAccess({ variables: {}, clusterSecret: undefined }, '/run', KEY);
  const simulation = registeredSimulation({ ...flags, ...given }, { ...serve, access });
  simulation.master.run(customTask('one'));
  simulation.world.run(100);
  const [cid = ''] = simulation.containers.ids;
  const { environment } = simulation.containers.launches.get(cid) ?? {};
  return { simulation, cid, token: environment?.['MESOS_EXECUTOR_AUTHENTICATION_TOKEN'] ?? '' };
}

const bearing = (token: string) => ({ headers: { ...JSON_HEADERS, authorization: `Bearer ${token}` } });

test('its token says which run of which executor of which framework it is', (t) => {
  const { simulation, cid, token } = launched();
  t.deepEqual(verifyJwt(token, KEY, 0), { fid: 'framework-0000', eid: 'custom', cid });
  t.deepEqual(typesOf(post(simulation, subscribe, bearing(token))), ['SUBSCRIBED', 'LAUNCH']);
});

test('without one, with a forged one, and with that of another run, nobody is heard', (t) => {
  const { simulation, cid } = launched();
  t.is(post(simulation, subscribe).status, 401);
  const claims = { fid: 'framework-0000', eid: 'custom', cid };
  t.is(post(simulation, subscribe, bearing(signJwt(claims, 'a guess'))).status, 401);
  for (const other of [{ fid: 'another' }, { eid: 'another' }, { cid: 'another' }]) {
    const answer = post(simulation, subscribe, bearing(signJwt({ ...claims, ...other }, KEY)));
    t.is(answer.status, 403);
    t.regex(answer.text, new RegExp(`its claim '${Object.keys(other)[0]}' is not`));
  }
  const nameless = bearing(signJwt({ fid: 'framework-0000' }, KEY));
  t.is(post(simulation, subscribe, nameless).status, 403);
  t.is(post(simulation, { type: ExecutorCallType.HEARTBEAT }).status, 401);
});

test('the commands of command tasks get none', (t) => {
  const { simulation } = launched();
  simulation.master.run(commandTask('command', 'env'));
  simulation.world.run(100);
  const launch = simulation.containers.launches.get(simulation.containers.ids.at(-1) ?? '');
  t.truthy(launch?.environment['MESOS_SANDBOX']);
  t.is(launch?.environment['MESOS_EXECUTOR_AUTHENTICATION_TOKEN'], undefined);
});

const launchCall = (value: string, parent: string, user?: string) =>
  JSON.stringify({
    type: 'LAUNCH_NESTED_CONTAINER',
    launch_nested_container: {
      container_id: { value, parent: { value: parent } },
      command: { value: 'true', ...(user !== undefined && { user }) },
    },
  });

function operating(acls?: object) {
  const given = {
    ...{ authenticate_http_readwrite: 'true', http_credentials: credentials },
    ...(acls !== undefined && { acls: JSON.stringify(acls) }),
  };
  const { simulation, cid, token } = launched(given);
  const call = (body: string, headers = bearing(token).headers) =>
    operate(simulation, { body, headers }).status;
  return { simulation, cid, token, call };
}

/** A second executor, whose containers are not the first one's. */
function another(simulation: SimulatedAgent): string {
  simulation.master.run(customTask('two', { executor_id: { value: 'other' } }));
  simulation.world.run(100);
  return simulation.containers.ids.at(-1) ?? '';
}

test('it acts on what is inside its own container, and on nothing else', (t) => {
  const { simulation, cid, call } = operating();
  const other = another(simulation);
  t.is(call(launchCall('child', cid)), 200);
  t.is(call(launchCall('child', other)), 403);
  const id = { value: 'child', parent: { value: cid } };
  const kill = (container_id: object): string =>
    JSON.stringify({ type: 'KILL_CONTAINER', kill_container: { container_id } });
  t.is(call(kill({ value: other })), 403);
  t.is(call(kill({ value: cid })), 403);
  t.is(call(kill(id)), 200);
  t.is(call(JSON.stringify({ type: 'WAIT_CONTAINER', wait_container: { container_id: id } })), 200);
  t.is(call(JSON.stringify({ type: 'REMOVE_CONTAINER', remove_container: { container_id: id } })), 200);
  const alone = { type: 'LAUNCH_CONTAINER', launch_container: { container_id: { value: 'x' }, command: {} } };
  t.is(call(JSON.stringify(alone)), 403);
  const session = {
    type: 'LAUNCH_NESTED_CONTAINER_SESSION',
    launch_nested_container_session: { container_id: { value: 's', parent: { value: other } }, command: {} },
  };
  t.is(call(JSON.stringify(session)), 403);
  t.is(call('{"type":"PRUNE_IMAGES"}'), 403);
  // Operators go on with passwords.
  const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  const headers = { ...JSON_HEADERS, authorization: basic };
  t.is(call(launchCall('child', other), headers), 200);
  t.is(call(launchCall('child', other), { ...headers, authorization: 'Bearer x' }), 401);
});

test('it runs commands as those alone whom tasks of its framework may run as', (t) => {
  const acls = {
    run_tasks: [{ principals: { type: 'ANY' }, users: { values: ['nobody-in-particular'] } }],
    permissive: false,
  };
  const { cid, call } = operating(acls);
  t.is(call(launchCall('one', cid, 'root')), 403);
  t.is(call(launchCall('two', cid, 'nobody-in-particular')), 200);
  t.is(call(launchCall('three', cid)), 200);
});
