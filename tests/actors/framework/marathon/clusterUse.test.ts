import test from 'ava';
import { ClusterUse } from '../../../../actors/framework/marathon/clusterUse.ts';
import type { ProbeTarget } from '../../../../actors/framework/marathon/health/prober.ts';

test('the master is asked again after a while, also when somebody sets the clock back', (t) => {
  const asked: ProbeTarget[] = [];
  const hands = { wallMs: 1e12, monotonicMs: 0 };
  const use = new ClusterUse({
    clock: {
      now: () => hands.wallMs,
      monotonic: () => hands.monotonicMs,
      setTimer: () => ({ cancel: () => false }),
    },
    prober: {
      probe: (target, done) => {
        asked.push(target);
        done({ connected: true, status: 200, body: `{"master/cpus_total":${asked.length}}` });
      },
    },
    defer: (handler) => handler,
  });
  t.is(use.last(undefined), undefined);
  t.is(use.last('[::1]:5050')?.cpus_total, 1);
  t.like(asked[0], { host: '::1', port: 5050, path: '/metrics/snapshot' });
  hands.monotonicMs += 4_999;
  t.is(use.last('[::1]:5050')?.cpus_total, 1, 'not at once');
  hands.monotonicMs += 1;
  hands.wallMs -= 24 * 3_600_000;
  t.is(use.last('[::1]:5050')?.cpus_total, 2);
});
