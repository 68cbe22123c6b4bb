/** Calls about and of resource providers: what is refused (agent.md §15, v1-operator-api.md §4.2, §6). */
import test from 'ava';
import { post, serve } from '../support/operatorCalls.ts';
import { registeredSimulation, simulatedAgent } from '../support/simulatedAgent.ts';

const info = { type: 'org.example.storage', name: 'one' };
const configured = (name: string, body: object): string =>
  JSON.stringify({ type: name.toUpperCase(), [name]: body });

const calls: [body: string, status: number, text: RegExp][] = [
  [configured('add_resource_provider_config', { info }), 500, /starts no resource providers/],
  [configured('add_resource_provider_config', { info: { ...info, id: { value: 'i' } } }), 400, /'info.id'/],
  [configured('add_resource_provider_config', {}), 400, /info/],
  [
    configured('update_resource_provider_config', { info }),
    409,
    /no resource provider 'one' of type 'org.example/,
  ],
  [configured('remove_resource_provider_config', info), 200, /^$/],
  [configured('mark_resource_provider_gone', { resource_provider_id: { value: 'i' } }), 200, /^$/],
  ['{"type":"MARK_RESOURCE_PROVIDER_GONE"}', 400, /mark_resource_provider_gone/],
  [
    '{"type":"GET_RESOURCE_PROVIDERS"}',
    200,
    /^\{"type":"GET_RESOURCE_PROVIDERS","get_resource_providers":\{/,
  ],
];

for (const [body, status, text] of calls) {
  test(`${status}: ${body}`, (t) => {
    const answer = post(registeredSimulation({}, serve), { body });
    t.is(answer.status, status);
    t.regex(answer.text, text);
  });
}

test('who may not change configurations changes none', (t) => {
  const simulation = registeredSimulation({ acls: '{"permissive": false}' }, serve);
  for (const [body, status] of calls.filter(([each]) => !each.includes('GET_')))
    t.is(post(simulation, { body }).status, status === 400 ? 400 : 403, body);
});

const PATH = '/slave(1)/api/v1/resource_provider';
const provider = { resource_provider_id: { value: 'i' } };
const subscribe = { type: 'SUBSCRIBE', subscribe: { resource_provider_info: info } };
const json = { 'content-type': 'application/json' };

const provided: [
  what: string,
  request: { method?: string; headers?: Record<string, string>; body?: string },
  status: number,
][] = [
  ['GET', { method: 'GET' }, 405],
  ['no content type', { headers: {}, body: JSON.stringify(subscribe) }, 400],
  ['text', { headers: { 'content-type': 'text/plain' }, body: JSON.stringify(subscribe) }, 415],
  ['no JSON', { body: '{' }, 400],
  ['no type', { body: '{}' }, 400],
  ['SUBSCRIBE without its body', { body: '{"type":"SUBSCRIBE"}' }, 400],
  [
    'SUBSCRIBE that reads nothing',
    { headers: { ...json, accept: 'image/png' }, body: JSON.stringify(subscribe) },
    406,
  ],
  [
    'SUBSCRIBE on a stream',
    { headers: { ...json, 'mesos-stream-id': 'x' }, body: JSON.stringify(subscribe) },
    400,
  ],
  ['UPDATE_STATE without an id', { body: '{"type":"UPDATE_STATE"}' }, 400],
  [
    'UPDATE_STATE of one that is not subscribed',
    {
      body: JSON.stringify({
        ...provider,
        type: 'UPDATE_STATE',
        update_state: { resource_version_uuid: { value: 'AAAAAAAAQACAAAAAAAAAAA==' } },
      }),
    },
    400,
  ],
  ['UNKNOWN', { body: '{"type":"UNKNOWN"}' }, 501],
];

for (const [what, request, status] of provided) {
  test(`resource provider: ${status} for ${what}`, (t) => {
    const answer = post(registeredSimulation({}, serve), { path: PATH, ...request });
    t.is(answer.status, status);
    t.regex(answer.text, /^[^\n]+$/);
  });
}

test('before the agent has an id nobody is served', (t) => {
  const simulation = simulatedAgent({}, serve);
  simulation.master.answers = false;
  simulation.world.run(100);
  const answer = post(simulation, { path: PATH, body: JSON.stringify(subscribe) });
  t.is(answer.status, 503);
  t.regex(answer.text, /has no id yet/);
});
