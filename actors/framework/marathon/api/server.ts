/** The HTTP side of Marathon: who asks, what is asked, and one place for errors (spec: marathon.md §1). */
import type { HttpReply, HttpRequest } from '../../../../runtime/index.ts';
import { basicAuthenticator, challengeFor } from '../../../../runtime/index.ts';
import { EXPOSITION_TYPE, exposition } from '../../../../runtime/metrics/index.ts';
import type { FrameworkRoute } from '../../context.ts';
import { ApiError } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { isObject } from '../model/schema.ts';
import type { Identity } from '../plugins/points.ts';
import { PortRangeExhausted } from '../store/definitions.ts';
import { appsRoute } from './apps.ts';
import { type Answer, Call, COMMON_HEADERS, send } from './call.ts';
import { changesRoute } from './changes.ts';
import { deploymentsRoute } from './deployments.ts';
import { streamEvents, subscriptionsRoute } from './events.ts';
import { groupsRoute } from './groups.ts';
import { answerHeldUp, expectWritable } from './heldUp.ts';
import { helpAnswer } from './help.ts';
import { configAnswer, infoAnswer, leaderAnswer, pingAnswer, schemaAnswer } from './info.ts';
import { loggingAnswer } from './logging.ts';
import { pluginAnswer, pluginRequest, pluginsRoute } from './plugins.ts';
import { podsRoute } from './pods.ts';
import { queueRoute } from './queue.ts';
import { Rights } from './rights.ts';
import { tasksRoute } from './tasks.ts';

type Handler = (call: Call) => Answer;

/** Everything Marathon answers. @param self where it is reached, `host:port` */
export class MarathonApi {
  readonly #marathon: Marathon;
  readonly #self: string;
  readonly #v2: ReadonlyMap<string, Handler>;
  readonly #authenticator: ReturnType<typeof basicAuthenticator> | undefined;

