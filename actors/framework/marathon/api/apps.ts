/** `/v2/apps` (spec: marathon.md §2). */
import { actionJson } from '../deployments/planJson.ts';
import { ApiError, noApp, noGroup, notValid, wrongShape } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import type { App } from '../model/app.ts';
import { resolveId } from '../model/ids.ts';
import { NO_CHANGE } from '../model/root.ts';
import { inPlace, isApp, type Spec, seenDifferences, versioned } from '../model/spec.ts';
import type { Committed } from '../writes.ts';
import { appJson, definitionJson, type Embeds, embedsOf, LIST_EMBEDS, SINGLE_EMBEDS } from './appJson.ts';
import type { Answer, Call } from './call.ts';
import {
  crossedOut,
  earlierApp,
  isRollback,
  newApp,
  patchedApp,
  readInput,
  type WriteContext,
} from './readApp.ts';
import { parseSelector, type Selector } from './selector.ts';
import { deleteTask, deleteTasks, tasksAnswer } from './tasks.ts';

const EMBED_PREFIXES = ['apps.', 'app.'];

export function appsRoute(marathon: Marathon, call: Call): Answer {
  if (call.rest === '') return collection(marathon, call);
  const segments = call.rest.split('/').filter((each) => each !== '');
  const [last, beforeLast] = [segments.at(-1), segments.at(-2)];
  if (beforeLast === 'tasks' && call.method === 'DELETE')
    return deleteTask(marathon, call, idOf(segments.slice(0, -2)), last ?? '');
  if (beforeLast === 'versions') return oneVersion(marathon, call, idOf(segments.slice(0, -2)), last ?? '');
  const id = idOf(segments.slice(0, -1));
  if (last === 'tasks') return tasks(marathon, call, id);
  if (last === 'versions') return versions(marathon, call, id);
  if (last === 'restart') return restart(marathon, call, id);
  if (last === '*') return below(marathon, call, id);
  return single(marathon, call, idOf(segments));
}

function idOf(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}

/** @throws ApiError 405 */
export function wrongMethod(call: Call, allowed: string): never {
  throw new ApiError(405, `${call.method} is not allowed here, only ${allowed}`);
}

function collection(marathon: Marathon, call: Call): Answer {
  switch (call.method) {
    case 'GET':
      return list(marathon, call);
    case 'POST':
      return create(marathon, call);
    case 'PUT':
    case 'PATCH':
      return putMany(marathon, call);
    default:
      return wrongMethod(call, 'GET, POST, PUT and PATCH');
  }
}

function single(marathon: Marathon, call: Call, id: string): Answer {
  switch (call.method) {
    case 'GET': {
      const app = existing(marathon, id);
      return {
        body: {
          app: appJson(marathon, app, embedsFor(call, SINGLE_EMBEDS), isLegacy(marathon, call)),
        },
      };
    }
    case 'PUT':
    case 'PATCH':
      return putOne(marathon, call, id);
    case 'DELETE':
      return remove(marathon, call, id);
    default:
      return wrongMethod(call, 'GET, PUT, PATCH and DELETE');
  }
}

function embedsFor(call: Call, base: Embeds): Embeds {
  return embedsOf(call.all('embed'), EMBED_PREFIXES, { ...base, extended: call.extended });
}

/** Whether the client reads the members that apps had before 1.5. */
export function isLegacy({ settings }: Marathon, call: Call): boolean {
  return call.flag('legacy', settings.legacyOutput);
}

/** @throws ApiError 404 */
function existing({ definitions }: Marathon, id: string): App {
  const app = definitions.root.app(id);
  if (app === undefined) throw noApp(id);
  return app;
}

function list(marathon: Marathon, call: Call): Answer {
  const selects = selectorOf(call);
  const embeds = embedsFor(call, LIST_EMBEDS);
  const legacy = isLegacy(marathon, call);
  const apps = [...marathon.definitions.root.services.values()].filter(isApp).filter(selects);
  return { body: { apps: apps.map((app) => appJson(marathon, app, embeds, legacy)) } };
}

function selectorOf(call: Call): (app: App) => boolean {
  const [cmd, id, label] = [
    call.query('cmd')?.toLowerCase(),
    call.query('id')?.toLowerCase(),
    call.query('label'),
  ];
  const byLabel: Selector = label === undefined ? () => true : parseSelector(label);
  return (app) =>
    (cmd === undefined || app.cmd?.toLowerCase().includes(cmd) === true) &&
    (id === undefined || app.id.toLowerCase().includes(id)) &&
    byLabel(app.labels);
}

