/** What a request does, to what, and which parts of an answer somebody may see: asked of the plugins that authorize (spec: marathon.md §1, §30). */
import { ApiError } from '../errors.ts';
import { instanceIdOf } from '../instances/instance.ts';
import type { Marathon } from '../marathon.ts';
import { ROOT, resolveId } from '../model/ids.ts';
import { isObject } from '../model/schema.ts';
import type { Guarded, Identity, Verb } from '../plugins/points.ts';
import type { Step } from '../store/definitions.ts';
import type { Answer, Call } from './call.ts';

type Wanted = readonly (readonly [action: Verb, resource: Guarded])[];

const BY_METHOD: Readonly<Record<string, Verb>> = {
  GET: 'View',
  POST: 'Create',
  PUT: 'Update',
  PATCH: 'Update',
  DELETE: 'Delete',
};
const SYSTEM = { kind: 'Resource', name: 'SystemConfig' } as const;

export class Rights {
  readonly #marathon: Marathon;
  readonly #identity: Identity | undefined;

  constructor(marathon: Marathon, identity: Identity | undefined) {
    this.#marathon = marathon;
    this.#identity = identity;
  }

  /** @param area first word of the path @throws ApiError 403 */
  expect(area: string, call: Call): void {
    for (const [action, resource] of this.#wanted(area, call))
      if (!this.#may(action, resource)) {
        const answer = this.#marathon.settings.plugins.refusal(this.#identity);
        const body = isObject(answer?.body) ? answer.body : {};
        throw new ApiError(
          answer?.status ?? 403,
          typeof answer?.body === 'string' ? answer.body : 'Not Authorized to perform this action!',
          body,
        );
      }
  }

  /** The answer without what may not be seen. */
  seen(area: string, answer: Answer): Answer {
    const { body } = answer;
    if (typeof body !== 'object') return answer;
    switch (area) {
      case 'apps':
        return { ...answer, body: this.#lists(body, { apps: 'id', '*': 'id', tasks: 'appId' }) };
      case 'tasks':
        return { ...answer, body: this.#lists(body, { tasks: 'appId' }) };
      case 'pods':
        return Array.isArray(body) ? { ...answer, body: this.#filtered(body, 'id') } : answer;
      case 'queue':
        return { ...answer, body: this.#queue(body) };
      case 'deployments':
        return Array.isArray(body) ? { ...answer, body: body.filter((each) => this.#sees(each)) } : answer;
      case 'changes':
        return { ...answer, body: this.#changes(body) };
      case 'groups':
        return { ...answer, body: this.#group(body) };
      default:
        return answer;
    }
  }

  #may(action: Verb, resource: Guarded): boolean {
    return this.#marathon.settings.plugins.isAuthorized(this.#identity, action, resource);
  }

  #views(id: string): boolean {
    return this.#may('View', this.#service(id));
  }

  #service(id: string): Guarded {
    const runSpec = this.#marathon.specNow(id);
    return { kind: 'RunSpec', id, ...(runSpec !== undefined && { runSpec }) };
  }

  #wanted(area: string, call: Call): Wanted {
    const verb = BY_METHOD[call.method] ?? 'View';
    const writes = verb === 'View' ? 'View' : 'Update';
    switch (area) {
      case 'apps':
        return this.#services(verb, call, /\/(tasks|versions|restart)(\/.*)?$|\/\*$/);
      case 'pods':
        return this.#services(verb, call, /::.*$/);
      case 'groups':
        return verb === 'View' ? [] : this.#ofGroup(verb, call);
      case 'tasks':
        return verb === 'View' ? [] : this.#ofTasks(call).map((id) => ['Update', this.#service(id)] as const);
      case 'deployments':
        return verb === 'View'
          ? []
          : this.#affected(call).map((id) => ['Update', this.#service(id)] as const);
      case 'queue':
        return verb === 'View' ? [] : [['Update', this.#service(idBelow(call, /\/delay$/))]];
      case 'changes':
        return verb === 'View' ? [] : this.#undone(call);
      case 'events':
      case 'eventSubscriptions':
        return [[writes, { kind: 'Resource', name: 'Events' }]];
      case 'leader':
        return [[writes, { kind: 'Resource', name: 'Leader' }]];
      case 'plugins':
        return [[writes, { kind: 'Resource', name: 'Plugins' }]];
      default:
        return [[writes, SYSTEM]];
    }
  }

  /** One by the path, or those that the body names. What is below a service, tasks say, is its own. */
  #services(verb: Verb, call: Call, below: RegExp): Wanted {
    const id = idBelow(call, below);
    if (id === '/' || call.rest.startsWith('::')) return verb === 'View' ? [] : this.#listed(verb, call);
    if (id.endsWith('/*') || call.rest.endsWith('/*'))
      return verb === 'View' ? [] : this.#below(id.replace(/\/\*$/, ''), 'Update');
    const exists = this.#marathon.specNow(id) !== undefined;
    const isBelow = below.test(call.rest) && verb !== 'View';
    return [[isBelow ? 'Update' : verb === 'Update' && !exists ? 'Create' : verb, this.#service(id)]];
  }

  /** The group that is meant, as the writing of it has it, and what becomes of the services in it. */
  #ofGroup(verb: Verb, call: Call): Wanted {
    const at = idBelow(call, /\/(versions|apps).*$/);
    if (verb === 'Delete') return [[verb, { kind: 'Group', id: at }], ...this.#below(at, verb)];
    const body = call.request.body.length === 0 ? {} : call.json();
    const given = isObject(body) ? body : {};
    const named = typeof given['id'] === 'string' && (call.method === 'POST' || at === ROOT);
    const id = named ? resolveId(String(given['id']), at) : at;
    return [[verb, { kind: 'Group', id }], ...this.#inGroup(verb, id, given)];
  }

  /** A group as it is written replaces what was in it; as many times its instances, or an earlier version, is a change of all. */
  #inGroup(verb: Verb, id: string, given: Readonly<Record<string, unknown>>): Wanted {
    const isWhole = ['apps', 'pods', 'groups'].some((name) => Array.isArray(given[name]));
    if (typeof given['scaleBy'] === 'number' || (typeof given['version'] === 'string' && !isWhole))
      return this.#below(id, 'Update');
    const ids = new Set(servicesIn(given, id));
    const removed = isWhole && verb === 'Update' ? this.#below(id, 'Delete') : [];
    return [
      ...this.#written(verb, ids),
      ...removed.filter(([, resource]) => resource.kind === 'RunSpec' && !ids.has(resource.id)),
    ];
  }

  #below(group: string, verb: Verb): Wanted {
    const services = [...this.#marathon.definitions.root.servicesBelow(group || '/')];
    return services.map((runSpec) => [verb, { kind: 'RunSpec', id: runSpec.id, runSpec }]);
  }

  /** Services that a body holds. */
  #listed(verb: Verb, call: Call): Wanted {
    if (call.request.body.length === 0) return [];
    return this.#written(verb, namedIn(call.json(), ROOT));
  }

  #written(verb: Verb, ids: Iterable<string>): Wanted {
    return [...ids].map((id) => [
      verb === 'Update' && this.#marathon.specNow(id) === undefined ? 'Create' : verb,
      this.#service(id),
    ]);
  }

  #ofTasks(call: Call): string[] {
    const body = call.json();
    const ids = isObject(body) && Array.isArray(body['ids']) ? body['ids'] : [];
    return ids.flatMap((id: unknown) => {
      const instance = this.#marathon.instances.get(instanceIdOf(String(id)) ?? '');
      return instance?.service ?? [];
    });
  }

  #affected({ rest }: Call): readonly string[] {
    return this.#marathon.deployments.get(rest.split('/')[0] ?? '')?.affected ?? [];
  }

  /** What the undoing of a change does to each service and group of it. */
  #undone({ rest }: Call): Wanted {
    const change = this.#marathon.definitions.changeOf(rest.split('/')[0] ?? '');
    const verbOf = ({ before, after }: Step<unknown>): Verb =>
      before === null ? 'Delete' : after === null ? 'Create' : 'Update';
    const services = change?.services.map((each) => [verbOf(each), this.#service(each.id)] as const) ?? [];
    const groups =
      change?.groups.map((each) => [verbOf(each), { kind: 'Group', id: each.id }] as const) ?? [];
    return [...services, ...groups];
  }

  #changes(body: object): object {
    type Shown = {
      readonly services: readonly object[];
      readonly groups?: readonly { readonly id: string }[];
    };
    const { changes } = body as { readonly changes?: readonly Shown[] };
    const seen = changes
      ?.map(({ groups = [], ...each }) => {
        const shown = groups.filter(({ id }) => this.#may('View', { kind: 'Group', id }));
        const services = this.#filtered(each.services, 'id');
        return { ...each, services, ...(shown.length > 0 && { groups: shown }) };
      })
      .filter(({ services, groups }) => services.length > 0 || groups !== undefined);
    return seen === undefined ? body : { ...body, changes: seen };
  }

  #lists(body: object, lists: Readonly<Record<string, string>>): object {
    const given = body as Readonly<Record<string, unknown>>;
    const entries = Object.entries(lists).flatMap(([name, key]) =>
      Array.isArray(given[name]) ? [[name, this.#filtered(given[name], key)]] : [],
    );
    return { ...given, ...Object.fromEntries(entries) };
  }

  #filtered(list: readonly unknown[], key: string): unknown[] {
    return list.filter((each) => isObject(each) && this.#views(String(each[key])));
  }

  #queue(body: object): object {
    const { queue } = body as { readonly queue?: readonly Readonly<Record<string, unknown>>[] };
    const idOf = (entry: Readonly<Record<string, unknown>>): string => {
      const spec = entry['app'] ?? entry['pod'];
      return isObject(spec) ? String(spec['id']) : '';
    };
    return queue === undefined ? body : { ...body, queue: queue.filter((each) => this.#views(idOf(each))) };
  }

  /** A deployment, when one of its services may be seen. */
  #sees(deployment: unknown): boolean {
    if (!isObject(deployment)) return false;
    const ids = [deployment['affectedApps'], deployment['affectedPods']].flatMap((each) =>
      Array.isArray(each) ? each.map(String) : [],
    );
    return ids.length === 0 || ids.some((id) => this.#views(id));
  }

  /** Groups that may not be seen stay while they hold something that may. */
  #group(body: object): object {
    const given = body as Readonly<Record<string, unknown>>;
    const list = (name: string): unknown[] => (Array.isArray(given[name]) ? given[name] : []);
    if (typeof given['id'] !== 'string') return this.#lists(body, { apps: 'id' });
    const groups = list('groups')
      .filter(isObject)
      .map((each) => this.#group(each) as Readonly<Record<string, unknown>>)
      .filter((each) => this.#holds(each) || this.#may('View', { kind: 'Group', id: String(each['id']) }));
    return {
      ...given,
      ...(given['apps'] !== undefined && { apps: this.#filtered(list('apps'), 'id') }),
      ...(given['pods'] !== undefined && { pods: this.#filtered(list('pods'), 'id') }),
      ...(given['groups'] !== undefined && { groups }),
    };
  }

  #holds(group: Readonly<Record<string, unknown>>): boolean {
    return ['apps', 'pods', 'groups'].some((name) => {
      const held = group[name];
      return Array.isArray(held) && held.length > 0;
    });
  }
}

function idBelow({ rest }: Call, below: RegExp): string {
  return `/${rest.replace(below, '')}`;
}

/** Ids of one thing, or of each of a list. */
function namedIn(value: unknown, base: string): string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap((each) =>
    isObject(each) && typeof each['id'] === 'string' ? [resolveId(each['id'], base)] : [],
  );
}

/** Ids of the services of a group as it is written, groups in it too. */
function servicesIn(group: Readonly<Record<string, unknown>>, id: string): string[] {
  const groups = Array.isArray(group['groups']) ? group['groups'] : [];
  const below = groups.flatMap((each: unknown) =>
    isObject(each) && typeof each['id'] === 'string' ? servicesIn(each, resolveId(each['id'], id)) : [],
  );
  return [...namedIn(group['apps'] ?? [], id), ...namedIn(group['pods'] ?? [], id), ...below];
}
