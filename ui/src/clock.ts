/** The page's clock: all else that needs time or timers takes them from here. */
import { signal } from '@preact/signals';

/** Milliseconds since 1970. */
export function nowMs(): number {
  return Date.now();
}

/** Calls back once after so many milliseconds. @returns takes it back */
export function later(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

/** Calls back again and again, as long as the page is there. @returns ends it */
export function every(delayMs: number, callback: () => void): () => void {
  const timer = setInterval(callback, delayMs);
  return () => clearInterval(timer);
}

/** Seconds since 1970, once a second, for times that are told relative to now. */
export const now = signal(nowMs() / 1000);
every(1000, () => {
  now.value = nowMs() / 1000;
});
