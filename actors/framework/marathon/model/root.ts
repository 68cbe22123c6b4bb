/** All that is defined: apps, pods and groups by their ids, and what a write changes of them (spec: marathon.md §13, §15.1). */
import type { App } from './app.ts';
import { ancestorsOf, isBelow, parentOf, ROOT } from './ids.ts';
import type { Pod } from './pod.ts';
import type { Spec } from './spec.ts';
import { isPod } from './spec.ts';

/** What a group is besides what lies in it. */
export interface GroupInfo {
  readonly id: string;
  readonly dependencies: readonly string[];
  readonly enforceRole?: boolean;
  /** Only implied by the ids of services below it: it vanishes with the last of them. */
  readonly implied?: boolean;
  readonly version: string;
}

/**
 * Whether a top-level group's name is the role of what lies in it.
 * @param group undefined: it will be implied by what is written now
 * @param unsaid of groups that nobody said it of, the implied ones (`--new_group_enforce_role`)
 */
export function enforcesRole(group: GroupInfo | undefined, unsaid: 'off' | 'top'): boolean {
  const { enforceRole, implied = group === undefined } = group ?? {};
  return enforceRole ?? (implied && unsaid === 'top');
}

/** A write: new definitions by id; undefined removes. */
export interface Change {
  readonly services: ReadonlyMap<string, Spec | undefined>;
  readonly groups: ReadonlyMap<string, GroupInfo | undefined>;
}

export const NO_CHANGE: Change = { services: new Map(), groups: new Map() };

/** An immutable state of everything defined. */
export class Root {
  static readonly EMPTY: Root = new Root(new Map(), new Map(), '1970-01-01T00:00:00.000Z');

  readonly services: ReadonlyMap<string, Spec>;
  readonly groups: ReadonlyMap<string, GroupInfo>;
  /** Of the last change. */
  readonly version: string;
  // Made when somebody asks: to look through everything for each group is the square of it.
  #groupsByParent: ReadonlyMap<string, GroupInfo[]> | undefined;
  #servicesByParent: ReadonlyMap<string, Spec[]> | undefined;

  constructor(services: ReadonlyMap<string, Spec>, groups: ReadonlyMap<string, GroupInfo>, version: string) {
    this.services = services;
    this.groups = groups;
    this.version = version;
  }

  app(id: string): App | undefined {
    const spec = this.services.get(id);
    return spec === undefined || isPod(spec) ? undefined : spec;
  }

  pod(id: string): Pod | undefined {
    const spec = this.services.get(id);
    return spec !== undefined && isPod(spec) ? spec : undefined;
  }

  /** The group, with what is known of it; the root is always there. */
  group(id: string): GroupInfo | undefined {
    const info = this.groups.get(id);
    if (info !== undefined || id !== ROOT) return info;
    return { id: ROOT, dependencies: [], version: this.version };
  }

  /** Services inside a group, at any depth. */
  *servicesBelow(group: string): Iterable<Spec> {
    for (const spec of this.services.values()) if (isBelow(spec.id, group)) yield spec;
  }

  /** Groups right inside a group. */
  groupsIn(group: string): readonly GroupInfo[] {
    this.#groupsByParent ??= byParent(this.groups.values());
    return this.#groupsByParent.get(group) ?? [];
  }

  /** Services right inside a group. */
  servicesIn(group: string): readonly Spec[] {
    this.#servicesByParent ??= byParent(this.services.values());
    return this.#servicesByParent.get(group) ?? [];
  }

  /** The state after a write. Groups on the way to a new service come to be; implied ones that are empty go. */
  with(change: Change, version: string): Root {
    const services = new Map(this.services);
    const groups = new Map(this.groups);
    for (const [id, info] of change.groups) {
      if (info === undefined) groups.delete(id);
      else groups.set(id, info);
    }
    for (const [id, spec] of change.services) {
      if (spec === undefined) services.delete(id);
      else services.set(id, spec);
    }
    const touched = [...change.services, ...change.groups].filter(([, value]) => value !== undefined);
    for (const [id] of touched) addImplied(groups, id, version);
    if ([...change.services.values()].includes(undefined)) dropEmpty(groups, services);
    return new Root(services, groups, version);
  }
}

function byParent<T extends { readonly id: string }>(all: Iterable<T>): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const each of all) {
    if (each.id === ROOT) continue;
    const parent = parentOf(each.id);
    const others = found.get(parent);
    if (others === undefined) found.set(parent, [each]);
    else others.push(each);
  }
  return found;
}

function addImplied(groups: Map<string, GroupInfo>, id: string, version: string): void {
  for (const ancestor of ancestorsOf(id))
    if (ancestor !== ROOT && !groups.has(ancestor))
      groups.set(ancestor, { id: ancestor, dependencies: [], implied: true, version });
}

function dropEmpty(groups: Map<string, GroupInfo>, services: ReadonlyMap<string, Spec>): void {
  const held = new Set([...services.keys()].flatMap(ancestorsOf));
  for (const { id, implied } of groups.values())
    if (implied !== true) for (const each of ancestorsOf(id)) held.add(each);
  for (const { id, implied } of [...groups.values()])
    if (implied === true && !held.has(id)) groups.delete(id);
}
