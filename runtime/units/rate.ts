import { formatDuration, parseDuration } from './duration.ts';
import { UnitError } from './unitError.ts';

/** So many permits in each interval, as Mesos' rate limits are written: `2/1secs`. */
export interface Rate {
  /** 1 or more. */
  readonly permits: number;
  /** More than 0. */
  readonly intervalMs: number;
}

/** What a rate looks like, for error messages and help texts. */
export const RATE_EXPECTED = 'a rate such as 2/1secs (a whole number of permits per duration, both above 0)';

/**
 * Reads a rate limit `N/duration` (`--agent_removal_rate_limit`, the limit of `/metrics/snapshot`).
 * @throws UnitError when the text is no such rate
 */
export function parseRate(text: string): Rate {
  const [, permits, interval] = /^(\d+)\/(.+)$/.exec(text) ?? [];
  const rate = { permits: Number(permits), intervalMs: intervalOf(interval) };
  if (Number.isSafeInteger(rate.permits) && rate.permits > 0 && rate.intervalMs > 0) return rate;
  throw new UnitError(RATE_EXPECTED, text);
}

/** Writes a rate as `parseRate` reads it. */
export function formatRate(rate: Rate): string {
  return `${rate.permits}/${formatDuration(rate.intervalMs)}`;
}

function intervalOf(text: string | undefined): number {
  try {
    return parseDuration(text ?? '');
  } catch {
    return Number.NaN; // reported with the rate's own words
  }
}
