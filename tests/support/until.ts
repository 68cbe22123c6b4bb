/** Waiting in the real world: for a condition, with a bound, never for luck. */

/** What never comes is told of after this long; what comes late, on however slow a machine, must come sooner. */
export const PATIENCE_MS = 300_000;

/**
 * Resolves as soon as `condition` returns something truthy (looked at every few milliseconds; throwing is "not yet").
 * @throws when it does not within `timeoutMs`, naming `what` (made when it is needed)
 */
export async function until<T>(
  what: string | (() => string),
  condition: () => T | Promise<T>,
  timeoutMs = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let trouble = '';
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as NonNullable<T>;
      trouble = '';
    } catch (error) {
      trouble = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `waited ${timeoutMs} ms in vain: ${typeof what === 'string' ? what : what()}${trouble}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts to measure; the result tells the milliseconds since. */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => performance.now() - startedAt;
}

/** Resolves after so many milliseconds: for what is to happen at a certain pace, never for luck. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs `run` after so many milliseconds; it holds no program up. */
export function later(ms: number, run: () => void): void {
  setTimeout(run, ms).unref();
}
