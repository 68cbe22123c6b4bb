/** A stream of the node's inspector, opened again when it ends. */
import { useEffect, useState } from 'preact/hooks';
import { later } from '../clock.ts';
import { onLogin } from '../data/session.ts';

const AGAIN_MS = 2000;

/**
 * Reads `/__inspect__?<query>` as long as the page is there.
 *
 * @param opened called at each beginning: what was heard before is void
 * @returns what is wrong, in words; empty while it is open
 */
export function useStream(
  query: string,
  opened: () => void,
  take: (event: { readonly type: string }) => void,
): string {
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let socket: WebSocket | undefined;
    let cancel: (() => void) | undefined;
    let current = true;
    const open = (): void => {
      if (!current) return;
      cancel?.();
      socket?.close();
      const own = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/__inspect__?${query}`);
      socket = own;
      own.addEventListener('open', () => {
        opened();
        setProblem('');
      });
      own.addEventListener('message', ({ data }: MessageEvent<string>) => {
        if (current) take(JSON.parse(data) as { type: string });
      });
      own.addEventListener('close', () => {
        if (!current || own !== socket) return;
        setProblem('The node does not answer, or does not let you watch; trying again.');
        cancel = later(AGAIN_MS, open);
      });
    };
    open();
    const forget = onLogin(open);
    return () => {
      current = false;
      forget();
      cancel?.();
      socket?.close();
    };
  }, [query]);
  return problem;
}
