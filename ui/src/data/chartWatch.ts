/** Tells when instances of a chart went somewhere, by the node's inspector. */
import { later } from '../clock.ts';

const AGAIN_MS = 60_000;

/**
 * @param chart `<actor>/<chart>`
 * @param moved called when something changed, and at the beginning: what changed until then nobody told
 * @param counted called with how many are in each state, also at the beginning
 * @param isWanted asked before the watch is begun again of itself, after it ended
 * @returns begins to watch, unless that is done already; who may not see the inspector hears nothing
 */
export function chartWatch(
  chart: string,
  moved: () => void,
  counted: (counts: Readonly<Record<string, number>>) => void,
  isWanted: () => boolean,
): () => void {
  let socket: WebSocket | undefined;
  const begin = (): void => {
    if (socket !== undefined) return;
    const own = new WebSocket(
      `${location.origin.replace(/^http/, 'ws')}/__inspect__?flows=${encodeURIComponent(chart)}`,
    );
    socket = own;
    own.addEventListener('message', ({ data }: MessageEvent<string>) => {
      counted((JSON.parse(data) as { counts?: Record<string, number> }).counts ?? {});
      moved();
    });
    own.addEventListener('close', () => {
      socket = undefined;
      later(AGAIN_MS, () => {
        if (isWanted()) begin();
      });
    });
  };
  return begin;
}
