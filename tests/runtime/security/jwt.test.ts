/** Tokens under HMAC-SHA256, held against the example of RFC 7515 and against what is made to deceive. */
import { createHmac } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { JwtError, signJwt, verifyJwt } from '../../../runtime/security/jwt.ts';

const NOW = 1_300_819_000_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64url');
const signed = (head: string, body: string, key = 'key'): string => {
  const text = `${base64(head)}.${base64(body)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};

test('the example of RFC 7515, appendix A.1', (t) => {
  const key = Buffer.from(
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    'base64url',
  );
  const token =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9' +
    '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
    '.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const claims = { iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true };
  t.deepEqual(verifyJwt(token, key, NOW), claims);
  t.throws(() => verifyJwt(token, key, 1_300_819_380_000), { instanceOf: JwtError, message: /expired/ });
});

test('what was signed is read back, under the same key only', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), fc.string(), (claims, key, other) => {
      const token = signJwt(claims, key);
      const read = verifyJwt(token, key, NOW);
      t.deepEqual(JSON.stringify(read), JSON.stringify(claims));
      if (other !== key) t.throws(() => verifyJwt(token, other, NOW), { instanceOf: JwtError });
    }),
    { numRuns: 100 },
  );
});

const head = '{"alg":"HS256","typ":"JWT"}';
const [left, middle, right] = signed(head, '{"cid":"1"}').split('.') as [string, string, string];
const refused: [what: string, token: string, why: RegExp][] = [
  ['nothing', '', /three parts/],
  ['two parts', `${left}.${middle}`, /three parts/],
  ['four parts', `${left}.${middle}.${right}.${right}`, /three parts/],
  ['a novel', 'a.b.c'.repeat(10_000), /three parts/],
  ['no signature', `${left}.${middle}.`, /signature/],
  ['a cut signature', `${left}.${middle}.${right.slice(0, -4)}`, /signature/],
  ['other claims', `${left}.${base64('{"cid":"2"}')}.${right}`, /signature/],
  ['no algorithm', `${base64('{"alg":"none"}')}.${middle}.`, /algorithm/],
  ['another algorithm', signed('{"alg":"HS512"}', '{}'), /algorithm/],
  ['another type', signed('{"alg":"HS256","typ":"JWE"}', '{}'), /type/],
  ['an extension', signed('{"alg":"HS256","crit":["b64"]}', '{}'), /critical/],
  ['a header that is no JSON', signed('{', '{}'), /header is not JSON/],
  ['claims that are no object', signed(head, '["a"]'), /payload is not a JSON object/],
  ['claims that are null', signed(head, 'null'), /payload is not a JSON object/],
  ['an end that is no time', signed(head, '{"exp":"tomorrow"}'), /'exp' is not a number/],
  ['a beginning to come', signed(head, '{"nbf":1300819001}'), /not valid yet/],
];

for (const [what, token, why] of refused) {
  test(`refused: ${what}`, (t) => {
    t.throws(() => verifyJwt(token, 'key', NOW), { instanceOf: JwtError, message: why });
  });
}
