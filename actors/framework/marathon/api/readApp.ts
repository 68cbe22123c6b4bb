/** From what a client sent to a complete, valid app. */
import { noApp, notValid, wrongShape } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { type App, isResident, servicePortsOf } from '../model/app.ts';
import { type AppInput, appReader, isAnswered } from '../model/appSchema.ts';
import { completeApp } from '../model/complete.ts';
import { topGroupOf } from '../model/ids.ts';
import { type ModernInput, modernize } from '../model/legacy.ts';
import { enforcesRole, type GroupInfo } from '../model/root.ts';
import { isObject, type Problem, unknownMembers } from '../model/schema.ts';
import { isApp, restored, type Spec, type Unversioned, versioned } from '../model/spec.ts';
import { validateApp } from '../model/validate.ts';

/** One write: the version it will have, and the ports it may give out. */
export interface WriteContext {
  readonly marathon: Marathon;
  readonly version: string;
  readonly servicePort: () => number;
  /** Told to the client in a header. */
  readonly warnings: string[];
  /** It may cancel deployments, and change the role of what has reservations. */
  readonly force: boolean;
  /** Groups that the same write makes, changes or removes. */
  readonly groups?: ReadonlyMap<string, GroupInfo | undefined>;
}

/** Members that resident apps cannot change, as their reservations were made for them. */
const RESERVED_FOR = ['cpus', 'mem', 'disk', 'gpus', 'requirePorts'] as const;

/** @param prefix place of the app in a larger document, for problems */
export function readInput(document: unknown, write: WriteContext, prefix = ''): AppInput {
  const problems: Problem[] = [];
  const input = appReader.read(document, prefix, problems);
  if (input === undefined || problems.length > 0) throw wrongShape(problems);
  const unknown = unknownMembers(document, appReader).filter((name) => !isAnswered(name));
  if (unknown.length > 0)
    write.warnings.push(`unknown members are ignored: ${unknown.slice(0, 8).join(', ')}`);
  return input;
}

/** A new app, or one that replaces all of an earlier one. @throws ApiError 422 */
export function newApp(input: AppInput, id: string, write: WriteContext, earlier?: App, prefix = ''): App {
  return finish(modern(input, write, prefix), id, write, earlier, prefix);
}

/** Of the two ways to say what runs, the one that a document takes back (null) where it gives the other. Null says nothing elsewhere. */
export function crossedOut(document: unknown): 'cmd' | 'args' | undefined {
  if (!isObject(document)) return undefined;
  const { cmd, args } = document;
  if (cmd === null && Array.isArray(args)) return 'cmd';
  return args === null && typeof cmd === 'string' ? 'args' : undefined;
}

/** The app with some members changed; objects are replaced as a whole. @param drop a member that goes @throws ApiError 422 */
export function patchedApp(
  input: AppInput,
  app: App,
  write: WriteContext,
  prefix = '',
  drop?: 'cmd' | 'args',
): App {
  const { version: _version, versionInfo: _info, ...kept } = app;
  const base = Object.fromEntries(Object.entries(kept).filter(([name]) => name !== drop));
  const changes = modern(input, write, prefix);
  const merged: ModernInput = { ...(base as ModernInput), ...changes };
  // Port definitions are the host network's only, mappings the others': the ones that were given win.
  const toHost = changes.networks?.every(({ mode }) => mode === 'host') === true;
  if (toHost && changes.container === undefined && merged.container?.portMappings !== undefined) {
    const { portMappings: _dropped, ...container } = merged.container;
    return finish({ ...merged, container }, app.id, write, app, prefix);
  }
  return finish(merged, app.id, write, app, prefix);
}

/** Back to a version of before. @throws ApiError 404 */
export function earlierApp(input: AppInput, app: App, write: WriteContext): App {
  const others = Object.keys(input).filter((name) => name !== 'version' && name !== 'id');
  if (others.length > 0)
    throw notValid([
      { path: '/version', error: "The 'version' field may only be combined with the 'id' field." },
    ]);
  const version = input.version ?? '';
  const spec = write.marathon.definitions.version(app.id, version);
  if (spec === undefined || !isApp(spec)) throw noApp(app.id, version);
  return restored(spec, write.version);
}

function modern(input: AppInput, { marathon }: WriteContext, prefix: string): ModernInput {
  const problems: Problem[] = [];
  const modernized = modernize(input, { bridge: marathon.settings.bridgeName }, problems);
  if (problems.length > 0)
    throw notValid(problems.map(({ path, error }) => ({ path: `${prefix}${path}`, error })));
  return modernized;
}

function finish(
  input: ModernInput,
  id: string,
  write: WriteContext,
  earlier: App | undefined,
  prefix: string,
): App {
  const { marathon, version, servicePort } = write;
  const { settings } = marathon;
  const enforced = enforcedRole(id, write);
  const { networkName } = settings;
  const completed: Unversioned<App> = completeApp(
    input,
    id,
    { role: enforced ?? settings.role, servicePort, ...(networkName !== undefined && { networkName }) },
    earlier === undefined ? [] : servicePortsOf(earlier),
  );
  const app = versioned<App>(completed, earlier, version);
  const problems = [
    ...validateApp(app, { features: settings.features }),
    ...roleProblems(app, enforced, settings.role, earlier),
    ...residentProblems(app, earlier, write.force),
    ...settings.plugins.problemsOf(app),
  ];
  if (problems.length > 0)
    throw notValid(problems.map(({ path, error }) => ({ path: `${prefix}${path}`, error })));
  return app;
}

/** The role that the top-level group of a service gives it. */
export function enforcedRole(id: string, { marathon, groups }: WriteContext): string | undefined {
  const top = topGroupOf(id);
  if (top === undefined) return undefined;
  const { definitions, settings } = marathon;
  const group = groups?.has(top) === true ? groups.get(top) : definitions.root.groups.get(top);
  return enforcesRole(group, settings.enforceGroupRole) ? top.slice(1) : undefined;
}

/** What has a role already may keep it: its group may have begun to enforce another one since. */
export function roleProblems(
  { id, role }: Spec,
  enforced: string | undefined,
  usual: string,
  earlier: Spec | undefined,
): Problem[] {
  const allowed = new Set([
    enforced ?? usual,
    ...(enforced === undefined ? [topGroupOf(id)?.slice(1) ?? usual] : []),
  ]);
  if (allowed.has(role) || role === earlier?.role) return [];
  return [{ path: '/role', error: `got ${role}, expected one of: [${[...allowed].join(', ')}]` }];
}

function residentProblems(app: App, earlier: App | undefined, force: boolean): Problem[] {
  if (earlier === undefined || !isResident(earlier) || !isResident(app)) return [];
  const names = force ? RESERVED_FOR : ([...RESERVED_FOR, 'role'] as const);
  const changed = names.filter((name) => app[name] !== earlier[name]);
  const volumes = (each: App): string => JSON.stringify(each.container?.volumes);
  return [
    ...changed.map((name) => ({
      path: `/${name}`,
      error: 'Resident apps may not change resource requirements!',
    })),
    ...(volumes(app) === volumes(earlier)
      ? []
      : [{ path: '/container/volumes', error: 'Persistent volumes can not be changed!' }]),
  ];
}

/** Whether a document asks for a rollback. */
export function isRollback(document: unknown): boolean {
  return (
    isObject(document) && typeof document['version'] === 'string' && document['versionInfo'] === undefined
  );
}
