/** CRAM-MD5 (RFC 2195), the mechanism by which Mesos' frameworks and agents prove who they are. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Credential } from '../../runtime/index.ts';

/** Its name in the registry of SASL's mechanisms. */
export const CRAM_MD5 = 'CRAM-MD5';

/** What no other session is asked: `<unique.milliseconds@host>`. */
export function challengeOf(unique: string, nowMs: number, host: string): Uint8Array {
  return Buffer.from(`<${unique}.${Math.floor(nowMs)}@${host}>`);
}

/** The answer to a challenge: the principal, a space, and HMAC-MD5 of the challenge under the secret in hexadecimal. */
export function responseTo(challenge: Uint8Array, { principal, secret }: Credential): Uint8Array {
  return Buffer.from(`${principal} ${digest(secret, challenge)}`);
}

/**
 * @param secrets by principal
 * @returns the principal whose secret the sender of the response knows; undefined for anybody else
 */
export function provedPrincipal(
  response: Uint8Array,
  challenge: Uint8Array,
  secrets: ReadonlyMap<string, string>,
): string | undefined {
  const text = Buffer.from(response).toString();
  const space = text.lastIndexOf(' ');
  if (space < 1) return undefined;
  const principal = text.slice(0, space);
  const secret = secrets.get(principal);
  // An unknown principal takes as long as a wrong secret.
  const expected = Buffer.from(digest(secret ?? '', challenge));
  const given = Buffer.from(text.slice(space + 1));
  const same = given.length === expected.length && timingSafeEqual(given, expected);
  return same && secret !== undefined ? principal : undefined;
}

function digest(secret: string, challenge: Uint8Array): string {
  return createHmac('md5', secret).update(challenge).digest('hex');
}
