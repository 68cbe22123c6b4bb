/**
 * JSON Web Tokens under HMAC-SHA256 (RFC 7515, RFC 7519), the only kind that Mesos makes and takes. The libraries there are for
 * them answer by promises; a token is wanted in the middle of handlers, which must not wait.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

/** Longer ones are not looked at. */
const TOKEN_CHARACTERS_MAX = 16 * 1024;

export class JwtError extends Error {}

export function signJwt(claims: Claims, secret: string | Uint8Array): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${signatureOf(signed, secret).toString('base64url')}`;
}

/**
 * @param nowMs wall clock, for `exp` and `nbf`
 * @returns the claims of a token that was signed with the secret
 * @throws JwtError saying what is wrong with it
 */
export function verifyJwt(token: string, secret: string | Uint8Array, nowMs: number): Claims {
  const parts = token.length > TOKEN_CHARACTERS_MAX ? [] : token.split('.');
  const [head, body, signature] = parts;
  if (head === undefined || body === undefined || signature === undefined || parts.length !== 3)
    throw new JwtError('expected three parts with a dot in between');
  const { alg, typ, crit } = decode(head, 'header');
  if (alg !== 'HS256') throw new JwtError("the algorithm is not 'HS256'");
  if (typ !== undefined && typ !== 'JWT') throw new JwtError("the type is not 'JWT'");
  if (crit !== undefined) throw new JwtError('it has critical extensions that are not known here');
  const expected = signatureOf(`${head}.${body}`, secret);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new JwtError('the signature does not match');
  const claims = decode(body, 'payload');
  checkTime(claims, nowMs / 1000);
  return claims;
}

function checkTime({ exp, nbf }: Claims, nowSeconds: number): void {
  for (const [name, value] of Object.entries({ exp, nbf }))
    if (value !== undefined && !Number.isFinite(value)) throw new JwtError(`'${name}' is not a number`);
  if (exp !== undefined && Number(exp) <= nowSeconds) throw new JwtError('it has expired');
  if (nbf !== undefined && Number(nbf) > nowSeconds) throw new JwtError('it is not valid yet');
}

function signatureOf(text: string, secret: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string, what: string): Claims {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    throw new JwtError(`the ${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new JwtError(`the ${what} is not a JSON object`);
  return value as Claims;
}
