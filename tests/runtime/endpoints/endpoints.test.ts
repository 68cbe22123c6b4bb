/** What every node serves, against spec runtime.md §6.4. */
import test from 'ava';
import { spawnEndpoints } from '../../../runtime/endpoints/index.ts';
import { inject } from '../../support/http.ts';
import { simulatedWorld } from '../../support/world.ts';

const BUILD = { version: '1', build_date: '', build_time: 0, build_user: '' };

function served(snapshotRate?: { permits: number; intervalMs: number }) {
  const world = simulatedWorld();
  const node = world.node(1);
  spawnEndpoints(node, BUILD, { snapshotRate });
  world.settle();
  const ask = (target: string, headers: Record<string, string> = {}) => {
    const answer = inject(node, target, { headers });
    world.settle();
    return answer;
  };
  return { ...world, node, ask };
}

test('snapshots are two a second for all together: later ones wait, those who left cost nothing', (t) => {
  const { ask, run } = served({ permits: 2, intervalMs: 1000 });
  const all = Array.from({ length: 5 }, () => ask('/metrics/snapshot'));
  const answered = (): number => all.filter(({ status }) => status === 200).length;
  t.is(answered(), 1);
  run(499);
  t.is(answered(), 1);
  run(2);
  t.is(answered(), 2);
  all[2]?.leave();
  run(500);
  t.deepEqual(
    all.map(({ status }) => status),
    [200, 200, 0, 200, 0],
  );
  run(500);
  t.is(all[4]?.status, 200);
  t.is(ask('/metrics').status, 200);
});

test('without a rate every snapshot is answered at once; a wrong timeout is told', (t) => {
  const { ask } = served();
  for (let i = 0; i < 5; i++) t.is(ask('/metrics/snapshot?timeout=10secs').status, 200);
  t.is(typeof JSON.parse(ask('/metrics/snapshot?timeout=1ns').text)['runtime/processes'], 'number');
  const wrong = ask('/metrics/snapshot?timeout=soon');
  t.is(wrong.status, 400);
  t.regex(wrong.text, /^timeout: /);
});

test('/logging/toggle: both or neither, nothing below the start, back after the duration', (t) => {
  const { ask, run } = served();
  t.is(ask('/logging/toggle').text, '0\n');
  const wrong = [
    'level=1',
    'duration=1mins',
    'level=&duration=1mins',
    'level=-1&duration=1mins',
    'level=1.5&duration=1mins',
    'level=x&duration=1mins',
    'level=1&duration=long',
    'level=1&duration=',
  ];
  for (const query of wrong) t.is(ask(`/logging/toggle?${query}`).status, 400, query);
  t.is(ask('/logging/toggle?level=2&duration=1mins').status, 200);
  t.is(ask('/logging/toggle').text, '2\n');
  run(60_001);
  t.is(ask('/logging/toggle').text, '0\n');
});

test('/help: HTML, markdown for terminals, JSON when asked for, 400 for what is not there', (t) => {
  const { ask } = served();
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const page = ask('/help', browser);
  t.is(page.headers['Content-Type'], 'text/html');
  t.is(ask('/help').headers['Content-Type'], 'text/html');
  t.regex(page.text, /<a href="\/metrics\/snapshot">/);
  const text = ask('/help/metrics', { accept: '*/*', 'user-agent': 'curl/8.5.0' });
  t.is(text.headers['Content-Type'], 'text/x-markdown');
  t.regex(text.text, /^- `\/metrics\/snapshot`: /m);
  t.notRegex(text.text, /logging/);
  t.deepEqual(JSON.parse(ask('/help/version?format=json', browser).text), {
    processes: [{ id: 'version', endpoints: [{ name: '/', text: 'What was built, and when' }] }],
  });
  t.deepEqual(JSON.parse(ask('/help/metrics/snapshot?format=json').text).processes[0].endpoints.length, 1);
  for (const path of ['/help/nobody', '/help/metrics/nothing', '/help/nobody?format=json']) {
    t.is(ask(path, browser).status, 400, path);
  }
});

test('what only tells and what changes something are realms of their own', (t) => {
  const { ask, node } = served();
  const no = { authenticate: () => ({ forbidden: {} }) };
  node.setAuthenticator('readwrite', no);
  t.deepEqual(
    ['/logging/toggle', '/metrics/snapshot', '/__processes__'].map((path) => ask(path).status),
    [403, 200, 200],
  );
  node.setAuthenticator('readonly', no);
  t.deepEqual(
    ['/metrics/snapshot', '/metrics', '/__processes__', '/version'].map((path) => ask(path).status),
    [403, 403, 403, 200],
  );
});

test('/__pauses__ tells what held the program up, with what was handled then', (t) => {
  const { ask, node } = served();
  t.deepEqual(JSON.parse(ask('/__pauses__').text), { seconds: [], pieces: [] });
  node.pauses.known(120, 'collecting garbage: all objects');
  node.pauses.known(9, 'nothing to speak of');
  node.pauses.window(130);
  const at = node.clock.now() / 1000;
  t.deepEqual(JSON.parse(ask('/__pauses__').text), {
    seconds: [{ at, ms: 130 }],
    pieces: [{ at, ms: 120, what: 'collecting garbage: all objects' }],
  });
});
