/** The longest pause of a while ago is forgotten, that of just now is told. */
import test from 'ava';
import { Pid, Process, realPorts, VirtualClock } from '../../../runtime/index.ts';
import { PauseLog } from '../../../runtime/loop/pauseLog.ts';
import { measurePauses } from '../../../runtime/loop/pauses.ts';
import { Mailbox } from '../../../runtime/mailbox.ts';
import { MetricsRegistry } from '../../../runtime/metrics/index.ts';
import { until } from '../../support/until.ts';

const PAUSE = 'runtime/event_loop_pause_max_ms';

class Idle extends Process {}

test('a pause is told for ten seconds, without the time between two looks, and stays in the log', (t) => {
  const clock = new VirtualClock();
  const metrics = new MetricsRegistry(clock);
  const log = new PauseLog(clock);
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
  const end = measurePauses(log, metrics, clock, histogram);
  t.is(metrics.snapshot()[PAUSE], 0);
  histogram.max = 60e6;
  t.is(metrics.snapshot()[PAUSE], 50);
  clock.advance(1000);
  t.is(metrics.snapshot()[PAUSE], 50);
  histogram.max = 30e6;
  clock.advance(1000);
  clock.advance(8000);
  t.is(metrics.snapshot()[PAUSE], 50);
  clock.advance(1000);
  t.is(metrics.snapshot()[PAUSE], 20);
  clock.advance(1000);
  t.is(metrics.snapshot()[PAUSE], 0);
  t.deepEqual(
    log.windows.slice(0, 3).map(({ ms }) => ms),
    [50, 20, 0],
  );
  end();
  t.false(histogram.enabled);
});

test('the log is bounded, and keeps what is long', (t) => {
  const log = new PauseLog(new VirtualClock());
  const box = new Mailbox(new Pid('master', '127.0.0.1', 1), new Idle('master'));
  log.piece(9, box, { kind: 'message', name: 'short', body: undefined, from: undefined });
  log.piece(11, box, { kind: 'message', name: 'long', body: undefined, from: undefined });
  log.during('nothing that took long');
  log.piece(1, box, undefined);
  log.piece(12, box, undefined);
  t.deepEqual(
    log.pieces.map(({ ms, what }) => [ms, what]),
    [
      [11, 'master: long'],
      [12, 'master: many events'],
    ],
  );
  for (let n = 0; n < 1000; n++) {
    log.known(100, 'again');
    log.window(n);
  }
  t.is(log.pieces.length, 200);
  t.is(log.windows.length, 120);
});

test('the real loop, held up, says so', async (t) => {
  const { clock } = realPorts();
  const metrics = new MetricsRegistry(clock);
  const end = measurePauses(new PauseLog(clock), metrics, clock);
  t.teardown(end);
  const rest = (): Promise<void> => new Promise((resolve) => void clock.setTimer(30, resolve));
  const held = async (): Promise<number> => {
    await rest();
    const untilMs = clock.monotonic() + 120;
    while (clock.monotonic() < untilMs);
    await rest();
    return metrics.snapshot()[PAUSE] ?? 0;
  };
  await until('the pause is told', async () => (await held()) >= 100);
  t.pass();
});
