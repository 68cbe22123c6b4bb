/** CRAM-MD5 held against the example of RFC 2195. */
import test from 'ava';
import { challengeOf, provedPrincipal, responseTo } from '../../../actors/authentication/cramMd5.ts';

const challenge = Buffer.from('<1896.697170952@postoffice.reston.mci.net>');
const tim = { principal: 'tim', secret: 'tanstaaftanstaaf' };
const secrets = new Map([
  ['tim', 'tanstaaftanstaaf'],
  ['a name with spaces', ''],
]);

test('the response is that of the RFC', (t) => {
  t.is(Buffer.from(responseTo(challenge, tim)).toString(), 'tim b913a602c7eda7a495b4e6e7334d3890');
});

test('it proves the principal whose secret it was made with, and nobody else', (t) => {
  t.is(provedPrincipal(responseTo(challenge, tim), challenge, secrets), 'tim');
  const spaced = { principal: 'a name with spaces', secret: '' };
  t.is(provedPrincipal(responseTo(challenge, spaced), challenge, secrets), 'a name with spaces');
  const others = [
    responseTo(challenge, { principal: 'tim', secret: 'another' }),
    responseTo(challenge, { principal: 'nobody', secret: '' }),
    responseTo(challenge, { principal: '', secret: 'tanstaaftanstaaf' }),
    responseTo(Buffer.from('<another challenge>'), tim),
    ...['', ' ', 'tim', 'tim ', 'tim b913a602', 'tim B913A602C7EDA7A495B4E6E7334D3890'].map((each) =>
      Buffer.from(each),
    ),
    new Uint8Array(100_000).fill(32),
  ];
  for (const each of others) t.is(provedPrincipal(each, challenge, secrets), undefined);
});

test('a challenge names the host and no time twice', (t) => {
  t.is(Buffer.from(challengeOf('unique', 12.5, '10.0.0.1')).toString(), '<unique.12@10.0.0.1>');
});
