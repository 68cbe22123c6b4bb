/** `/v2/groups` (spec: marathon.md §3). */
import { actionJson } from '../deployments/planJson.ts';
import { ApiError, noGroup, notValid, wrongShape } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { isBelow, parentOf, ROOT, resolveId } from '../model/ids.ts';
import type { Change, GroupInfo, Root } from '../model/root.ts';
import { isApp, isPod, restored, type Spec } from '../model/spec.ts';
import { appJson, definitionJson, type Embeds, embedsOf, NO_EMBEDS } from './appJson.ts';
import { committed, isLegacy, writeContext, wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';
import { type GroupInput, groupChange, groupReader, scaledChange, settingsChange } from './readGroup.ts';

export function groupsRoute(marathon: Marathon, call: Call): Answer {
  const segments = call.rest.split('/').filter((each) => each !== '');
  const id = (count: number): string => `/${segments.slice(0, segments.length - count).join('/')}`;
  const [last, beforeLast] = [segments.at(-1), segments.at(-2)];
  if (call.method === 'GET' && beforeLast === 'versions')
    return oneVersion(marathon, call, id(2), last ?? '');
  if (call.method === 'GET' && last === 'versions') return { body: versionsOf(marathon, id(1)) };
  if (call.method === 'GET' && last === 'apps') return appsOf(marathon, call, id(1));
  const group = id(0);
  switch (call.method) {
    case 'GET':
      return get(marathon, call, group);
    case 'POST':
      return create(marathon, call, group);
    case 'PUT':
      return put(marathon, call, group);
    case 'PATCH':
      return patch(marathon, call, group);
    case 'DELETE':
      return remove(marathon, call, group);
    default:
      return wrongMethod(call, 'GET, POST, PUT, PATCH and DELETE');
  }
}

/** @throws ApiError 404 */
function existing(marathon: Marathon, id: string): GroupInfo {
  const group = marathon.definitions.root.group(id);
  if (group === undefined) throw noGroup(id);
  return group;
}

interface Shown {
  readonly groups: boolean;
  readonly apps: boolean;
  readonly pods: boolean;
  readonly embeds: Embeds;
  readonly legacy: boolean;
}

function shownOf(marathon: Marathon, call: Call): Shown {
  const asked = call.all('embed');
  const all = asked.length === 0;
  const has = (name: string): boolean =>
    all || asked.some((each) => each === name || each.startsWith(`${name}.`));
  return {
    groups: has('group.groups'),
    apps: has('group.apps'),
    pods: has('group.pods'),
    embeds: embedsOf(asked, ['group.apps.'], NO_EMBEDS),
    legacy: isLegacy(marathon, call),
  };
}

function get(marathon: Marathon, call: Call, id: string): Answer {
  const group = existing(marathon, id);
  return { body: groupJson(marathon, marathon.definitions.root, group, shownOf(marathon, call)) };
}

function groupJson(marathon: Marathon, root: Root, group: GroupInfo, shown: Shown): object {
  const { id, version, dependencies, enforceRole } = group;
  const services = root.servicesIn(id);
  return {
    id,
    version,
    dependencies,
    ...(enforceRole !== undefined && { enforceRole }),
    ...(shown.groups && {
      groups: [...root.groupsIn(id)].map((each) => groupJson(marathon, root, each, shown)),
    }),
    ...(shown.apps && {
      apps: services.filter(isApp).map((app) => appJson(marathon, app, shown.embeds, shown.legacy)),
    }),
    ...(shown.pods && { pods: services.filter(isPod) }),
  };
}

function appsOf(marathon: Marathon, call: Call, id: string): Answer {
  existing(marathon, id);
  const legacy = isLegacy(marathon, call);
  const apps = [...marathon.definitions.root.servicesBelow(id)].filter(isApp);
  return { body: { apps: apps.map((app) => definitionJson(app, legacy)) } };
}

function versionsOf(marathon: Marathon, id: string): string[] {
  existing(marathon, id);
  return marathon.definitions.groupVersions(id);
}

/** @throws ApiError 404 */
function rootAt({ definitions }: Marathon, id: string, version: string): Root {
  const root = definitions.rootAt(version);
  if (root?.group(id) === undefined) throw noGroup(id, version);
  return root;
}

function oneVersion(marathon: Marathon, call: Call, id: string, version: string): Answer {
  const root = rootAt(marathon, id, version);
  const group = root.group(id) ?? { id, dependencies: [], version };
  return { body: groupJson(marathon, root, { ...group, version }, shownOf(marathon, call)) };
}

function readGroup(call: Call): GroupInput {
  const problems: Parameters<typeof groupReader.read>[2] = [];
  const input = groupReader.read(call.json(), '', problems);
  if (input === undefined || problems.length > 0) throw wrongShape(problems);
  return input;
}

/** The group that a request means: its path, and an id in the body below that. */
function targetOf(input: GroupInput, base: string): string {
  return input.id === undefined ? base : resolveId(input.id, base);
}

function create(marathon: Marathon, call: Call, base: string): Answer {
  const input = readGroup(call);
  const id = targetOf(input, base);
  const { root } = marathon.definitions;
  const group = root.groups.get(id);
  if (root.services.has(id))
    throw new ApiError(409, `Group ${id} cannot be created. An app with the path ${id} already exists.`);
  if (id === ROOT ? root.services.size > 0 : group !== undefined && group.implied !== true)
    throw new ApiError(409, `Group ${id} is already created. Use PUT to change this group.`);
  const answer = write(marathon, call, input, id);
  return {
    ...answer,
    status: 201,
    headers: { ...answer.headers, Location: `${call.origin}/v2/groups${id}` },
  };
}

function put(marathon: Marathon, call: Call, base: string): Answer {
  const input = readGroup(call);
  const id = base === ROOT ? targetOf(input, base) : base;
  const { definitions, writes } = marathon;
  const exists = definitions.root.group(id) !== undefined;
  if (input.version !== undefined && input.apps === undefined && input.groups === undefined)
    return rollBack(marathon, call, id, input.version);
  if (input.scaleBy !== undefined) {
    existing(marathon, id);
    const version = writes.nextVersion();
    return answerChange(marathon, call, scaledChange(marathon, id, input.scaleBy, version), version);
  }
  const answer = write(marathon, call, input, id);
  if (exists || call.flag('dryRun')) return answer;
  return {
    ...answer,
    status: 201,
    headers: { ...answer.headers, Location: `${call.origin}/v2/groups${id}` },
  };
}

/** A body without any of `apps`, `pods` and `groups` is about the group itself: what is in it stays. */
function write(marathon: Marathon, call: Call, input: GroupInput, id: string): Answer {
  const context = writeContext(marathon, call);
  const isWhole = [input.apps, input.pods, input.groups].some((list) => list !== undefined);
  if (!isWhole && marathon.definitions.root.group(id) !== undefined)
    return answerChange(marathon, call, settingsChange(input, id, context), context.version);
  return answerChange(marathon, call, groupChange(input, id, context), context.version);
}

function rollBack(marathon: Marathon, call: Call, id: string, to: string): Answer {
  const before = rootAt(marathon, id, to);
  const { root } = marathon.definitions;
  const version = marathon.writes.nextVersion();
  const services = new Map<string, Spec | undefined>();
  for (const spec of root.servicesBelow(id))
    if (!before.services.has(spec.id)) services.set(spec.id, undefined);
  for (const spec of before.servicesBelow(id))
    if (root.services.get(spec.id)?.version !== spec.version) services.set(spec.id, restored(spec, version));
  const groups = new Map<string, GroupInfo | undefined>();
  for (const info of before.groups.values())
    if ((info.id === id || isBelow(info.id, id)) && info.version !== root.groups.get(info.id)?.version)
      groups.set(info.id, { ...info, version });
  for (const info of root.groups.values())
    if (isBelow(info.id, id) && !before.groups.has(info.id)) groups.set(info.id, undefined);
  return answerChange(marathon, call, { services, groups }, version);
}

function answerChange({ writes }: Marathon, call: Call, change: Change, version: string): Answer {
  if (!call.flag('dryRun')) return committed(writes.commit(change, version, { force: call.flag('force') }));
  const { steps } = writes.plan(change, version);
  return { body: { steps: steps.map((actions) => ({ actions: actions.map(actionJson) })) } };
}

/** Only whether the group's name is the role of what lies in it. */
function patch(marathon: Marathon, call: Call, id: string): Answer {
  const group = existing(marathon, id);
  const { enforceRole, ...others } = readGroup(call);
  if (enforceRole === undefined || Object.keys(others).some((name) => name !== 'id'))
    throw notValid([{ path: '/', error: 'only enforceRole can be changed by PATCH' }]);
  if (id === ROOT || parentOf(id) !== ROOT)
    throw notValid([{ path: '/enforceRole', error: 'can only be set on top-level groups' }]);
  const version = marathon.writes.nextVersion();
  const { implied: _implied, ...info } = group;
  const groups = new Map([[id, { ...info, enforceRole, version }]]);
  return committed(marathon.writes.commit({ services: new Map(), groups }, version));
}

function remove(marathon: Marathon, call: Call, id: string): Answer {
  existing(marathon, id);
  const { root } = marathon.definitions;
  const services = new Map([...root.servicesBelow(id)].map((spec) => [spec.id, undefined]));
  const groups = new Map<string, undefined>();
  for (const info of root.groups.values())
    if (info.id === id || isBelow(info.id, id)) groups.set(info.id, undefined);
  return answerChange(marathon, call, { services, groups }, marathon.writes.nextVersion());
}
