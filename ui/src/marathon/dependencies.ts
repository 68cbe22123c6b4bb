/** What of a group waits for what, as a chart that can be drawn. */
import type { Chart } from '../charts/definition.ts';
import { isBelow } from './rows.ts';
import type { App } from './types.ts';

/** Beyond, a drawing helps nobody. */
const DRAWN_MAX = 150;

/**
 * Apps below a group that wait for others, and those others: arrows lead to what has to be there first. Undefined where nothing
 * depends on anything, or too much does.
 *
 * @param ofGroups ids that groups wait for, by group
 */
export function dependencyChart(
  apps: Iterable<App>,
  group: string,
  ofGroups: ReadonlyMap<string, readonly string[]>,
): Chart | undefined {
  const edges = new Map<string, { from: string; to: string; events: string[] }>();
  const add = (from: string, to: string): void => {
    if (isBelow(from, group) || isBelow(to, group)) edges.set(`${from}→${to}`, { from, to, events: [] });
  };
  for (const { id, dependencies = [] } of apps) for (const to of dependencies) add(id, to);
  for (const [id, dependencies] of ofGroups) for (const to of dependencies) add(id, to);
  const ids = [...new Set([...edges.values()].flatMap(({ from, to }) => [from, to]))].sort();
  if (ids.length === 0 || ids.length > DRAWN_MAX) return undefined;
  return {
    states: ids.map((id) => ({
      path: id,
      name: id,
      description: id,
      isFinal: false,
      isInitial: false,
      parent: undefined,
      hasChildren: false,
    })),
    edges: [...edges.values()],
  };
}
