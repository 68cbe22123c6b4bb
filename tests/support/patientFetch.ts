/**
 * A node whose turns come late turns requests away unseen (503 with `Retry-After`), as it should; on a starved machine any node does. `fetch`
 * of tests asks again when it is told to, as clients do.
 */
import { pause } from './until.ts';

/** What is turned away for longer is given as it is. */
const ATTEMPTS_MAX = 120;

const plainFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  for (let attempt = 1; ; attempt++) {
    const answer = await plainFetch(input, init);
    if (answer.status !== 503 || attempt === ATTEMPTS_MAX) return answer;
    const seconds = Number(answer.headers.get('retry-after'));
    if (!(seconds > 0) || !/^The node is \d+ ms late/.test(await answer.clone().text())) return answer;
    await pause(seconds * 1000);
  }
};
