/** Realms, authenticators, authorisation and the firewall, as spec runtime.md §6.2 and §6.3 say. */
import test from 'ava';
import {
  type AuthenticationResult,
  type Authenticator,
  basicAuthenticator,
  combinedAuthenticator,
  type Node,
  Process,
} from '../../../runtime/index.ts';
import { inject } from '../../support/http.ts';
import { simulatedWorld } from '../../support/world.ts';

class Doors extends Process {
  readonly entered: string[] = [];
  override initialize(): void {
    this.route('/open', (_request, reply) => reply.text(200, 'open'));
    for (const path of ['/guarded', '/guarded/deep']) {
      this.route(
        path,
        (request, reply) => {
          this.entered.push(request.query.get('n') ?? '');
          reply.text(200, request.principal?.value ?? JSON.stringify(request.principal?.claims ?? 'nobody'));
        },
        { realm: 'house' },
      );
    }
  }
}

function house(authenticator?: Authenticator, options: { disabledEndpoints?: readonly string[] } = {}) {
  const world = simulatedWorld();
  const node = world.node(1, { delegateId: 'doors', ...options });
  const doors = new Doors('doors');
  node.spawn(doors);
  world.settle();
  node.setAuthenticator('house', authenticator);
  const ask = (target: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = inject(node, target, { headers });
    world.settle();
    return answer;
  };
  return { ...world, node, doors, ask };
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const always = (result: AuthenticationResult): Authenticator => ({ authenticate: () => result });
const show = ({ status, text }: { status: number; text: string }): string => `${status} ${text}`;

test('a realm without an authenticator, and a route without a realm, are open to everybody', (t) => {
  const { ask, node } = house();
  t.is(show(ask('/doors/guarded')), '200 "nobody"');
  node.setAuthenticator('house', always({ forbidden: {} }));
  t.is(show(ask('/doors/open')), '200 open');
  t.is(ask('/doors/guarded').status, 403);
  node.setAuthenticator('house', undefined);
  t.is(ask('/doors/guarded').status, 200);
});

test('the three results, and everything that is none of them', (t) => {
  const cases: [AuthenticationResult, number, string][] = [
    [{ principal: { value: 'ann' } }, 200, 'ann'],
    [{ principal: { claims: { sub: 'x' } } }, 200, '{"sub":"x"}'],
    [{ unauthorized: { challenge: 'Magic', text: 'say the word' } }, 401, 'say the word'],
    [{ forbidden: { text: 'not you' } }, 403, 'not you'],
    [{}, 500, 'Authentication failed; see the log'],
    [{ principal: {} }, 500, 'Authentication failed; see the log'],
    [{ principal: { value: 'ann' }, forbidden: {} }, 500, 'Authentication failed; see the log'],
  ];
  for (const [result, status, text] of cases) {
    const { ask, doors } = house(always(result));
    const answer = ask('/doors/guarded?n=1');
    t.is(show(answer), `${status} ${text}`);
    t.is(answer.headers['WWW-Authenticate'], status === 401 ? 'Magic' : undefined);
    t.deepEqual(doors.entered, status === 200 ? ['1'] : []);
  }
});

test('an authenticator that throws, at once or later, is answered 500', async (t) => {
  const soon = house({
    authenticate: () => {
      throw new Error('on purpose');
    },
  });
  t.is(soon.ask('/doors/guarded').status, 500);
  const late = house({ authenticate: () => Promise.reject(new Error('on purpose')) });
  const answer = late.ask('/doors/guarded');
  await new Promise((resolve) => setImmediate(resolve));
  t.is(answer.status, 500);
});

test('Basic knows its users, and a colon in a password cannot be used', (t) => {
  const { ask } = house(
    basicAuthenticator('house', [
      { principal: 'ann', secret: 'öx' },
      { principal: 'bob', secret: 'a:b' },
    ]),
  );
  t.is(show(ask('/doors/guarded', basic('ann:öx'))), '200 ann');
  t.is(show(ask('/doors/guarded', basic('ann:öx').replace('Basic', 'basic'))), '200 ann');
  const wrong = ['ann:', 'ann:ö', 'ann:öxx', 'cid:öx', 'bob:a:b', ':', 'ann'].map(basic);
  for (const header of [...wrong, undefined, 'Basic', 'Bearer x', 'Basic ???']) {
    const answer = ask('/doors/guarded', header);
    t.is(answer.status, 401);
    t.is(answer.headers['WWW-Authenticate'], 'Basic realm="house"');
  }
});

test('of several authenticators the first principal wins; else their challenges are one 401, else one 403', (t) => {
  const ann = always({ principal: { value: 'ann' } });
  const bob: Authenticator = { authenticate: () => Promise.resolve({ principal: { value: 'bob' } }) };
  const one = always({ unauthorized: { challenge: 'One', text: 'first' } });
  const two = always({ unauthorized: { challenge: 'Two', text: 'second' } });
  const no = always({ forbidden: { text: 'no' } });
  const merged = (...all: Authenticator[]) => house(combinedAuthenticator(all)).ask('/doors/guarded');
  t.is(show(merged(one, ann, bob)), '200 ann');
  t.is(show(merged(one, no, two)), '401 first\nsecond');
  t.is(merged(one, no, two).headers['WWW-Authenticate'], 'One, Two');
  t.is(show(merged(no, no)), '403 no\nno');
  t.is(show(merged(always({}), ann)), '200 ann');
  t.is(merged(always({})).status, 500);
});

test('requests to one process are authenticated in order, and those of another do not wait', async (t) => {
  const ready: (() => void)[] = [];
  const slow: Authenticator = {
    authenticate: (request) => {
      const result = { principal: { value: 'ann' } };
      if (request.query.get('n') !== 'slow') return result;
      return new Promise((resolve) => ready.push(() => resolve(result)));
    },
  };
  const { node, doors, ask, settle } = house(slow);
  const others = new Doors('others');
  node.spawn(others);
  settle();
  const first = ask('/doors/guarded?n=slow');
  const second = ask('/doors/guarded?n=fast');
  t.is(ask('/others/guarded?n=fast').status, 200);
  t.deepEqual([first.status, second.status], [0, 0]);
  for (const done of ready) done();
  await new Promise((resolve) => setImmediate(resolve));
  settle();
  t.deepEqual(doors.entered, ['slow', 'fast']);
  t.is(ask('/doors/guarded?n=later').status, 200);
});

test('who the process ended before it was known is told so', async (t) => {
  const late: Authenticator = { authenticate: () => Promise.resolve({ principal: { value: 'ann' } }) };
  const { doors, ask, settle } = house(late);
  const answer = ask('/doors/guarded');
  doors.terminate();
  settle();
  await new Promise((resolve) => setImmediate(resolve));
  t.is(answer.status, 500);
});

test('authorisation is asked by the path of the route, and one that throws opens nothing', (t) => {
  const { ask, node } = house(basicAuthenticator('house', [{ principal: 'ann', secret: 'x' }]));
  node.setAuthorization('/doors/guarded', (principal) => principal?.value === 'bob');
  node.setAuthorization('/doors/open', () => {
    throw new Error('on purpose');
  });
  t.is(ask('/doors/guarded', basic('ann:x')).status, 403);
  t.is(ask('/doors/guarded/below', basic('ann:x')).status, 403);
  t.is(ask('/doors/guarded/deep', basic('ann:x')).status, 200);
  t.is(ask('/doors/open').status, 500);
});

test('the firewall closes an endpoint by every way to it, and messages pass', (t) => {
  const { ask, node } = house(undefined, { disabledEndpoints: ['/doors/open', '/doors/guarded/deep'] });
  for (const path of [
    '/doors/open',
    '/doors/open/',
    '/open',
    '/doors/open/below',
    '/doors/%6fpen',
    '/guarded/deep',
  ])
    t.is(ask(path).status, 403, path);
  t.is(show(ask('/open')), "403 Endpoint '/doors/open' is disabled");
  t.is(ask('/doors/guarded').status, 200);
  t.is(posted(node), 202);
});

function posted(node: Node): number {
  return inject(node, '/doors/open', { method: 'POST', headers: { 'libprocess-from': 'x@127.0.0.1:9' } })
    .status;
}

test('a script that asks people itself is challenged by a scheme for which no browser opens a window', (t) => {
  const { node } = house(basicAuthenticator('house', [{ principal: 'ann', secret: 'x' }]));
  const challenge = (headers: Record<string, string>): string | undefined =>
    inject(node, '/guarded', { headers }).headers['WWW-Authenticate'];
  t.is(challenge({}), 'Basic realm="house"');
  t.is(challenge({ 'x-requested-with': 'XMLHttpRequest' }), 'x-Basic realm="house"');
  t.is(challenge({ 'x-requested-with': 'app' }), 'Basic realm="house"');
});
