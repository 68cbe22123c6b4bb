/** Which services have to run before which others (spec: marathon.md §13.2). */
import { ancestorsOf } from './ids.ts';
import type { Root } from './root.ts';
import type { Problem } from './schema.ts';

/** Ids of the services that a service depends on: named by it or by a group above it, groups meaning all in them. */
export function dependenciesOf(id: string, root: Root): Set<string> {
  const named = [...(root.services.get(id)?.dependencies ?? [])];
  for (const group of ancestorsOf(id)) named.push(...(root.groups.get(group)?.dependencies ?? []));
  const found = new Set<string>();
  for (const each of named) {
    if (root.services.has(each)) found.add(each);
    else for (const { id: below } of root.servicesBelow(each)) found.add(below);
  }
  found.delete(id);
  return found;
}

/** The length of the longest way down from each service, by id; undefined when some way comes back to where it began. */
export function layersOf(ids: Iterable<string>, root: Root): ReadonlyMap<string, number> | undefined {
  const layers = new Map<string, number>();
  const onWay = new Set<string>();
  const walk = (id: string): number | undefined => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (onWay.has(id)) return undefined;
    onWay.add(id);
    let layer = 0;
    for (const below of dependenciesOf(id, root)) {
      const under = walk(below);
      if (under === undefined) return undefined;
      layer = Math.max(layer, under + 1);
    }
    onWay.delete(id);
    layers.set(id, layer);
    return layer;
  };
  for (const id of ids) if (walk(id) === undefined) return undefined;
  return layers;
}

/** Whether anything depends on anything: most clusters can skip the rest. */
function hasDependencies(root: Root): boolean {
  for (const { dependencies } of root.services.values()) if (dependencies.length > 0) return true;
  for (const { dependencies } of root.groups.values()) if (dependencies.length > 0) return true;
  return false;
}

/** What is wrong with the dependencies of everything defined. */
export function dependencyProblems(root: Root): Problem[] {
  if (!hasDependencies(root)) return [];
  const problems: Problem[] = [];
  for (const { id, dependencies } of [...root.services.values(), ...root.groups.values()]) {
    for (const each of dependencies) {
      if (each === id) problems.push({ path: '/dependencies', error: `${id} must not depend on itself` });
      else if (!root.services.has(each) && root.group(each) === undefined)
        problems.push({ path: '/dependencies', error: `${id} depends on ${each}, which does not exist` });
    }
  }
  if (problems.length === 0 && layersOf(root.services.keys(), root) === undefined)
    problems.push({ path: '/', error: 'Dependency graph has cyclic dependencies.' });
  return problems;
}
