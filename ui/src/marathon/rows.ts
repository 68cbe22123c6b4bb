/** Apps and groups as rows of a table. */
import { type Health, healthOf, healthWeight, type Status, statusOf, sumOf } from './status.ts';
import type { App, QueueEntry } from './types.ts';

export interface AppRow {
  readonly kind: 'group' | 'app';
  readonly id: string;
  readonly name: string;
  /** Of all instances together. */
  readonly cpus: number;
  /** MiB, of all instances together. */
  readonly mem: number;
  readonly status: Status | '';
  readonly running: number;
  readonly instances: number;
  readonly health: Health;
  readonly weight: number;
  /** `docker`, or nothing. */
  readonly container: string;
  /** `name: value`. */
  readonly labels: readonly string[];
}
export type Row = AppRow;

export interface Known {
  readonly apps: ReadonlyMap<string, App>;
  readonly groups: readonly string[];
  readonly queue: ReadonlyMap<string, QueueEntry>;
}

export function isBelow(id: string, group: string): boolean {
  return group === '/' || id.startsWith(`${group}/`);
}

function parentOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/')) || '/';
}

function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** What lies right in a group. */
export function childRows(known: Known, group: string): Row[] {
  const inside = known.groups.filter((id) => parentOf(id) === group).map((id) => groupRow(known, id));
  const here = [...known.apps.values()].filter(({ id }) => parentOf(id) === group);
  return [...inside, ...here.map((app) => appRow(known, app))];
}

/** Apps and groups anywhere below a group. @param search words that must all be found */
export function searchedRows(known: Known, group: string, search: string, status: string): Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = (row: Row): boolean => {
    const text = [row.id, row.container, ...row.labels].join('\n').toLowerCase();
    return (status === '' || row.status === status) && words.every((word) => text.includes(word));
  };
  const inside = known.groups.filter((id) => isBelow(id, group)).map((id) => groupRow(known, id));
  const here = [...known.apps.values()].filter(({ id }) => isBelow(id, group));
  return [...inside, ...here.map((app) => appRow(known, app))].filter(fits);
}

/** Groups stay before apps. */
export function sortedRows(rows: readonly Row[], by: string, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  const member = (row: Row): unknown => (row as unknown as Record<string, unknown>)[by];
  return [...rows].sort((a, b) => {
    if (a.kind !== b.kind) return a.kind === 'group' ? -1 : 1;
    const [left, right] = [member(a), member(b)];
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true });
  });
}

function appRow({ queue }: Known, app: App): Row {
  const health = healthOf(app);
  return {
    kind: 'app',
    id: app.id,
    name: nameOf(app.id),
    cpus: app.cpus * app.instances,
    mem: app.mem * app.instances,
    status: statusOf(app, queue.get(app.id)),
    running: app.tasksRunning,
    instances: app.instances,
    health,
    weight: healthWeight(health),
    container: app.container?.type === 'DOCKER' ? 'docker' : '',
    labels: Object.entries(app.labels ?? {}).map(([name, value]) =>
      value === '' ? name : `${name}: ${value}`,
    ),
  };
}

function groupRow(known: Known, id: string): Row {
  const rows = [...known.apps.values()].filter((app) => isBelow(app.id, id)).map((app) => appRow(known, app));
  const sum = (of: (row: Row) => number): number => rows.reduce((before, row) => before + of(row), 0);
  const health = sumOf(rows.map((row) => row.health));
  return {
    kind: 'group',
    id,
    name: nameOf(id),
    cpus: sum(({ cpus }) => cpus),
    mem: sum(({ mem }) => mem),
    status: '',
    running: sum(({ running }) => running),
    instances: sum(({ instances }) => instances),
    health,
    weight: healthWeight(health),
    container: '',
    labels: [],
  };
}
