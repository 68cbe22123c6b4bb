/** All stories that `npm run simulate` plays. */
import type { Scenario } from '../../runtime/simulation/index.ts';
import { authenticatedScenario, clusterScenario } from './cluster/index.ts';
import { ledgerScenario } from './ledger.ts';
import { marathonScenario, marathonsScenario } from './marathon/index.ts';
import { mastersScenario } from './masters/index.ts';
import { leadersScenario } from './masters/leaders.ts';

export const scenarios: readonly Scenario[] = [
  ledgerScenario,
  clusterScenario,
  authenticatedScenario,
  mastersScenario,
  leadersScenario,
  marathonScenario,
  marathonsScenario,
];

/** @throws Error naming those there are */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(`--scenario=${name}: expected ${scenarios.map((each) => each.name).join(' or ')}`);
}
