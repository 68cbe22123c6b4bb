/** Events: the stream, its filter and resumption, their order (spec: marathon.md §8, §35 check 11). */
import test from 'ava';
import { MarathonWorld } from './support/world.ts';

interface Sent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function eventsIn(text: string): Sent[] {
  return text
    .split('\r\n\r\n')
    .map((frame) => /id: (\S+)\r\nevent: (\S+)\r\ndata: (.*)$/.exec(frame))
    .filter((match) => match !== null)
    .map(([, id = '', type = '', data = '{}']) => ({ id, type, data: JSON.parse(data) as Sent['data'] }));
}

const STREAM = { accept: 'text/event-stream' };
const APP = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64 };

test('events of a deployment come in their order, with what they are about', (t) => {
  const world = new MarathonWorld();
  const stream = world.open('GET', '/v2/events', undefined, STREAM);
  world.run(100);
  t.is(stream.headers['Content-Type'], 'text/event-stream;charset=UTF-8');
  const { body } = world.call<{ deployments: { id: string }[] }>('POST', '/v2/apps', APP);
  world.settle();
  world.run(1_000);
  const events = eventsIn(stream.text);
  const types = events.map(({ type }) => type);
  const order = [
    'event_stream_attached',
    'group_change_success',
    'api_post_event',
    'deployment_info',
    'status_update_event',
    'deployment_step_success',
    'deployment_success',
  ];
  for (const type of order) t.true(types.includes(type), type);
  t.true(types.indexOf('deployment_info') < types.indexOf('deployment_success'));
  t.true(types.indexOf('status_update_event') < types.indexOf('deployment_success'));
  const success = events.find(({ type }) => type === 'deployment_success');
  t.is(success?.data['id'], body.deployments[0]?.id);
  t.is(success?.data['eventType'], 'deployment_success');
  const info = events.find(({ type }) => type === 'deployment_info')?.data as {
    currentStep: { actions: object[] };
    plan: { target: { apps: { id: string }[] } };
  };
  t.deepEqual(info.currentStep.actions, [
    { action: 'StartApplication', type: 'StartApplication', app: '/web' },
  ]);
  t.is(info.plan.target.apps[0]?.id, '/web');
  const update = events.find(
    ({ type, data }) => type === 'status_update_event' && data['taskStatus'] === 'TASK_RUNNING',
  );
  t.like(update?.data, { appId: '/web', host: 'agent-1' });
  world.call('DELETE', '/v2/apps/web');
  world.run(3_000);
  t.true(
    eventsIn(stream.text).some(
      ({ type, data }) => type === 'app_terminated_event' && data['appId'] === '/web',
    ),
  );
});

test('a filter lets through what it names; the light form has no definitions', (t) => {
  const world = new MarathonWorld();
  const stream = world.open(
    'GET',
    '/v2/events?event_type=deployment_info&event_type=deployment_success&plan-format=light',
    undefined,
    STREAM,
  );
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const events = eventsIn(stream.text);
  t.deepEqual([...new Set(events.map(({ type }) => type))].sort(), ['deployment_info', 'deployment_success']);
  t.false('target' in Object(events[0]?.data['plan']));
  t.is(world.call('GET', '/v2/events', undefined, { accept: 'application/json' }).status, 406);
});

test('who lost the connection goes on after the last event it had', (t) => {
  const world = new MarathonWorld();
  const first = world.open('GET', '/v2/events', undefined, STREAM);
  world.call('POST', '/v2/apps', APP);
  world.run(500);
  const seen = eventsIn(first.text);
  first.leave();
  world.settle();
  const second = world.open('GET', '/v2/events', undefined, {
    ...STREAM,
    'last-event-id': seen.at(-1)?.id ?? '',
  });
  world.run(500);
  t.is(second.headers['Marathon-Events-Missed'], 'false');
  const all = [...seen, ...eventsIn(second.text)].map(({ id }) => Number(id.split(':')[1]));
  t.deepEqual(
    all,
    all.map((_, index) => (all[0] ?? 0) + index),
    'none is missing, none comes twice',
  );
  const stranger = world.open('GET', '/v2/events', undefined, { ...STREAM, 'last-event-id': 'other:7' });
  world.run(100);
  t.is(stranger.headers['Marathon-Events-Missed'], 'true');
});

test('subscribers are kept and listed; without the flag they are refused', (t) => {
  const world = new MarathonWorld({ flags: ['--event_subscriber=http_callback'] });
  const url = 'http://127.0.0.1:1/cb';
  const done = world.call<{ eventType: string }>(
    'POST',
    `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(url)}`,
  );
  t.is(done.body.eventType, 'subscribe_event');
  world.crash();
  world.restart();
  t.deepEqual(world.call<object>('GET', '/v2/eventSubscriptions').body, { callbackUrls: [url] });
  for (const wrong of ['nonsense', 'ftp://a/', 'http://a:70000/', 'http://u:%zz@a/'])
    t.is(
      world.call('POST', `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(wrong)}`).status,
      400,
      wrong,
    );
  world.call('DELETE', `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(url)}`);
  t.deepEqual(world.call<object>('GET', '/v2/eventSubscriptions').body, { callbackUrls: [] });
  t.is(new MarathonWorld().call('GET', '/v2/eventSubscriptions').status, 400);
});
