/**
 * The plugins there are, asked one after another. What one of them throws is told with its name, and counts as a no; so does an answer
 * that is none: of another shape, or only promised.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { decode, encode, type Offer, type TaskInfo } from '../../../../proto/index.ts';
import { realPorts } from '../../../../runtime/realPorts.ts';
import { isObject, type Problem } from '../model/schema.ts';
import type { Spec } from '../model/spec.ts';
import type { Guarded, Identity, Plugin, PluginAnswer, PluginRequest, Point, Verb } from './points.ts';
import { PluginWatch } from './watch.ts';

/** Default of `--plugin_timeout`, in milliseconds. */
export const PLUGIN_TIMEOUT_MS = 5_000;

export class PluginFailed extends Error {
  override readonly name = 'PluginFailed';
}

export class Plugins {
  readonly all: readonly Plugin[];
  readonly #watch: PluginWatch;

  /** @param watch ends what computes for too long */
  constructor(all: readonly Plugin[], watch: PluginWatch) {
    this.all = all;
    this.#watch = watch;
  }

  /** None. */
  static none(): Plugins {
    return new Plugins([], new PluginWatch({ clock: realPorts().clock, limitMs: PLUGIN_TIMEOUT_MS }));
  }

  /** For what asks many times, and changes nothing: it is cheaper to watch all of it at once. */
  together<T>(run: () => T): T {
    return this.#watch.together(run);
  }

  /** Whether anybody asks who asks. */
  get authenticates(): boolean {
    return this.#at('Authenticator').length > 0;
  }

  get authorizes(): boolean {
    return this.#at('Authorizer').length > 0;
  }

  /** @returns the identity, or the answer to who has none @throws PluginFailed */
  authenticate(
    request: PluginRequest,
  ): { readonly identity: Identity } | { readonly refused: PluginAnswer | undefined } {
    const plugins = this.#at('Authenticator');
    for (const plugin of plugins) {
      const identity = this.#asked(plugin, () => plugin.hooks.authenticate(request));
      if (identity !== undefined && identity !== null) return { identity };
    }
    const [first] = plugins;
    const refused =
      first === undefined
        ? undefined
        : this.#asked(first, () => first.hooks.handleNotAuthenticated?.(request), answered);
    return { refused };
  }

  /** Only when all say so. @throws PluginFailed */
  isAuthorized(identity: Identity | undefined, action: Verb, resource: Guarded): boolean {
    sealed(resource);
    return this.#at('Authorizer').every(
      (plugin) => this.#asked(plugin, () => plugin.hooks.isAuthorized(identity, action, resource)) === true,
    );
  }

  /** What is answered to who may not. @throws PluginFailed */
  refusal(identity: Identity | undefined): PluginAnswer | undefined {
    for (const plugin of this.#at('Authorizer')) {
      const answer = this.#asked(plugin, () => plugin.hooks.handleNotAuthorized?.(identity), answered);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  problemsOf(runSpec: Spec): Problem[] {
    sealed(runSpec);
    return this.#at('RunSpecValidator').flatMap((plugin) => {
      try {
        return this.#asked(plugin, () => plugin.hooks.validate(runSpec), problemsIn);
      } catch (error) {
        return [{ path: '/', error: (error as Error).message }];
      }
    });
  }

  /** @throws PluginFailed, and nothing is to be launched */
  processed(runSpec: Spec, task: TaskInfo): TaskInfo {
    sealed(runSpec);
    const run = (given: TaskInfo, plugin: Plugin<'RunSpecTaskProcessor'>): TaskInfo => {
      const own = structuredClone(given);
      return this.#asked(
        plugin,
        () => plugin.hooks.taskInfo(runSpec, own),
        (made) => checked(made, given),
      );
    };
    return this.#at('RunSpecTaskProcessor').reduce(run, task);
  }

  /** Whether nobody objects to the offer. @throws PluginFailed, and the offer is not to be used */
  isMatch(offer: Offer, runSpec: Spec): boolean {
    const plugins = this.#at('SchedulerPlugin');
    if (plugins.length === 0) return true;
    sealed(offer);
    sealed(runSpec);
    return plugins.every(
      (plugin) => this.#asked(plugin, () => plugin.hooks.isMatch(offer, runSpec)) === true,
    );
  }

  /** The answer of a plugin's own page; undefined when there is no such plugin. @throws PluginFailed */
  serve(id: string, request: PluginRequest): PluginAnswer | undefined {
    const plugin = this.#at('HttpRequestHandler').find((each) => each.id === id);
    return plugin === undefined
      ? undefined
      : this.#asked(
          plugin,
          () => plugin.hooks.serve(request),
          (given) => answered(given) ?? {},
        );
  }

  #at<P extends Point>(point: P): Plugin<P>[] {
    return this.all.filter((each): each is Plugin<P> => each.point === point);
  }

  /** Only what a plugin does itself may be ended by force: what it answers is read afterwards. @throws PluginFailed */
  #asked<T, R = T>(plugin: Plugin, ask: () => T, read?: (given: T) => R): R;
  #asked<T>({ id }: Plugin, ask: () => T, read: (given: T) => unknown = (given) => given): unknown {
    try {
      return read(atOnce(this.#watch.ask(id, ask)));
    } catch (error) {
      throw new PluginFailed(`plugin ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** What is launched stays what was written down: who it is, where, and what it takes. What could not be sent is refused here. */
function checked(made: unknown, task: TaskInfo): TaskInfo {
  if (!isObject(made)) throw new Error('expected a task');
  const kept = { ...made, task_id: task.task_id, agent_id: task.agent_id, resources: task.resources ?? [] };
  return decode('mesos.v1.TaskInfo', encode('mesos.v1.TaskInfo', kept)) as TaskInfo;
}

function problemsIn(given: unknown): Problem[] {
  if (!Array.isArray(given)) throw new Error('expected a list of {path, error}');
  return (given as readonly unknown[]).map((each) => {
    if (!isObject(each) || typeof each['error'] !== 'string')
      throw new Error('expected a list of {path, error}');
    const { path, error } = each;
    return { path: typeof path === 'string' ? path : '/', error };
  });
}

/** What is shown to plugins is not theirs to change. */
function sealed<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value))
    return value;
  for (const each of Object.values(value)) sealed(each);
  return Object.freeze(value);
}

/** An answer that can be sent as it is. */
function answered(answer: unknown): PluginAnswer | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (!isObject(answer)) throw new Error('expected {status, headers, body, type}');
  const { status, headers = {}, body, type } = answer;
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599))
    throw new Error(`status: expected a number from 200 to 599, got ${String(status)}`);
  if (type !== undefined && typeof type !== 'string') throw new Error('type: expected a text');
  if (!isObject(headers)) throw new Error('headers: expected an object');
  for (const [name, value] of Object.entries({ ...headers, 'Content-Type': type ?? 'text/plain' })) {
    validateHeaderName(name);
    if (typeof value !== 'string') throw new Error(`headers: ${name}: expected a text`);
    validateHeaderValue(name, value);
  }
  if (body !== undefined && typeof body !== 'string') {
    if (typeof body !== 'object' || body === null) throw new Error('body: expected a text or an object');
    // Throws at what is no JSON, here and not where the answer leaves.
    JSON.stringify(body);
  }
  return answer;
}

/** All answer at once: nobody waits for what is only promised, and its failure is nobody else's. */
function atOnce<T>(given: T): T {
  if (given instanceof Promise) {
    given.catch(() => undefined);
    throw new Error('expected an answer at once, got a promise');
  }
  return given;
}
