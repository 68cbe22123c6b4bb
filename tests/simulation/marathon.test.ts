/** Marathon and everything below it under the faults of some seeds. */
import test from 'ava';
import { outcomeText, playScenario } from '../../runtime/simulation/index.ts';
import { marathonScenario, marathonsScenario } from './marathon/index.ts';

for (const [scenario, seed] of [
  [marathonScenario, 2],
  [marathonScenario, 3],
  [marathonsScenario, 1],
] as const) {
  test(`promises are kept while everything fails: ${scenario.name}, seed ${seed}`, (t) => {
    const outcome = playScenario(scenario, seed);
    t.is(outcome.failure, undefined, outcomeText(outcome));
    t.regex(outcome.simulation.transcript.text(), /RunTaskMessage/);
  });
}
