/** How important a line of the log is, least first. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type Level = (typeof LEVELS)[number];

/** The place of a level in `LEVELS`: lines below the threshold's rank are not written. */
export function rankOf(level: Level): number {
  return LEVELS.indexOf(level);
}
