/** From a group as clients write it to the change it means. */
import { type ApiError, notValid } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { appReader } from '../model/appSchema.ts';
import { idProblem, isBelow, parentOf, ROOT, resolveId } from '../model/ids.ts';
import { type Change, type GroupInfo, NO_CHANGE } from '../model/root.ts';
import {
  flag,
  list,
  number,
  object,
  type Problem,
  type Reader,
  type ReadFields,
  text,
} from '../model/schema.ts';
import { isApp, type Spec, versioned } from '../model/spec.ts';
import { newApp, type WriteContext } from './readApp.ts';
import { newPod, podReader } from './readPod.ts';

const fields = {
  id: text,
  version: text,
  scaleBy: number,
  enforceRole: flag,
  dependencies: list(text),
  apps: list(appReader),
  pods: list(podReader),
};

/** A group may hold groups, to some depth. */
export type GroupInput = ReadFields<typeof fields> & { readonly groups?: readonly GroupInput[] };

const DEPTH_MAX = 32;

const groupsReader: Reader<readonly GroupInput[]> = {
  schema: { type: 'array', items: { type: 'object' } },
  read: (value, path, problems) => {
    if (path.split('/groups(').length > DEPTH_MAX) {
      problems.push({ path, error: `groups are nested more than ${DEPTH_MAX} deep` });
      return undefined;
    }
    return list(groupReader).read(value, path, problems);
  },
};

export const groupReader: Reader<GroupInput> = object({ ...fields, groups: groupsReader });

/** The group becomes exactly as written: what is not in it any more goes. @throws ApiError 422 */
export function groupChange(input: GroupInput, id: string, write: WriteContext): Change {
  const { root } = write.marathon.definitions;
  const services = new Map<string, Spec | undefined>();
  const groups = new Map<string, GroupInfo | undefined>();
  for (const spec of root.servicesBelow(id)) services.set(spec.id, undefined);
  for (const info of root.groups.values()) if (isBelow(info.id, id)) groups.set(info.id, undefined);
  addGroup(input, id, '', { ...write, groups }, services, groups);
  return { services, groups };
}

/** Of the group itself: what it does not say stays as it is. @throws ApiError 422 */
export function settingsChange(input: GroupInput, id: string, write: WriteContext): Change {
  const { dependencies, enforceRole } = input;
  if (dependencies === undefined && enforceRole === undefined) return NO_CHANGE;
  const kept = write.marathon.definitions.root.groups.get(id)?.dependencies ?? [];
  const info = infoOf({ ...input, dependencies: dependencies ?? kept }, id, '', write);
  return { services: new Map(), groups: new Map([[id, info]]) };
}

function addGroup(
  input: GroupInput,
  id: string,
  at: string,
  write: WriteContext,
  services: Map<string, Spec | undefined>,
  groups: Map<string, GroupInfo | undefined>,
): void {
  const { root } = write.marathon.definitions;
  if (groups.get(id) !== undefined) throw twice(id, at);
  groups.set(id, infoOf(input, id, at, write));
  input.apps?.forEach((app, index) => {
    const place = `${at}/apps(${index})`;
    const appId = inside(app.id, id, `${place}/id`);
    if (services.get(appId) !== undefined) throw twice(appId, place);
    services.set(appId, newApp(app, appId, write, root.app(appId), place));
  });
  input.pods?.forEach((pod, index) => {
    const place = `${at}/pods(${index})`;
    const podId = inside(pod.id, id, `${place}/id`);
    if (services.get(podId) !== undefined) throw twice(podId, place);
    services.set(podId, newPod(pod, podId, write, root.pod(podId), place));
  });
  input.groups?.forEach((group, index) => {
    const place = `${at}/groups(${index})`;
    addGroup(group, inside(group.id, id, `${place}/id`), place, write, services, groups);
  });
}

function infoOf(input: GroupInput, id: string, at: string, { marathon, version }: WriteContext): GroupInfo {
  const problems: Problem[] = [];
  const wrong = id === ROOT ? undefined : idProblem(id);
  if (wrong !== undefined) problems.push({ path: `${at}/id`, error: wrong });
  const top = id !== ROOT && parentOf(id) === ROOT;
  if (input.enforceRole === true && !top)
    problems.push({ path: `${at}/enforceRole`, error: 'can only be set on top-level groups' });
  if (problems.length > 0) throw notValid(problems);
  const before = marathon.definitions.root.groups.get(id);
  const enforceRole =
    input.enforceRole ??
    before?.enforceRole ??
    (top && marathon.settings.enforceGroupRole === 'top' ? true : undefined);
  return {
    id,
    dependencies: (input.dependencies ?? []).map((each) => resolveId(each, id)),
    ...(enforceRole !== undefined && { enforceRole }),
    version,
  };
}

/** Which of the two was meant nobody knows. */
function twice(id: string, at: string): ApiError {
  return notValid([{ path: `${at}/id`, error: `${id} is defined more than once` }]);
}

/** The absolute id of a member. @throws ApiError 422 when it lies elsewhere */
function inside(given: string | undefined, group: string, at: string): string {
  const id = resolveId(given ?? '.', group);
  if (isBelow(id, group)) return id;
  throw notValid([
    { path: at, error: `identifier ${id} is not child of ${group}. Hint: use relative paths.` },
  ]);
}

/** Every app of the group gets so many times its instances, rounded up. @throws ApiError 422 */
export function scaledChange({ definitions }: Marathon, id: string, by: number, version: string): Change {
  if (!(by >= 0)) throw notValid([{ path: '/scaleBy', error: `got ${by}, expected 0 or more` }]);
  const services = new Map<string, Spec>();
  for (const spec of definitions.root.servicesBelow(id)) {
    if (!isApp(spec)) continue;
    const instances = Math.ceil(Math.round(spec.instances * by * 1e9) / 1e9);
    if (!Number.isSafeInteger(instances))
      throw notValid([
        { path: '/scaleBy', error: `got ${by}: ${spec.id} would have ${instances} instances` },
      ]);
    services.set(spec.id, versioned({ ...spec, instances }, spec, version));
  }
  return { services, groups: new Map() };
}
