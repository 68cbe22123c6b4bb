/** What a plugin may be asked: the six points of Marathon, as objects of JavaScript modules (spec: marathon.md §30). All answer at once. */
import type { Offer, TaskInfo } from '../../../../proto/index.ts';
import type { Spec } from '../model/spec.ts';

export interface PluginRequest {
  readonly method: string;
  readonly path: string;
  /** Of a page of a plugin's own: what is below its path. */
  readonly rest: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface PluginAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object becomes JSON. */
  readonly body?: string | object;
  readonly type?: string;
}

/** Whoever asks, as the authenticator knows them. */
export type Identity = unknown;

export const ACTIONS = ['Create', 'Update', 'Delete', 'View'] as const;
export type Verb = (typeof ACTIONS)[number];

/** What somebody wants to do something to. */
export type Guarded =
  | { readonly kind: 'RunSpec'; readonly id: string; readonly runSpec?: Spec }
  | { readonly kind: 'Group'; readonly id: string }
  | { readonly kind: 'Resource'; readonly name: 'Leader' | 'Events' | 'SystemConfig' | 'Plugins' };

export interface Authenticator {
  /** @returns undefined for whoever is nobody */
  authenticate(request: PluginRequest): Identity | undefined;
  handleNotAuthenticated?(request: PluginRequest): PluginAnswer;
}

export interface Authorizer {
  isAuthorized(identity: Identity | undefined, action: Verb, resource: Guarded): boolean;
  handleNotAuthorized?(identity: Identity | undefined): PluginAnswer;
}

export interface RunSpecTaskProcessor {
  /** The task as it is to be launched: of a pod, each of its containers'. */
  taskInfo(runSpec: Spec, task: TaskInfo): TaskInfo;
}

export interface RunSpecValidator {
  /** What is wrong with an app or a pod. */
  validate(runSpec: Spec): readonly { readonly path: string; readonly error: string }[];
}

export interface SchedulerPlugin {
  /** Whether an offer may be used for it. */
  isMatch(offer: Offer, runSpec: Spec): boolean;
}

export interface HttpRequestHandler {
  serve(request: PluginRequest): PluginAnswer;
}

/** Points by the name that their class has upstream, and the function that each has to have. */
export const POINTS = {
  Authenticator: 'authenticate',
  Authorizer: 'isAuthorized',
  RunSpecTaskProcessor: 'taskInfo',
  RunSpecValidator: 'validate',
  SchedulerPlugin: 'isMatch',
  HttpRequestHandler: 'serve',
} as const;

export type Point = keyof typeof POINTS;

interface Shapes {
  readonly Authenticator: Authenticator;
  readonly Authorizer: Authorizer;
  readonly RunSpecTaskProcessor: RunSpecTaskProcessor;
  readonly RunSpecValidator: RunSpecValidator;
  readonly SchedulerPlugin: SchedulerPlugin;
  readonly HttpRequestHandler: HttpRequestHandler;
}

export interface Plugin<P extends Point = Point> {
  readonly id: string;
  readonly point: P;
  /** The interface as the configuration names it. */
  readonly plugin: string;
  readonly implementation: string;
  readonly tags: readonly string[];
  readonly info: Readonly<Record<string, unknown>>;
  readonly hooks: Shapes[P];
}
