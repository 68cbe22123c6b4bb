/** Files of the web page: which page, for whom, and nothing above the folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Assets, type AssetsOptions } from '../../../runtime/http/assets.ts';
import { basicAuthenticator } from '../../../runtime/index.ts';
import { inject } from '../../support/http.ts';
import { scratch } from '../../support/processes.ts';
import { simulatedWorld } from '../../support/world.ts';

function served(t: ExecutionContext, options?: AssetsOptions) {
  const folder = scratch(t);
  const page = path.join(folder, 'ui');
  mkdirSync(path.join(page, 'assets'), { recursive: true });
  writeFileSync(path.join(page, 'index.html'), 'first');
  writeFileSync(path.join(page, 'other.html'), 'second');
  writeFileSync(path.join(page, 'assets/a.js'), 'script');
  writeFileSync(path.join(folder, 'secret.html'), 'secret');
  const world = simulatedWorld();
  const node = world.node(1);
  node.spawn(new Assets(page, options));
  node.homeId = 'app';
  world.settle();
  const ask = (target: string, headers: Record<string, string> = {}) => {
    const answer = inject(node, target, { headers });
    world.settle();
    return answer;
  };
  return { node, ask };
}

test('the page, its files, and what is not among them', (t) => {
  const { ask } = served(t);
  for (const target of ['/', '/app', '/app/', '/app/index.html']) t.is(ask(target).text, 'first', target);
  const script = ask('/app/assets/a.js');
  t.is(script.text, 'script');
  t.is(script.headers['Content-Type'], 'text/javascript; charset=utf-8');
  t.regex(String(script.headers['Content-Security-Policy']), /default-src 'self'/);
  const absent = [
    '/app/b.js',
    '/app/../secret.html',
    '/app/..%2fsecret.html',
    '/app/assets',
    '/app/.hidden.html',
  ];
  for (const target of absent) t.is(ask(target).status, 404, target);
});

test('another page of the same build, for those who may', (t) => {
  const { node, ask } = served(t, { page: 'other.html', realm: 'house' });
  t.is(ask('/').text, 'second');
  node.setAuthenticator('house', basicAuthenticator('house', [{ principal: 'ann', secret: 'pass' }]));
  for (const target of ['/', '/app', '/app/assets/a.js']) t.is(ask(target).status, 401, target);
  const authorization = `Basic ${Buffer.from('ann:pass').toString('base64')}`;
  t.is(ask('/app', { authorization }).text, 'second');
});
