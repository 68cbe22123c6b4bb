/** What every node tells of itself, in the shapes that the v1 APIs of master and agent share (v1-operator-api.md §2.2, §4.2). */
import { HttpRefusal } from '../../runtime/http/refusal.ts';
import type { Node } from '../../runtime/index.ts';
import type { DurationInfo, Flag, Metric } from '../index.ts';

/** Flags as texts, sorted by name. */
export function flagList(texts: Readonly<Record<string, string>>): Flag[] {
  return Object.entries(texts)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Every metric, sorted by name. All are ready at once here: a timeout has nothing to leave out. */
export function metricList(node: Node): Metric[] {
  return Object.entries(node.metrics.snapshot()).map(([name, value]) => ({ name, value }));
}

/** SET_LOGGING_LEVEL. @throws HttpRefusal 400 for a level below the one the node was started with */
export function setLoggingLevel(node: Node, level: number, { nanoseconds }: DurationInfo): void {
  if (nanoseconds < 0)
    throw new HttpRefusal(400, `duration: expected one from now on, got ${nanoseconds} ns`);
  try {
    node.log.level.toggle(level, nanoseconds / 1e6);
  } catch (error) {
    throw new HttpRefusal(400, error instanceof Error ? error.message : String(error));
  }
}
