/** The plugins there are, asked one after another. What one of them throws is told with its name, and counts as a no. */
import type { Offer, TaskInfo } from '../../../../proto/index.ts';
import type { Problem } from '../model/schema.ts';
import type { Spec } from '../model/spec.ts';
import type {
  Guarded,
  Identity,
  Plugin,
  PluginAnswer,
  PluginRequest,
  Point,
  RunSpecTaskProcessor,
  Verb,
} from './points.ts';

export class PluginFailed extends Error {
  override readonly name = 'PluginFailed';
}

export class Plugins {
  readonly all: readonly Plugin[];

  constructor(all: readonly Plugin[] = []) {
    this.all = all;
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
      const identity = guarded(plugin, () => plugin.hooks.authenticate(request));
      if (identity !== undefined && identity !== null) return { identity };
    }
    const [first] = plugins;
    const refused =
      first === undefined ? undefined : guarded(first, () => first.hooks.handleNotAuthenticated?.(request));
    return { refused };
  }

  /** Only when all say so. @throws PluginFailed */
  isAuthorized(identity: Identity | undefined, action: Verb, resource: Guarded): boolean {
    return this.#at('Authorizer').every((plugin) =>
      guarded(plugin, () => plugin.hooks.isAuthorized(identity, action, resource) === true),
    );
  }

  /** What is answered to who may not. @throws PluginFailed */
  refusal(identity: Identity | undefined): PluginAnswer | undefined {
    for (const plugin of this.#at('Authorizer')) {
      const answer = guarded(plugin, () => plugin.hooks.handleNotAuthorized?.(identity));
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  problemsOf(runSpec: Spec): Problem[] {
    return this.#at('RunSpecValidator').flatMap((plugin) => {
      try {
        return plugin.hooks.validate(runSpec).map(({ path, error }) => ({ path, error }));
      } catch (error) {
        return [{ path: '/', error: `plugin ${plugin.id} failed: ${(error as Error).message}` }];
      }
    });
  }

  /** @throws PluginFailed, and nothing is to be launched */
  processed(runSpec: Spec, task: TaskInfo): TaskInfo {
    const run = (given: TaskInfo, plugin: Plugin<'RunSpecTaskProcessor'>): TaskInfo =>
      guarded(plugin, () => checked(plugin.hooks, runSpec, given));
    return this.#at('RunSpecTaskProcessor').reduce(run, task);
  }

  /** Whether nobody objects to the offer. */
  isMatch(offer: Offer, runSpec: Spec): boolean {
    return this.#at('SchedulerPlugin').every((plugin) => {
      try {
        return plugin.hooks.isMatch(offer, runSpec) === true;
      } catch {
        return false;
      }
    });
  }

  /** The answer of a plugin's own page; undefined when there is no such plugin. @throws PluginFailed */
  serve(id: string, request: PluginRequest): PluginAnswer | undefined {
    const plugin = this.#at('HttpRequestHandler').find((each) => each.id === id);
    return plugin === undefined ? undefined : guarded(plugin, () => plugin.hooks.serve(request));
  }

  #at<P extends Point>(point: P): Plugin<P>[] {
    return this.all.filter((each): each is Plugin<P> => each.point === point);
  }
}

/** What is launched stays what was written down: who it is, where, and what it takes. */
function checked(hooks: RunSpecTaskProcessor, runSpec: Spec, task: TaskInfo): TaskInfo {
  const made = hooks.taskInfo(runSpec, task);
  if (typeof made !== 'object' || made === null) throw new Error('expected a task');
  return { ...made, task_id: task.task_id, agent_id: task.agent_id, resources: task.resources ?? [] };
}

function guarded<T>({ id }: Plugin, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new PluginFailed(`plugin ${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
