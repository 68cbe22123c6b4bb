/** Events as programs outside follow them: the stream and subscribers that are called (spec: marathon.md §8, §35 checks 11 and 12). */
import { connect } from 'node:net';
import test from 'ava';
import { freePort } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { followEvents, type MarathonEvent } from '../support/eventStream.ts';
import { listener } from '../support/listener.ts';
import { marathonCluster } from '../support/marathonCluster.ts';

const APP = { id: '/web', cmd: 'exec sleep 1000', cpus: 0.1, mem: 16 };

test('a filter lets through what it names, deployments begin before they end, and who reads too little is let go', async (t) => {
  const marathon = await marathonCluster(t, { flags: ['--event_stream_max_outstanding_messages=10'] });
  const all = await followEvents(t, `${marathon.url}/v2/events`);
  const few = await followEvents(
    t,
    `${marathon.url}/v2/events?event_type=deployment_info&event_type=deployment_success&plan-format=light`,
  );
  await marathon.call('POST', '/v2/apps', APP);
  await marathon.runs('/web', 1);
  await until('both heard of the end', () =>
    [all, few].every(({ events }) => events.some(({ eventType }) => eventType === 'deployment_success')),
  );
  t.deepEqual(
    [...new Set(few.events.map(({ eventType }) => eventType))],
    ['deployment_info', 'deployment_success'],
  );
  t.false(few.events.some(({ plan }) => plan?.target !== undefined));
  const types = all.events.map(({ eventType }) => eventType);
  t.true(types.indexOf('deployment_info') < types.indexOf('deployment_success'));
  const [info, success] = ['deployment_info', 'deployment_success'].map((type) =>
    all.events.find(({ eventType }) => eventType === type),
  );
  t.is(info?.plan?.id, success?.id);

  const slow = connect(Number(new URL(marathon.url).port), '127.0.0.1');
  t.teardown(() => void slow.destroy());
  slow.write('GET /v2/events HTTP/1.1\r\nHost: m\r\nConnection: close\r\nAccept: text/event-stream\r\n\r\n');
  slow.pause();
  let over = false;
  slow.on('close', () => {
    over = true;
  });
  const large = { ...APP, id: '/large', instances: 0, labels: { large: 'x'.repeat(400_000) } };
  await marathon.call('POST', '/v2/apps', large);
  for (let n = 0; n < 25; n++)
    await marathon.call('PUT', '/v2/apps/large?force=true', { env: { N: String(n) } });
  slow.resume();
  await until('the one that read nothing is let go', () => over);
  // Who asked for light events only: a full plan is 400 kB each time, which a busy machine may hold back from `all` too.
  const { events } = few;
  const before = events.length;
  await marathon.call('DELETE', '/v2/apps/web');
  await until('the others hear on', () => events.length > before);
});

test('subscribers are called with each event once; a dead one holds nobody up; a failing one is tried again; all outlive a kill -9', async (t) => {
  let status = 200;
  const well = await listener<MarathonEvent>(t);
  const failing = await listener<MarathonEvent>(t, () => status);
  const marathon = await marathonCluster(t, {
    flags: ['--event_subscriber=http_callback', '--http_event_callback_retries=5'],
  });
  for (const url of [`http://127.0.0.1:${await freePort()}/dead`, well.url, failing.url])
    await marathon.call('POST', `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(url)}`);
  t.like(
    await until('it is told of itself', () =>
      well.heard.find(
        ({ eventType, callbackUrl }) => eventType === 'subscribe_event' && callbackUrl === well.url,
      ),
    ),
    { callbackUrl: well.url },
  );
  await until('the other one too', () => failing.heard.length > 0);
  status = 500;
  await marathon.call('POST', '/v2/apps', APP);
  await marathon.runs('/web', 1);
  const ofWeb = ({ heard }: typeof well): string[] =>
    heard
      .filter(({ eventType }) => /^(api_post|deployment|status_update)/.test(eventType))
      .map(({ eventType, taskStatus }) => `${eventType} ${taskStatus ?? ''}`);
  await until('the end of the deployment is heard', () => ofWeb(well).includes('deployment_success '));
  t.false(ofWeb(failing).includes('deployment_success '));
  status = 200;
  await until('nothing was lost on the failing one', () => ofWeb(failing).length === ofWeb(well).length);
  t.deepEqual(ofWeb(failing), ofWeb(well));
  t.is(ofWeb(well).filter((each) => each === 'deployment_success ').length, 1, 'each once');
  t.is(ofWeb(well).filter((each) => each === 'status_update_event TASK_RUNNING').length, 1);

  await marathon.killAndRestart();
  const { callbackUrls } = await marathon.call<{ callbackUrls: string[] }>('GET', '/v2/eventSubscriptions');
  t.is(callbackUrls.length, 3);
  await marathon.call('PUT', '/v2/apps/web', { instances: 2 });
  await until('the subscription outlived it', () =>
    well.heard.some(({ uri, eventType }) => uri === '/v2/apps/web' && eventType === 'api_post_event'),
  );
  await marathon.call('DELETE', `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(well.url)}`);
  await until('it is told of its end', () =>
    failing.heard.some(
      ({ eventType, callbackUrl }) => eventType === 'unsubscribe_event' && callbackUrl === well.url,
    ),
  );
  const told = well.heard.length;
  await marathon.call('PUT', '/v2/apps/web?force=true', { instances: 1 });
  await until(
    'the others hear on',
    () =>
      failing.heard.filter(({ uri, eventType }) => uri === '/v2/apps/web' && eventType === 'api_post_event')
        .length === 2,
  );
  t.is(well.heard.length, told);
});
