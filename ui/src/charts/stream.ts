/** A stream of the node's inspector, opened again when it ends. */
import { useEffect, useState } from 'preact/hooks';
import { later } from '../clock.ts';
import { onLogin } from '../data/session.ts';

const AGAIN_MS = 2000;

export interface Stream {
  /** What is wrong, in words; empty while it is open, and until the first try has failed. */
  readonly problem: string;
  /** Whether what happens from now on is heard. */
  readonly isOpen: boolean;
}

const BEGINNING: Stream = { problem: '', isOpen: false };
const OPEN: Stream = { problem: '', isOpen: true };
const LOST: Stream = {
  problem: 'The node does not answer, or does not let you watch; trying again.',
  isOpen: false,
};

/**
 * Reads `/__inspect__?<query>` as long as the page is there.
 *
 * @param opened called at each beginning: what was heard before is void
 */
export function useStream(
  query: string,
  opened: () => void,
  take: (event: { readonly type: string }) => void,
): Stream {
  const [stream, setStream] = useState(BEGINNING);
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
        if (!current || own !== socket) return;
        opened();
        setStream(OPEN);
      });
      own.addEventListener('message', ({ data }: MessageEvent<string>) => {
        if (current && own === socket) take(JSON.parse(data) as { type: string });
      });
      own.addEventListener('close', () => {
        if (!current || own !== socket) return;
        setStream(LOST);
        cancel = later(AGAIN_MS, open);
      });
    };
    setStream((before) => (before.isOpen ? BEGINNING : before));
    open();
    const forget = onLogin(open);
    return () => {
      current = false;
      forget();
      cancel?.();
      socket?.close();
    };
  }, [query]);
  return stream;
}
