/** Everything defined, now and as it was: services, groups, their versions (spec: marathon.md §14). */
import type { Random } from '../../../../runtime/index.ts';
import { isoTime } from '../events/bus.ts';
import { servicePortsOf } from '../model/app.ts';
import { isBelow, ROOT } from '../model/ids.ts';
import { type Change, type GroupInfo, Root } from '../model/root.ts';
import { isApp, type Spec } from '../model/spec.ts';
import type { StateStore } from './store.ts';

/** Who made a change. */
export interface Author {
  /** The name that they proved to have, where Marathon asks for one. */
  readonly by?: string;
  /** Address that it was asked for from. */
  readonly from: string;
}

/** What became of one thing; null where there was or is none. */
export interface Step<T> {
  readonly id: string;
  readonly before: T | null;
  readonly after: T | null;
}

/** A change as it is told: services from which version to which, and settings of groups. */
export interface ChangeRecord extends Partial<Author> {
  readonly version: string;
  readonly services: readonly Step<string>[];
  /** Of groups that nobody named, but that came and went with what is in them, nothing is told. */
  readonly groups: readonly Step<GroupInfo>[];
}

/** Which version of what a write replaced by which. */
interface Written extends Partial<Author> {
  readonly version: string;
  /** It is many of before, put together. */
  readonly folded?: true;
  /** Version of each service after the write; null: it was removed. */
  readonly services: Readonly<Record<string, string | null>>;
  readonly groups: Readonly<Record<string, GroupInfo | null>>;
}

/** Writes remembered for versions of groups. */
const WRITES_MAX = 2_000;

export interface DefinitionsOptions {
  readonly store: StateStore;
  readonly versionsMax: number;
  readonly portMin: number;
  readonly portMax: number;
  readonly random: Random;
}

/** There is no service port left to give. */
export class PortRangeExhausted extends Error {
  constructor(min: number, max: number) {
    super(`Port range exhausted: all of ${min} to ${max} are service ports already`);
    this.name = 'PortRangeExhausted';
  }
}

