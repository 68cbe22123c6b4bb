/** Who an HTTP client is by the claims of its token (spec: runtime.md §6.2; RFC 6750). */
import type { Clock } from '../ports.ts';
import { type Claims, JwtError, verifyJwt } from '../security/jwt.ts';
import type { Authenticator } from './authentication.ts';

/** Takes `Authorization: Bearer TOKEN`. The principal has the token's claims, and no name. */
export function jwtAuthenticator(realm: string, secret: string, clock: Pick<Clock, 'now'>): Authenticator {
  const challenge = `Bearer realm="${realm.replaceAll(/["\\]/g, '\\$&')}"`;
  const invalid = (problem: string) => ({
    unauthorized: {
      challenge: `${challenge}, error="invalid_token", error_description="${problem.replaceAll('"', "'")}"`,
      text: `The token is not valid: ${problem}`,
    },
  });
  return {
    authenticate: ({ headers }) => {
      const header = headers['authorization'];
      const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
      // Who said nothing is told how; RFC 6750 wants no reason then.
      if (token === undefined) return { unauthorized: { challenge } };
      try {
        const claims = textsOf(verifyJwt(token, secret, clock.now()));
        return Object.keys(claims).length > 0 ? { principal: { claims } } : invalid('it has no claims');
      } catch (error) {
        if (!(error instanceof JwtError)) throw error;
        return invalid(error.message);
      }
    },
  };
}

/** Claims are texts; what is none is told as JSON. */
function textsOf(claims: Claims): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
