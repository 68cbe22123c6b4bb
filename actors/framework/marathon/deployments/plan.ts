/** What a deployment is to do: the steps from one state of all definitions to another (spec: marathon.md §15.2). */
import { layersOf } from '../model/dependencies.ts';
import type { Change, GroupInfo, Root } from '../model/root.ts';
import type { Spec } from '../model/spec.ts';
import { isPod } from '../model/spec.ts';

export type ActionVerb = 'Start' | 'Stop' | 'Scale' | 'Restart';

export interface Action {
  readonly verb: ActionVerb;
  /** Of the service. */
  readonly id: string;
  readonly pod: boolean;
  /** Instances that are to go first when it is scaled down. */
  readonly kill?: readonly string[];
  /** Some instances are moved elsewhere; nothing of the definition changes. */
  readonly moves?: true;
}

export interface Plan {
  readonly id: string;
  readonly version: string;
  readonly steps: readonly (readonly Action[])[];
  /** Definitions of the affected services before and after; null where there is none. */
  readonly original: Readonly<Record<string, Spec | null>>;
  readonly target: Readonly<Record<string, Spec | null>>;
  /** What the groups that it writes were before; null: they were not. Left out when there are none. */
  readonly groups?: Readonly<Record<string, GroupInfo | null>>;
}

/** Kinds of actions as clients know them: `ScaleApplication`, `ScalePod`. */
export function actionName({ verb, pod }: Action): string {
  return `${verb}${pod ? 'Pod' : 'Application'}`;
}

export function affectedBy({ original, target }: Plan): string[] {
  return [...new Set([...Object.keys(original), ...Object.keys(target)])];
}

/**
 * @param before state without the change
 * @param after state with it
 * @param kill instances by service that are to go first when it is scaled down
 * @param replaced services of which some instances are to be replaced, though nothing of their definition changes
 */
export function planOf(
  id: string,
  before: Root,
  after: Root,
  change: Change,
  kill: ReadonlyMap<string, readonly string[]> = new Map(),
  replaced: ReadonlySet<string> = new Set(),
): Plan {
  const affected = [...change.services.keys()].filter(
    (each) => before.services.get(each) !== after.services.get(each),
  );
  const definitions = (root: Root) =>
    Object.fromEntries(affected.map((each) => [each, root.services.get(each) ?? null]));
  const [original, target] = [definitions(before), definitions(after)];
  return {
    id,
    version: after.version,
    steps: stepsOf(affected, before, after, { kill, replaced }),
    original,
    target,
    ...(change.groups.size > 0 && { groups: groupsBefore(before, change) }),
  };
}

function groupsBefore(before: Root, { groups }: Change): Readonly<Record<string, GroupInfo | null>> {
  return Object.fromEntries([...groups.keys()].map((id) => [id, before.groups.get(id) ?? null]));
}

interface Hints {
  readonly kill: ReadonlyMap<string, readonly string[]>;
  readonly replaced: ReadonlySet<string>;
}

function stepsOf(
  affected: readonly string[],
  before: Root,
  after: Root,
  { kill, replaced }: Hints,
): Action[][] {
  const [stops, starts]: [Action[], Action[]] = [[], []];
  const layers =
    layersOf(
      affected.filter((id) => after.services.has(id)),
      after,
    ) ?? new Map<string, number>();
  const rows: Action[][] = [];
  for (const id of [...affected].sort()) {
    const [old, target] = [before.services.get(id), after.services.get(id)];
    if (target === undefined) {
      if (old !== undefined) stops.push({ verb: 'Stop', id, pod: isPod(old) });
      continue;
    }
    if (old === undefined) starts.push({ verb: 'Start', id, pod: isPod(target) });
    const layer = layers.get(id) ?? 0;
    rows[layer] ??= [];
    rows[layer].push(
      replaced.has(id)
        ? { verb: 'Restart', id, pod: isPod(target), moves: true }
        : moveOf(id, old, target, kill.get(id)),
    );
  }
  return [stops, starts, ...rows].filter((step) => step !== undefined && step.length > 0);
}

function moveOf(
  id: string,
  old: Spec | undefined,
  target: Spec,
  kill: readonly string[] | undefined,
): Action {
  const pod = isPod(target);
  const restarts = old !== undefined && target.instances > 0 && changesTasks(old, target);
  if (restarts) return { verb: 'Restart', id, pod };
  return { verb: 'Scale', id, pod, ...(kill !== undefined && { kill }) };
}

function changesTasks(old: Spec, target: Spec): boolean {
  // What was changed in place differs, and its tasks stay.
  return old.versionInfo.lastConfigChangeAt !== target.versionInfo.lastConfigChangeAt;
}
