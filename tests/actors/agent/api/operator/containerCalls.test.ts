/** Calls about containers: what a launch must be made of, and who is told of standalone ones (v1-operator-api.md §4.3, §11). */
import test from 'ava';
import { AgentCallType } from '../../../../../proto/index.ts';
import { ask, post, serve } from '../../support/operatorCalls.ts';
import { registeredSimulation, type SimulatedAgent } from '../../support/simulatedAgent.ts';

const command = { value: 'sleep 1000' };
const alone = { value: 'alone' };
const scalar = (name: string, value: number, more: object = {}) => ({
  ...{ name, type: 'SCALAR', scalar: { value } },
  ...more,
});

function launch(
  simulation: SimulatedAgent,
  container_id: object,
  more: object = {},
  name = 'launch_container',
) {
  const body = JSON.stringify({
    type: name.toUpperCase(),
    [name]: { container_id, command, ...more },
  });
  return post(simulation, { body });
}

const disk = { persistence: { id: 'p' }, volume: { container_path: 'v', mode: 'RW' } };
const nameless = { value: 'true', environment: { variables: [{ name: 'A' }] } };
const wrong: [what: string, more: object, text: RegExp][] = [
  ['a role of the older form', { resources: [scalar('cpus', 1, { role: 'a' })] }, /reserved/],
  ['less than nothing', { resources: [scalar('cpus', -1)] }, /not negative/],
  ['no value', { resources: [{ name: 'cpus', type: 'SCALAR' }] }, /"scalar"/],
  ['half a gpu', { resources: [scalar('gpus', 0.5)] }, /gpus/],
  ['revocable resources', { resources: [scalar('cpus', 1, { revocable: {} })] }, /revocable/],
  ['a volume', { resources: [scalar('disk', 5, { disk })] }, /persistent volume/],
  ['a variable without value', { command: nameless }, /'A' of type 'VALUE' must have a value/],
  ['DOCKER without its info', { container: { type: 'DOCKER' } }, /DockerInfo/],
  [
    'a volume of two kinds',
    { container: { type: 'MESOS', volumes: [{ container_path: 'a', mode: 'RW' }] } },
    /exactly one of/,
  ],
];

for (const [what, more, text] of wrong) {
  test(`a standalone container with ${what} is not launched`, (t) => {
    const simulation = registeredSimulation({}, serve);
    const answer = launch(simulation, alone, more);
    t.is(answer.status, 400, answer.text);
    t.regex(answer.text, text);
    t.deepEqual(simulation.containers.ids, []);
  });
}

test('what a session or an older call launches is looked at as well', (t) => {
  const simulation = registeredSimulation({}, serve);
  launch(simulation, alone);
  const inside = { value: 'inside', parent: alone };
  for (const name of ['launch_nested_container', 'launch_nested_container_session']) {
    const answer = launch(simulation, inside, { command: nameless }, name);
    t.is(answer.status, 400, name);
    t.regex(answer.text, /'A' of type 'VALUE'/);
  }
});

function withNested(given: Record<string, string> = {}): SimulatedAgent {
  const simulation = registeredSimulation(given, serve);
  launch(simulation, alone, { resources: [scalar('cpus', 1)] });
  launch(simulation, { value: 'inside', parent: alone });
  return simulation;
}

function listed(simulation: SimulatedAgent, get_containers: object): string[] {
  const { containers } =
    ask(simulation, { type: AgentCallType.GET_CONTAINERS, get_containers }).get_containers ?? {};
  return (containers ?? []).map(({ container_id }) => container_id.value);
}

test('what is inside a standalone container is listed with what is inside others', (t) => {
  const simulation = withNested();
  t.deepEqual(listed(simulation, {}), []);
  t.deepEqual(listed(simulation, { show_standalone: true }), ['alone']);
  t.deepEqual(listed(simulation, { show_nested: true }), ['inside']);
  t.deepEqual(listed(simulation, { show_nested: true, show_standalone: true }), ['alone', 'inside']);
});

test('who may not see standalone containers is told of none, nor of what is inside them', (t) => {
  const acls = JSON.stringify({
    view_standalone_containers: [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }],
  });
  t.deepEqual(listed(withNested({ acls }), { show_nested: true, show_standalone: true }), []);
});