  constructor(marathon: Marathon, self: string) {
    this.#marathon = marathon;
    this.#self = self;
    const { credentials, realm } = marathon.settings;
    if (credentials !== undefined)
      this.#authenticator = basicAuthenticator(realm, [
        { principal: credentials.user, secret: credentials.password },
      ]);
    this.#v2 = new Map<string, Handler>([
      ['apps', (call) => appsRoute(marathon, call)],
      ['groups', (call) => groupsRoute(marathon, call)],
      ['pods', (call) => podsRoute(marathon, call)],
      ['tasks', (call) => tasksRoute(marathon, call)],
      ['deployments', (call) => deploymentsRoute(marathon, call)],
      ['queue', (call) => queueRoute(marathon, call)],
      ['eventSubscriptions', (call) => subscriptionsRoute(marathon, call)],
      ['changes', (call) => changesRoute(marathon, call)],
      ['info', (call) => infoAnswer(marathon, self, call.extended)],
      ['leader', (call) => leaderAnswer(marathon, call, self)],
      ['schemas', schemaAnswer],
      ['plugins', (call) => pluginsRoute(marathon, call)],
    ]);
  }

  routes(): FrameworkRoute[] {
    const { context, startedMs, metrics } = this.#marathon;
    const page = (path: string, help: string, handler: Handler, overrides = false): FrameworkRoute => ({
      path,
      help,
      overrides,
      handler: (request, reply) => this.#handle(request, reply, handler, areaOf(path)),
    });
    return [
      {
        path: '/v2',
        help: "Marathon's API: apps, groups, pods, tasks, deployments, queue, events, info, leader",
        handler: (request, reply) => this.#handleV2(request, reply),
      },
      {
        path: '/ping',
        help: 'Answers pong',
        handler: (request, reply) => void send(reply, pingAnswer(new Call(request, '')), {}),
      },
      page(
        '/metrics',
        'All metrics as JSON',
        () => ({ body: metrics.snapshot(startedMs, context.clock.now()) }),
        true,
      ),
      page(
        '/metrics/prometheus',
        'All metrics in Prometheus text format',
        () => ({ body: ownNames(exposition(context.metrics)), type: EXPOSITION_TYPE }),
        true,
      ),
      page('/config', 'The flags in force', () => configAnswer(this.#marathon)),
      page('/logging', 'How much is logged', (call) => loggingAnswer(context.log, call), true),
      page('/help', "Marathon's API", helpAnswer, true),
      // Where Marathon's own page was.
      page('/ui', 'To the web page', () => ({ status: 302, headers: { Location: '/app' } })),
      page('/', 'The web page', (call) => {
        if (call.request.path !== '/')
          throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
        return { status: 302, headers: { Location: '/app' } };
      }),
    ];
  }

  #handleV2(request: HttpRequest, reply: HttpReply): void {
    const rest = request.rest.replace(/^\/+/, '');
    const [first = ''] = /^[^/:]*/.exec(rest) ?? [];
    if (first === 'events') {
      this.#guarded(request, reply, (identity) => {
        const call = new Call(request, '');
        this.#rights(identity)?.expect(first, call);
        streamEvents(this.#marathon, call, reply, this.#headers(request));
      });
      return;
    }
    const handler = this.#v2.get(first);
    this.#handle(
      { ...request, rest: rest.slice(first.length) },
      reply,
      handler ??
        (() => {
          throw new ApiError(404, `There is nothing at '${request.path}' here`);
        }),
      first,
    );
  }

  /** @param area what it is about, for plugins that authorize; undefined: nothing to guard */
  #handle(request: HttpRequest, reply: HttpReply, handler: Handler, area: string | undefined): void {
    this.#guarded(request, reply, (identity) => {
      // What HEAD asks for is the head of what GET would be answered.
      const asked = request.method === 'HEAD' ? { ...request, method: 'GET' } : request;
      const call = new Call(asked, request.rest);
      const rights = area === undefined ? undefined : this.#rights(identity);
      const { plugins } = this.#marathon.settings;
      if (rights !== undefined) plugins.together(() => rights.expect(area ?? '', call));
      const by = this.#nameOf(identity);
      expectWritable(this.#marathon.store.heldUp, area, call);
      const author = { ...(by !== undefined && { by }), from: call.clientIp };
      const handled = this.#marathon.writes.as(author, () => handler(call));
      const answer =
        rights === undefined ? handled : plugins.together(() => rights.seen(area ?? '', handled));
      // Nobody is told, without a word of it, of what a crash could still undo.
      this.#marathon.store.settled((heldUp) =>
        this.#send(request, reply, heldUp === undefined ? answer : answerHeldUp(heldUp, area, call, answer)),
      );
    });
  }

  /** Runs it when the client may, and answers what it throws. */
  #guarded(request: HttpRequest, reply: HttpReply, run: (identity: Identity | undefined) => void): void {
    if (request.method === 'OPTIONS') {
      this.#send(request, reply, { status: 200 });
      return;
    }
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      this.#send(request, reply, refusal);
      return;
    }
    try {
      const { plugins } = this.#marathon.settings;
      const asked = plugins.authenticates ? plugins.authenticate(pluginRequest(request)) : undefined;
      if (asked !== undefined && 'refused' in asked)
        this.#send(request, reply, pluginAnswer(asked.refused ?? {}, 401));
      else run(asked?.identity);
    } catch (error) {
      this.#send(request, reply, this.#answerTo(error));
    }
  }

  /** Who asks, in a word. */
  #nameOf(identity: Identity | undefined): string | undefined {
    if (typeof identity === 'string') return identity;
    const { name, principal, user } = isObject(identity) ? identity : {};
    const named = [name, principal, user].find((each) => typeof each === 'string');
    return typeof named === 'string' ? named : this.#marathon.settings.credentials?.user;
  }

  #rights(identity: Identity | undefined): Rights | undefined {
    return this.#marathon.settings.plugins.authorizes ? new Rights(this.#marathon, identity) : undefined;
  }

  #refusal(request: HttpRequest): Answer | undefined {
    const result = this.#authenticator?.authenticate(request);
    if (result === undefined || result instanceof Promise || result.unauthorized === undefined)
      return undefined;
    const { challenge } = result.unauthorized;
    return {
      status: 401,
      body: { message: 'Invalid username or password.' },
      headers: { 'WWW-Authenticate': challengeFor(request, challenge) },
    };
  }

  #answerTo(error: unknown): Answer {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    if (error instanceof PortRangeExhausted) return { status: 422, body: { message: error.message } };
    const { log } = this.#marathon.context;
    log.error('a request failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return { status: 500, body: { message: 'Internal error; see the log' } };
  }

  #headers(request: HttpRequest): Record<string, string> {
    const { allowOrigins } = this.#marathon.settings;
    const origin = request.headers['origin'];
    const allowed = allowOrigins.includes('*') ? '*' : allowOrigins.find((each) => each === origin);
    return {
      ...COMMON_HEADERS,
      'X-Marathon-Leader': `http://${this.#self}`,
      ...(allowed !== undefined && {
        'Access-Control-Allow-Origin': allowed,
        'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
        'Access-Control-Allow-Headers':
          request.headers['access-control-request-headers'] ?? 'Content-Type, Authorization',
        'Access-Control-Max-Age': '86400',
      }),
    };
  }

  #send(request: HttpRequest, reply: HttpReply, answer: Answer): void {
    const bytes = send(reply, answer, this.#headers(request));
    this.#marathon.metrics.answered(request.method, answer.status ?? 200, request.body.length, bytes);
  }
}

/** What a page is about, for plugins that authorize. */
function areaOf(path: string): string | undefined {
  return /^\/(metrics|config|logging)/.test(path) ? 'system' : undefined;
}

/** Under the names that dashboards of Marathon know: `marathon_apps_active_gauge`. */
function ownNames(text: string): string {
  return text.replaceAll('mesostate_marathon_', 'marathon_');
}