/** Apps below a group. */
function below(marathon: Marathon, call: Call, group: string): Answer {
  if (marathon.definitions.root.group(group) === undefined) throw noGroup(group);
  const embeds = embedsFor(call, LIST_EMBEDS);
  const legacy = isLegacy(marathon, call);
  const apps = [...marathon.definitions.root.servicesBelow(group)].filter(isApp);
  return { body: { '*': apps.map((app) => appJson(marathon, app, embeds, legacy)) } };
}

export function writeContext(marathon: Marathon, call: Call): WriteContext {
  return {
    marathon,
    version: marathon.writes.nextVersion(),
    servicePort: marathon.definitions.servicePorts(),
    warnings: [],
    force: call.flag('force'),
  };
}

/** Members of an answer to a write. */
export function committed(
  { version, deploymentId }: Committed,
  write?: WriteContext,
): Pick<Answer, 'headers'> & { body: Committed } {
  return {
    body: { version, deploymentId },
    headers: {
      'Marathon-Deployment-Id': deploymentId,
      ...(write !== undefined &&
        write.warnings.length > 0 && {
          Warning: `299 - "${write.warnings.join('; ').replaceAll(/[^\x20-\x7e]|["\\]/g, '?')}"`,
        }),
    },
  };
}

function create(marathon: Marathon, call: Call): Answer {
  const write = writeContext(marathon, call);
  const input = readInput(call.json(), write);
  if (input.id === undefined) throw wrongShape([{ path: '/id', error: 'error.path.missing' }]);
  const id = resolveId(input.id);
  const { root } = marathon.definitions;
  if (root.services.has(id)) throw new ApiError(409, `An app with id [${id}] already exists.`);
  const app = newApp(input, id, write);
  if (call.flag('dryRun')) return dryRun(marathon, app, write.version);
  const force = call.flag('force');
  const done = marathon.writes.commit(changeOf([app]), write.version, { force });
  tellWrite(marathon, call, app);
  const { headers } = committed(done, write);
  const counts = { tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0 };
  return {
    status: 201,
    headers: { ...headers, Location: `${call.origin}/v2/apps${id}` },
    body: {
      ...definitionJson(app, isLegacy(marathon, call)),
      ...counts,
      deployments: [{ id: done.deploymentId }],
    },
  };
}

/** Ours: the steps of a write that is not done, and what the newest offer of each agent lacks for an instance. */
function dryRun({ writes, launcher }: Marathon, app: App, version: string): Answer {
  const { steps } = writes.plan(changeOf([app]), version);
  const offers = launcher.dryRun(app);
  const reasons: Record<string, number> = {};
  for (const { lacks } of offers) if (lacks !== undefined) reasons[lacks] = (reasons[lacks] ?? 0) + 1;
  return {
    body: {
      steps: steps.map((actions) => ({ actions: actions.map(actionJson) })),
      fits: offers.filter(({ lacks }) => lacks === undefined).map(({ hostname }) => hostname),
      offers: offers.length,
      reasons,
    },
  };
}

export function changeOf(specs: readonly Spec[]): typeof NO_CHANGE {
  return { ...NO_CHANGE, services: new Map(specs.map((spec) => [spec.id, spec])) };
}

export function tellWrite({ events }: Marathon, call: Call, appDefinition: object): void {
  events.publish('api_post_event', { clientIp: call.clientIp, uri: call.request.path, appDefinition });
}

/** PUT and PATCH of one app. */
function putOne(marathon: Marathon, call: Call, id: string): Answer {
  const document = call.json();
  const write = writeContext(marathon, call);
  const input = readInput(document, write);
  if (input.id !== undefined && resolveId(input.id) !== id)
    write.warnings.push(`the id in the body is not the path's, ${id} counts`);
  const earlier = marathon.definitions.root.app(id);
  if (earlier === undefined && call.method === 'PATCH') throw noApp(id);
  const made = appFor(document, input, id, write, earlier, call.flag('partialUpdate', true));
  const app = call.flag('inPlace') ? keptInPlace(made, earlier) : made;
  const lasts = expirySeconds(call);
  if (call.flag('dryRun')) return dryRun(marathon, app, write.version);
  const done = marathon.writes.commit(changeOf([app]), write.version, { force: call.flag('force') });
  tellWrite(marathon, call, app);
  if (lasts !== undefined) expire(marathon, lasts, earlier, app);
  const answer = committed(done, write);
  if (earlier !== undefined) return answer;
  return { ...answer, status: 201, headers: { ...answer.headers, Location: `${call.origin}/v2/apps${id}` } };
}

function appFor(
  document: unknown,
  input: ReturnType<typeof readInput>,
  id: string,
  write: WriteContext,
  earlier: App | undefined,
  partial: boolean,
  prefix = '',
): App {
  if (earlier === undefined) {
    if (isRollback(document)) throw noApp(id);
    return newApp(input, id, write, undefined, prefix);
  }
  if (isRollback(document) && (partial || Object.keys(input).length <= 2))
    return earlierApp(input, earlier, write);
  if (partial) return patchedApp(input, earlier, write, prefix, crossedOut(document));
  return newApp(input, id, write, earlier, prefix);
}

