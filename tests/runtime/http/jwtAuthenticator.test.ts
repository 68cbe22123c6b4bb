/** Who a client is by its token (runtime.md §6.2). */
import test from 'ava';
import { type HttpRequest, jwtAuthenticator, signJwt } from '../../../runtime/index.ts';

const authenticator = jwtAuthenticator('a "realm"', 'key', { now: () => 1000 });
const challenge = 'Bearer realm="a \\"realm\\""';

function ask(authorization?: string) {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const request: HttpRequest = {
    ...{ method: 'POST', path: '/', rest: '', query: new URLSearchParams(), headers },
    ...{ body: new Uint8Array(), peer: '' },
  };
  return authenticator.authenticate(request);
}

test('a token names its claims, as texts', (t) => {
  const token = signJwt({ fid: 'f', number: 5, list: ['a'] }, 'key');
  const principal = { claims: { fid: 'f', number: '5', list: '["a"]' } };
  t.deepEqual(ask(`Bearer ${token}`), { principal });
  t.deepEqual(ask(`bearer  ${token}`), { principal });
});

test('who shows none is told how; who shows a bad one is told why', (t) => {
  for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer a b'])
    t.deepEqual(ask(authorization), { unauthorized: { challenge } });
  const bad = ask('Bearer a.b.c');
  t.deepEqual(bad, {
    unauthorized: {
      challenge: `${challenge}, error="invalid_token", error_description="the header is not JSON"`,
      text: 'The token is not valid: the header is not JSON',
    },
  });
  t.regex(JSON.stringify(ask(`Bearer ${signJwt({ fid: 'f' }, 'another')}`)), /signature does not match/);
  t.regex(JSON.stringify(ask(`Bearer ${signJwt({}, 'key')}`)), /it has no claims/);
});
