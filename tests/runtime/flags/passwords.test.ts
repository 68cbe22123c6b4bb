import test from 'ava';
import { masterUrl } from '../../../cli/config.ts';
import { parseEtcdLocation } from '../../../runtime/etcd/location.ts';
import { withoutPasswords } from '../../../runtime/flags/passwords.ts';

for (const [text, shown] of [
  ["got 'http://me:s3cret@10.0.0.1:2379/x': why", "got 'http://…@10.0.0.1:2379/x': why"],
  ["got 'http://a:1,me:s3c/r@t@b:2/x'", "got 'http://…@b:2/x'"],
  ["got 'me:s3cret@10.0.0.1:5050'", "got '…@10.0.0.1:5050'"],
  ['no URL with credentials: https://me:s3cret@h/p', 'no URL with credentials: https://…@h/p'],
  ["got 'master@10.0.0.1:5050', or 'a:b'", "got 'master@10.0.0.1:5050', or 'a:b'"],
  ["'http://h:1' does not answer: me@h is not 'x'", "'http://h:1' does not answer: me@h is not 'x'"],
] as const)
  test(`shown of an error: ${shown}`, (t) => {
    t.is(withoutPasswords(text), shown);
  });

test('errors about places do not repeat what was written into them', (t) => {
  for (const place of ['etcd://me:s3cret@10.0.0.1:2379/x', 'etcd://me:s3cret@10.0.0.1', 'me:s3c/ret@h/x']) {
    const error = t.throws(() => parseEtcdLocation(place));
    t.false(/s3c/.test(error?.message ?? ''), error?.message);
  }
  const error = t.throws(() => masterUrl('http://me:s3cret@10.0.0.1:5050,b'));
  t.false(/s3c/.test(error?.message ?? ''), error?.message);
});