export class Definitions {
  readonly #options: DefinitionsOptions;
  readonly #versions = new Map<string, Map<string, Spec>>();
  #writes: Written[] = [];
  #root = Root.EMPTY;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    this.#load(options.store.loaded);
  }

  get root(): Root {
    return this.#root;
  }

  /** The version of a write that happens now: later than all before, whatever the clock says. */
  nextVersion(nowMs: number): string {
    const last = Date.parse(this.#root.version);
    return isoTime(Math.max(nowMs, last + 1));
  }

  /** Makes and writes down the state after a change. */
  commit(change: Change, version: string, author?: Author): void {
    const before = this.#root;
    this.#root = before.with(change, version);
    for (const [id, spec] of change.services) {
      if (spec === before.services.get(id)) continue;
      // Versions of what is removed are kept as long as versions of its groups lead back to them.
      if (spec === undefined) this.#options.store.remove(`service/${id}`);
      else this.#putService(spec);
    }
    for (const id of new Set([...before.groups.keys(), ...this.#root.groups.keys()])) {
      const group = this.#root.groups.get(id);
      if (group === before.groups.get(id)) continue;
      if (group === undefined) this.#options.store.remove(`group/${id}`);
      else this.#options.store.put(`group/${id}`, group);
    }
    this.#note(change, version, author);
  }

  /** Versions of a service, the newest first. */
  versionsOf(id: string): string[] {
    const removed = this.#writes.findLast(({ services }) => services[id] === null)?.version ?? '';
    const known = [...(this.#versions.get(id)?.keys() ?? [])];
    return known
      .filter((version) => version > removed)
      .sort()
      .reverse();
  }

  version(id: string, version: string): Spec | undefined {
    return this.#versions.get(id)?.get(version);
  }

  /** Versions in which anything inside the group changed, the newest first. */
  groupVersions(group: string): string[] {
    const touches = ({ services, groups }: Written): boolean =>
      [...Object.keys(services), ...Object.keys(groups)].some((id) => id === group || isBelow(id, group));
    return this.#writes
      .filter(touches)
      .map(({ version }) => version)
      .reverse();
  }

  /** What became of a service, or of all in a group, the newest first. */
  changes(id: string, max: number): ChangeRecord[] {
    return [...this.#records(id)].slice(-max).reverse();
  }

  /** The change that made this version; undefined when that is not known any more. */
  changeOf(version: string): ChangeRecord | undefined {
    for (const record of this.#records(ROOT)) if (record.version === version) return record;
    return undefined;
  }

  /** The oldest first. */
  *#records(id: string): Iterable<ChangeRecord> {
    const versions = new Map<string, string | null>();
    const infos = new Map<string, GroupInfo | null>();
    for (const { version, folded, by, from, ...written } of this.#writes) {
      const services = steps(id, written.services, versions);
      const groups = steps(id, written.groups, infos).filter(({ before, after }) => before !== after);
      if (folded !== true && services.length + groups.length > 0)
        yield {
          version,
          ...(by !== undefined && { by }),
          ...(from !== undefined && { from }),
          services,
          groups,
        };
    }
  }

  /** Everything as it was after the write of that version; undefined when that is not known any more. */
  rootAt(version: string): Root | undefined {
    const at = this.#writes.findIndex((written) => written.version === version);
    if (at < 0) return undefined;
    const writes = this.#writes.slice(0, at + 1);
    const present = <T>(written: readonly Readonly<Record<string, T | null>>[]): [string, T][] =>
      Object.entries<T | null>(Object.assign({}, ...written)).flatMap(([id, value]) =>
        value === null ? [] : [[id, value]],
      );
    const groups = new Map(present(writes.map((each) => each.groups)));
    const services = new Map<string, Spec>();
    for (const [id, of] of present(writes.map((each) => each.services))) {
      const spec = this.version(id, of);
      // A version that is kept no longer: going back without it would remove the service.
      if (spec === undefined) return undefined;
      services.set(id, spec);
    }
    return Root.EMPTY.with({ services, groups }, version);
  }

  /**
   * Gives out service ports that no service has, for one write.
   * @param besides ports that the write itself names
   */
  servicePorts(besides: Iterable<number> = []): () => number {
    const { portMin, portMax, random } = this.#options;
    let taken: Set<number> | undefined;
    return () => {
      taken ??= new Set([...besides, ...this.#servicePorts()]);
      const size = portMax - portMin + 1;
      const start = Math.floor(random.next() * size);
      for (let step = 0; step < size; step++) {
        const port = portMin + ((start + step) % size);
        if (taken.has(port)) continue;
        taken.add(port);
        return port;
      }
      throw new PortRangeExhausted(portMin, portMax);
    };
  }

  *#servicePorts(): Iterable<number> {
    for (const spec of this.#root.services.values()) if (isApp(spec)) yield* servicePortsOf(spec);
  }

  #putService(spec: Spec): void {
    const { store, versionsMax } = this.#options;
    store.put(`service/${spec.id}`, spec);
    let versions = this.#versions.get(spec.id);
    if (versions === undefined) {
      versions = new Map();
      this.#versions.set(spec.id, versions);
    }
    versions.set(spec.version, spec);
    store.put(`version/${spec.id}@${spec.version}`, spec);
    for (const old of this.versionsOf(spec.id).slice(versionsMax)) {
      versions.delete(old);
      store.remove(`version/${spec.id}@${old}`);
    }
  }

  #note(change: Change, version: string, author: Author | undefined): void {
    const services = [...change.services].map(([id, spec]) => [id, spec?.version ?? null] as const);
    const groups = [...change.groups].map(([id, info]) => [id, info ?? null] as const);
    const written = {
      version,
      services: Object.fromEntries(services),
      groups: Object.fromEntries(groups),
      ...author,
    };
    this.#writes.push(written);
    this.#options.store.put(`change/${version}`, written);
    if (this.#writes.length > WRITES_MAX) this.#fold(this.#writes.splice(0, WRITES_MAX / 2));
  }

  /** The oldest writes become one, and versions of what they removed for good are dropped. */
  #fold(old: readonly Written[]): void {
    const { store } = this.#options;
    const folded: Written = {
      version: old.at(-1)?.version ?? '',
      folded: true,
      services: Object.assign({}, ...old.map(({ services }) => services)),
      groups: Object.assign({}, ...old.map(({ groups }) => groups)),
    };
    for (const { version } of old) store.remove(`change/${version}`);
    this.#writes.unshift(folded);
    store.put(`change/${folded.version}`, folded);
    for (const [id, version] of Object.entries(folded.services)) {
      if (version !== null || this.#root.services.has(id)) continue;
      for (const each of this.#versions.get(id)?.keys() ?? []) store.remove(`version/${id}@${each}`);
      this.#versions.delete(id);
    }
  }

  #load(loaded: ReadonlyMap<string, unknown>): void {
    const services = new Map<string, Spec>();
    const groups = new Map<string, GroupInfo>();
    for (const [key, value] of loaded) {
      const [kind] = key.split('/', 1);
      if (kind === 'service') services.set((value as Spec).id, value as Spec);
      else if (kind === 'group') groups.set((value as GroupInfo).id, value as GroupInfo);
      else if (kind === 'change') this.#writes.push(value as Written);
      else if (kind === 'version') {
        const spec = value as Spec;
        const versions = this.#versions.get(spec.id) ?? new Map<string, Spec>();
        this.#versions.set(spec.id, versions.set(spec.version, spec));
      }
    }
    this.#writes.sort((a, b) => (a.version < b.version ? -1 : 1));
    const version = this.#writes.at(-1)?.version ?? this.#root.version;
    this.#root = new Root(services, groups, version);
  }
}

/** What a write did to those things that are meant, or are in it. @param last what was before, brought up to date */
function steps<T>(
  id: string,
  written: Readonly<Record<string, T | null>>,
  last: Map<string, T | null>,
): Step<T>[] {
  return Object.entries(written)
    .filter(([each]) => each === id || isBelow(each, id))
    .map(([each, after]) => {
      const before = last.get(each) ?? null;
      last.set(each, after);
      return { id: each, before, after };
    });
}
