/** Plans as clients read them (spec: marathon.md §6, §8.3). */
import { isApp, isPod, type Spec } from '../model/spec.ts';
import { type Action, actionName, type Plan } from './plan.ts';

/** Both names of the member, since clients of several ages look at one or the other. */
export function actionJson(action: Action): Readonly<Record<string, unknown>> {
  const name = actionName(action);
  return { action: name, type: name, [action.pod ? 'pod' : 'app']: action.id };
}

export function stepJson(actions: readonly Action[]): { actions: Readonly<Record<string, unknown>>[] } {
  return { actions: actions.map(actionJson) };
}

/** @param full with the definitions of the services that it affects, before and after */
export function planSummary(plan: Plan, full = false): Readonly<Record<string, unknown>> {
  const { id, version, steps } = plan;
  const summary = { id, version, steps: steps.map(stepJson) };
  if (!full) return summary;
  return { ...summary, original: groupOf(plan.original, version), target: groupOf(plan.target, version) };
}

function groupOf(specs: Readonly<Record<string, Spec | null>>, version: string): object {
  const all = Object.values(specs).filter((spec) => spec !== null);
  return { id: '/', version, apps: all.filter(isApp), pods: all.filter(isPod), groups: [], dependencies: [] };
}
