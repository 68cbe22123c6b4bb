import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricsRegistry } from './metrics/index.ts';
import type { Clock, Timer } from './ports.ts';

/** How finely pauses are seen. */
const RESOLUTION_MS = 10;
/** The gauges tell of the present window and the one before. */
const WINDOW_MS = 5000;

/** What holds up a program's loop, of whatever length, as Node measures it. */
export interface PauseHistogram {
  /** Nanoseconds between two looks. */
  readonly max: number;
  enable(): unknown;
  disable(): unknown;
  reset(): void;
}

/**
 * The longest pause of the program's event loop within the last five to ten seconds, as `runtime/event_loop_pause_max_ms`. For
 * one node of a program; a pause counts for up to ten milliseconds less than it lasted.
 * @returns ends it
 */
export function measurePauses(
  metrics: MetricsRegistry,
  clock: Clock,
  histogram: PauseHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
): () => void {
  let beforeMs = 0;
  let timer: Timer | undefined;
  const nowMs = (): number => Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
  const turn = (): void => {
    timer = clock.setTimer(WINDOW_MS, () => {
      beforeMs = nowMs();
      histogram.reset();
      turn();
    });
  };
  histogram.enable();
  turn();
  metrics.gauge(
    'runtime/event_loop_pause_max_ms',
    () => Math.max(beforeMs, nowMs()),
    'The longest pause of the last five to ten seconds',
  );
  return () => {
    timer?.cancel();
    histogram.disable();
  };
}
