/** How far the whole page is scrolled: kept with each entry of the browser's history; a new place begins at its top. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { entry, keepAt, keptAt, useLeave } from '../kept.ts';

const NAME = 'window';
/** With these a person says where to be. */
const BY_HAND = ['wheel', 'touchstart', 'keydown', 'pointerdown'] as const;

/** To be used once, by what stands around all pages. @param path of the place; its query is the place's own affair */
export function useWindowPlace(path: string): void {
  useEffect(() => {
    history.scrollRestoration = 'manual';
  }, []);
  const isThere = useRef(false);
  const keep = (): void => {
    if (isThere.current) keepAt(entry.peek(), NAME, window.scrollY);
  };
  useLeave(keep);
  // Before the browser looks at what is left: it would be scrolled a last time, and kept.
  useLayoutEffect(() => {
    const top = keptAt<number>(entry.peek(), NAME) ?? 0;
    const ends: (() => void)[] = [];
    isThere.current = false;
    const begin = (): void => {
      isThere.current = true;
      for (const end of ends.splice(0)) end();
      addEventListener('scroll', keep, { passive: true });
      ends.push(() => removeEventListener('scroll', keep));
    };
    // What is shown comes a little at a time: until it is as high as it was there is nothing to scroll to.
    const reach = (): void => {
      window.scrollTo(0, top);
      if (Math.abs(window.scrollY - top) < 1) begin();
    };
    const growth = new ResizeObserver(reach);
    growth.observe(document.body);
    ends.push(() => growth.disconnect());
    for (const name of BY_HAND) {
      addEventListener(name, begin, { passive: true });
      ends.push(() => removeEventListener(name, begin));
    }
    reach();
    return () => {
      for (const end of ends.splice(0)) end();
    };
  }, [path]);
}
