/**
 * Ids of apps, pods and groups: paths such as `/product/web` (spec: marathon.md §13.1).
 *
 * A segment is made of lower-case DNS labels joined by dots. Relative ids are resolved against a group.
 */

const SEGMENT = /^(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$/;

/** Words that routes below an app's id use. */
const RESERVED: ReadonlySet<string> = new Set(['restart', 'tasks', 'versions', '.', '..']);

/** Id of the group that holds everything. */
export const ROOT = '/';

/** The absolute id of `id` as written inside the group `base`; `.` and `..` are walked, doubled slashes dropped. */
export function resolveId(id: string, base: string = ROOT): string {
  const walked: string[] = id.startsWith('/') ? [] : segmentsOf(base);
  for (const segment of id.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') walked.pop();
    else walked.push(segment);
  }
  return `/${walked.join('/')}`;
}

export function segmentsOf(id: string): string[] {
  return id.split('/').filter((segment) => segment !== '');
}

/** The group that holds it; the root's parent is the root. */
export function parentOf(id: string): string {
  return `/${segmentsOf(id).slice(0, -1).join('/')}`;
}

/** The groups above `id`, the root first. */
export function ancestorsOf(id: string): string[] {
  const segments = segmentsOf(id);
  return segments.map((_, index) => `/${segments.slice(0, index).join('/')}`);
}

/** Whether `id` lies inside the group, at any depth. */
export function isBelow(id: string, group: string): boolean {
  return group === ROOT ? id !== ROOT : id.startsWith(`${group}/`);
}

/** The group below the root that holds it; undefined for what lies in the root itself. */
export function topGroupOf(id: string): string | undefined {
  const end = id.indexOf('/', 1);
  return end < 0 ? undefined : id.slice(0, end);
}

/**
 * The longest id: those of tasks are made of it and of `.instance-<uuid>._app.<n>`, and Mesos takes 255 bytes. What is longer could
 * never run, and each group on its way would be one more.
 */
const ID_MAX = 199;

/** What is wrong with an absolute id; undefined when nothing is. */
export function idProblem(id: string): string | undefined {
  if (id.length > ID_MAX)
    return `must not be longer than ${ID_MAX} characters, as Mesos takes no ids of tasks above 255`;
  const segments = segmentsOf(id);
  const last = segments.at(-1);
  if (last === undefined) return 'must not be the root group';
  if (RESERVED.has(last)) return `must not end with '${last}'`;
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong === undefined) return undefined;
  return `must fully match regular expression '${SEGMENT.source}', the segment '${wrong}' does not`;
}

/** `/product/web` → `product_web`: what task ids begin with, and the bridge script's names. */
export function underscored(id: string): string {
  return segmentsOf(id).join('_');
}

/** `/product/db/mongo` → `mongo.db.product`, the name of its tasks. */
export function reversedName(id: string): string {
  return segmentsOf(id).reverse().join('.');
}
