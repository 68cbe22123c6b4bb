/**
 * Who an HTTP client is (spec: runtime.md §6.2). A route names its realm; the realm's authenticator, where one is set,
 * says who asks, or that it cannot be told, or that this one may not.
 */
import { timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from './request.ts';

/** Who asks: a name, or claims, or both. */
export interface Principal {
  readonly value?: string;
  readonly claims?: Readonly<Record<string, string>>;
}

/** Exactly one of the three; anything else is the authenticator's fault and answered 500. */
export interface AuthenticationResult {
  readonly principal?: Principal;
  /** 401. `challenge` is the value of `WWW-Authenticate`. */
  readonly unauthorized?: { readonly challenge: string; readonly text?: string };
  /** 403. */
  readonly forbidden?: { readonly text?: string };
}

export interface Authenticator {
  /** Answers at once, or later by a promise; requests to one process wait for those before them. */
  authenticate(request: HttpRequest): AuthenticationResult | Promise<AuthenticationResult>;
}

/** Whether a result is one of the three, and a principal names somebody. */
export function isValidResult({ principal, unauthorized, forbidden }: AuthenticationResult): boolean {
  const given = [principal, unauthorized, forbidden].filter((each) => each !== undefined);
  if (given.length !== 1) return false;
  if (principal === undefined) return true;
  return (principal.value ?? '') !== '' || Object.keys(principal.claims ?? {}).length > 0;
}

/** One user that Basic authentication knows. */
export interface Credential {
  readonly principal: string;
  readonly secret: string;
}

/** RFC 7617, as Mesos: `user:password` splits at `:` into exactly two, so a colon in a password cannot be used. */
export function basicAuthenticator(realm: string, credentials: readonly Credential[]): Authenticator {
  const secrets = new Map(credentials.map(({ principal, secret }) => [principal, secret]));
  const unauthorized = { unauthorized: { challenge: `Basic realm="${realm.replaceAll(/["\\]/g, '\\$&')}"` } };
  return {
    authenticate: ({ headers }) => {
      const encoded = /^Basic +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
      const [user, password, ...more] = Buffer.from(encoded ?? '', 'base64')
        .toString()
        .split(':');
      if (user === undefined || user === '' || password === undefined || more.length > 0) return unauthorized;
      const secret = secrets.get(user);
      // An unknown user takes as long as a wrong password.
      const right = sameText(password, secret ?? `${password}.`);
      return right ? { principal: { value: user } } : unauthorized;
    },
  };
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  const equal = timingSafeEqual(a, a.length === b.length ? b : a);
  return equal && a.length === b.length;
}

/**
 * Several ways to say who one is: they are asked in order and the first principal wins. Else all challenges become one 401;
 * without any, the texts of those that forbade one 403. What is no valid result counts as none.
 */
export function combinedAuthenticator(authenticators: readonly Authenticator[]): Authenticator {
  const ask = (
    request: HttpRequest,
    at: number,
    refused: readonly AuthenticationResult[],
  ): ReturnType<Authenticator['authenticate']> => {
    const next = authenticators[at];
    if (next === undefined) return merged(refused);
    const judge = (result: AuthenticationResult): ReturnType<Authenticator['authenticate']> => {
      if (!isValidResult(result)) return ask(request, at + 1, refused);
      return result.principal === undefined ? ask(request, at + 1, [...refused, result]) : result;
    };
    const result = next.authenticate(request);
    return result instanceof Promise ? result.then(judge) : judge(result);
  };
  return { authenticate: (request) => ask(request, 0, []) };
}

function merged(refused: readonly AuthenticationResult[]): AuthenticationResult {
  const challenges = refused.flatMap(({ unauthorized }) => unauthorized ?? []);
  const forbidden = refused.flatMap((each) => each.forbidden ?? []);
  if (challenges.length > 0) {
    const texts = challenges.flatMap(({ text }) => text ?? []);
    const challenge = challenges.map((each) => each.challenge).join(', ');
    return { unauthorized: { challenge, ...(texts.length > 0 && { text: texts.join('\n') }) } };
  }
  if (forbidden.length === 0) return {};
  const texts = forbidden.flatMap(({ text }) => text ?? []);
  return { forbidden: texts.length > 0 ? { text: texts.join('\n') } : {} };
}

/**
 * A script that asks people itself says `X-Requested-With: XMLHttpRequest`, and is challenged by a scheme that browsers do not
 * know: they would ask in a window of their own and leave the script waiting.
 */
export function challengeFor({ headers }: Pick<HttpRequest, 'headers'>, challenge: string): string {
  if (headers['x-requested-with']?.toLowerCase() !== 'xmlhttprequest') return challenge;
  return challenge.replaceAll(/\bBasic (?=realm=)/g, 'x-Basic ');
}
