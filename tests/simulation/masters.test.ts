/** Masters that take turns under the faults of some seeds. */
import test from 'ava';
import { outcomeText, playScenario } from '../../runtime/simulation/index.ts';
import { mastersScenario } from './masters/index.ts';

for (const seed of [2, 3]) {
  test(`masters over one etcd keep the invariants, seed ${seed}`, (t) => {
    const outcome = playScenario(mastersScenario, seed);
    t.is(outcome.failure, undefined, outcomeText(outcome));
    const transcript = outcome.simulation.transcript.text();
    t.regex(transcript, /RunTaskMessage/);
    t.regex(transcript, /is cut off from etcd/);
  });
}
