/** Whether this node is alive and when something changed on it, by its inspector: agents and frameworks have no other stream. */
import { useEffect } from 'preact/hooks';
import { useStream } from '../charts/stream.ts';
import { every, later, nowMs } from '../clock.ts';
import { getJson } from './http.ts';
import { connection, needsLogin, version } from './live.ts';

/** Much may change at once: what is shown asks again once. */
const GATHER_MS = 300;
/** A quiet node says nothing: this often it is asked whether it is there. */
const PULSE_MS = 15_000;

let gathering = false;
let isOpen = false;

function changed(): void {
  connection.value = { state: 'live', problem: '', heardAt: nowMs() };
  if (gathering) return;
  gathering = true;
  later(GATHER_MS, () => {
    gathering = false;
    version.value += 1;
  });
}

every(PULSE_MS, () => {
  if (!isOpen) return;
  getJson('/version').then(
    () => {
      connection.value = { ...connection.value, heardAt: nowMs() };
    },
    () => undefined,
  );
});

/**
 * Follows the node as long as the page is there.
 * @param query of the stream whose every event is a change: flows of charts, or messages
 */
export function useNodeLive(query: string): void {
  const { problem } = useStream(query, changed, changed);
  useEffect(() => {
    isOpen = problem === '';
    if (isOpen) return;
    const state = needsLogin.value ? 'login' : 'lost';
    connection.value = { ...connection.value, state, problem: 'no answer' };
    // A refused stream does not say why: a question does.
    getJson('/__processes__').catch(() => undefined);
  }, [problem, needsLogin.value]);
}
