/** Quantities as Mesos writes them in flags, queries and state: durations, bytes, rates. */
export { BYTES_EXPECTED, formatBytes, parseBytes } from './bytes.ts';
export { DURATION_EXPECTED, formatDuration, parseDuration } from './duration.ts';
export { formatRate, parseRate, RATE_EXPECTED, type Rate } from './rate.ts';
export { UnitError } from './unitError.ts';
