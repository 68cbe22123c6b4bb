/** Marathon and everything below it under the faults of some seeds. */
import test from 'ava';
import { outcomeText, playScenario } from '../../runtime/simulation/index.ts';
import { marathonScenario } from './marathon/index.ts';

for (const seed of [2, 3]) {
  test(`Marathon keeps its promises while everything fails, seed ${seed}`, (t) => {
    const outcome = playScenario(marathonScenario, seed);
    t.is(outcome.failure, undefined, outcomeText(outcome));
    t.regex(outcome.simulation.transcript.text(), /RunTaskMessage/);
  });
}
