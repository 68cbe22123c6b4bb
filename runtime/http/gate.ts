/** What stands between a request and its handler: the firewall, then who asks, then whether that one may. */
import type { Logger } from '../logging/index.ts';
import type { Route } from '../process.ts';
import {
  type AuthenticationResult,
  type Authenticator,
  challengeFor,
  isValidResult,
  type Principal,
} from './authentication.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** Whether the principal (undefined: nobody was asked who they are) may use an endpoint. */
export type Authorization = (principal: Principal | undefined, request: HttpRequest) => boolean;

export class HttpGate {
  /** Paths that answer 403, whoever asks: `/master/state`. A delegate's path is named with the delegate in it. */
  disabledEndpoints: ReadonlySet<string>;
  /** By path of the route, `/logging/toggle`: others authorise inside their handlers. */
  readonly authorizations = new Map<string, Authorization>();
  private readonly authenticators = new Map<string, Authenticator>();
  /** By process id: the last request that waits to be authenticated. Those behind it keep their order. */
  private readonly waiting = new Map<string, Promise<void>>();
  private readonly log: Logger;

  constructor(log: Logger, disabledEndpoints: Iterable<string> = []) {
    this.log = log;
    this.disabledEndpoints = new Set(disabledEndpoints);
  }

  setAuthenticator(realm: string, authenticator: Authenticator | undefined): void {
    if (authenticator === undefined) this.authenticators.delete(realm);
    else this.authenticators.set(realm, authenticator);
  }

  /**
   * Calls `enter` when the request may go on, at once where nothing has to be waited for; answers it otherwise.
   * @param process id of the process that owns the route
   */
  admit(
    process: string,
    route: Route,
    request: HttpRequest,
    reply: HttpReply,
    enter: (request: HttpRequest) => void,
  ): void {
    const path = `/${process}${route.path}`;
    const asked = request.rest === '' ? path : `${path}/${request.rest}`;
    const disabled = [path, asked].find((each) => this.disabledEndpoints.has(each));
    if (disabled !== undefined) {
      reply.text(403, `Endpoint '${disabled}' is disabled`);
      return;
    }
    const authenticator = route.realm === undefined ? undefined : this.authenticators.get(route.realm);
    const authorized = (principal: Principal | undefined): void => {
      if (this.authorizations.get(path)?.(principal, request) === false)
        reply.text(403, `You may not use '${path}'`);
      else enter(principal === undefined ? request : { ...request, principal });
    };
    const before = this.waiting.get(process);
    if (before !== undefined)
      this.wait(
        process,
        before.then(() => this.authenticate(authenticator, request, reply, authorized)),
      );
    else {
      const later = this.authenticate(authenticator, request, reply, authorized);
      if (later !== undefined) this.wait(process, later);
    }
  }

  private wait(process: string, done: Promise<void>): void {
    this.waiting.set(process, done);
    void done.then(() => {
      if (this.waiting.get(process) === done) this.waiting.delete(process);
    });
  }

  /** @returns a promise, which never rejects, when the authenticator takes its time */
  private authenticate(
    authenticator: Authenticator | undefined,
    request: HttpRequest,
    reply: HttpReply,
    enter: (principal: Principal | undefined) => void,
  ): Promise<void> | undefined {
    const judge = (result: AuthenticationResult): void => this.judge(result, request, reply, enter);
    try {
      const result = authenticator?.authenticate(request);
      if (result === undefined) enter(undefined);
      else if (!(result instanceof Promise)) judge(result);
      else return result.then(judge).catch((error: unknown) => this.failed(reply, error));
    } catch (error) {
      this.failed(reply, error);
    }
    return undefined;
  }

  private judge(
    result: AuthenticationResult,
    request: HttpRequest,
    reply: HttpReply,
    enter: (principal: Principal) => void,
  ): void {
    const { principal, unauthorized, forbidden } = result;
    if (!isValidResult(result))
      this.failed(reply, 'its result is not one of principal, unauthorized, forbidden');
    else if (principal !== undefined) enter(principal);
    else if (unauthorized !== undefined)
      reply.text(401, unauthorized.text ?? '', {
        'WWW-Authenticate': challengeFor(request, unauthorized.challenge),
      });
    else reply.text(403, forbidden?.text ?? '');
  }

  private failed(reply: HttpReply, error: unknown): void {
    this.log.error('an authenticator failed', {
      error: error instanceof Error ? error.message : String(error),
    });
    if (!reply.closed) reply.text(500, 'Authentication failed; see the log');
  }
}
