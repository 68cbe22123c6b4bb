/** Delays after failures (spec: marathon.md §21, §35 check 9). */
import test from 'ava';
import { Backoff } from '../../../../../actors/framework/marathon/launcher/backoff.ts';

const RULE = { backoffSeconds: 1, backoffFactor: 1.15, maxLaunchDelaySeconds: 300 };

test('delays grow up to their limit, which the 42nd failure reaches', (t) => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 43 }, () => backoff.failed('/a', RULE, 0));
  t.deepEqual(delays.slice(0, 3).map(Math.round), [1000, 1150, 1323]);
  t.true((delays[40] ?? 0) < 300_000);
  t.is(delays[41], 300_000);
  const slow = new Backoff();
  const many = Array.from({ length: 60 }, () =>
    slow.failed('/a', { ...RULE, maxLaunchDelaySeconds: 3600 }, 0),
  );
  t.true((many[58] ?? 0) < 3_600_000);
  t.is(many[59], 3_600_000);
});

test('an advance moves the deadline without growing it; long after it is void; a reset ends it', (t) => {
  const backoff = new Backoff();
  backoff.failed('/a', RULE, 0);
  backoff.advance('/a', 500);
  t.is(backoff.leftMs('/a', 500), 1000);
  t.is(Math.round(backoff.failed('/a', RULE, 600)), 1150);
  t.is(backoff.leftMs('/a', 400_000), 0);
  t.is(backoff.failed('/a', RULE, 400_000), 1000);
  backoff.reset('/a');
  t.is(backoff.leftMs('/a', 400_000), 0);
});
