/** The longest pause of a while ago is forgotten, that of just now is told. */
import test from 'ava';
import { VirtualClock } from '../../runtime/index.ts';
import { measurePauses } from '../../runtime/loopPauses.ts';
import { MetricsRegistry } from '../../runtime/metrics/index.ts';

const PAUSE = 'runtime/event_loop_pause_max_ms';

test('a pause is told for one to two windows, and without the time between two looks', (t) => {
  const clock = new VirtualClock();
  const metrics = new MetricsRegistry(clock);
  const histogram = {
    max: 0,
    enabled: false,
    enable: () => {
      histogram.enabled = true;
    },
    disable: () => {
      histogram.enabled = false;
    },
    reset: () => {
      histogram.max = 0;
    },
  };
  const end = measurePauses(metrics, clock, histogram);
  t.is(metrics.snapshot()[PAUSE], 0);
  histogram.max = 60e6;
  t.is(metrics.snapshot()[PAUSE], 50);
  clock.advance(5000);
  t.is(metrics.snapshot()[PAUSE], 50);
  histogram.max = 30e6;
  clock.advance(5000);
  t.is(metrics.snapshot()[PAUSE], 20);
  clock.advance(5000);
  t.is(metrics.snapshot()[PAUSE], 0);
  end();
  t.false(histogram.enabled);
});

test('the real loop, held up, says so', async (t) => {
  const { realPorts } = await import('../../runtime/index.ts');
  const { clock } = realPorts();
  const metrics = new MetricsRegistry(clock);
  const end = measurePauses(metrics, clock);
  t.teardown(end);
  const rest = (): Promise<void> => new Promise((resolve) => void clock.setTimer(30, resolve));
  await rest();
  const untilMs = clock.monotonic() + 120;
  while (clock.monotonic() < untilMs);
  await rest();
  t.true((metrics.snapshot()[PAUSE] ?? 0) >= 100);
});