/** Ours: `?expireAfterSeconds=600` takes a change of the number of instances back by itself. */
function expire({ timed, context }: Marathon, seconds: number, earlier: App | undefined, app: App): void {
  if (earlier === undefined || earlier.instances === app.instances) return;
  timed.begin({
    service: app.id,
    instances: app.instances,
    before: earlier.instances,
    untilMs: context.clock.now() + seconds * 1000,
  });
}

/** @throws ApiError 400 */
function expirySeconds(call: Call): number | undefined {
  const given = call.query('expireAfterSeconds');
  if (given === undefined) return undefined;
  const seconds = Number(given);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new ApiError(
    400,
    `expireAfterSeconds: expected a number of seconds above 0, got '${given.slice(0, 60)}'`,
  );
}

/** Ours: `?inPlace=true` changes what no running task can see, and replaces none. @throws ApiError 422 for the rest */
function keptInPlace(app: App, earlier: App | undefined, prefix = ''): App {
  if (earlier === undefined) return app;
  const seen = seenDifferences(earlier, app);
  if (seen.length > 0)
    throw notValid(
      seen.map((name) => ({
        path: `${prefix}/${name}`,
        error: 'is part of running tasks and cannot change in place',
      })),
    );
  return app === earlier ? app : inPlace(app, earlier);
}

/**
 * Many apps in one deployment. A single object with an id is taken for a list of one, as a book shows it. Of an app that occurs twice the
 * second change is one of the first one's result, as in Marathon.
 */
function putMany(marathon: Marathon, call: Call): Answer {
  const given = call.json();
  const documents: unknown[] = Array.isArray(given) ? given : [given];
  const write = writeContext(marathon, call);
  const partial = call.flag('partialUpdate', true);
  const made = new Map<string, App>();
  documents.forEach((document, index) => {
    const prefix = `(${index})`;
    const input = readInput(document, write, prefix);
    if (input.id === undefined) throw notValid([{ path: `${prefix}/id`, error: 'is required' }]);
    const id = resolveId(input.id);
    const earlier = made.get(id) ?? marathon.definitions.root.app(id);
    if (earlier === undefined && call.method === 'PATCH') throw noApp(id);
    const app = appFor(document, input, id, write, earlier, partial, prefix);
    made.set(id, call.flag('inPlace') ? keptInPlace(app, earlier, prefix) : app);
  });
  const apps = [...made.values()];
  const done = marathon.writes.commit(changeOf(apps), write.version, { force: call.flag('force') });
  for (const app of apps) tellWrite(marathon, call, app);
  return committed(done, write);
}

function remove(marathon: Marathon, call: Call, id: string): Answer {
  const app = existing(marathon, id);
  const change = { ...NO_CHANGE, services: new Map([[id, undefined]]) };
  const done = marathon.writes.commit(change, marathon.writes.nextVersion(), {
    force: call.flag('force', true),
  });
  tellWrite(marathon, call, app);
  return committed(done);
}

function restart(marathon: Marathon, call: Call, id: string): Answer {
  if (call.method !== 'POST') return wrongMethod(call, 'POST');
  const app = existing(marathon, id);
  const version = marathon.writes.nextVersion();
  const again = versioned<App>(app, app, version, true);
  return committed(marathon.writes.commit(changeOf([again]), version, { force: call.flag('force') }));
}

function tasks(marathon: Marathon, call: Call, id: string): Answer {
  const wildcard = id.endsWith('/*');
  const { root } = marathon.definitions;
  const ids = wildcard
    ? [...root.servicesBelow(id.slice(0, -2) || '/')].map((each) => each.id)
    : [existing(marathon, id).id];
  if (call.method === 'GET') return tasksAnswer(marathon, ids, call.extended, call.flag('history'));
  if (call.method === 'DELETE') return deleteTasks(marathon, call, ids);
  return wrongMethod(call, 'GET and DELETE');
}

function versions({ definitions }: Marathon, call: Call, id: string): Answer {
  if (call.method !== 'GET') return wrongMethod(call, 'GET');
  if (definitions.root.app(id) === undefined) throw noApp(id);
  return { body: { versions: definitions.versionsOf(id) } };
}

function oneVersion(marathon: Marathon, call: Call, id: string, version: string): Answer {
  if (call.method !== 'GET') return wrongMethod(call, 'GET');
  existing(marathon, id);
  const app = marathon.definitions.version(id, version);
  if (app === undefined || !isApp(app)) throw noApp(id, version);
  return { body: definitionJson(app, isLegacy(marathon, call)) };
}
