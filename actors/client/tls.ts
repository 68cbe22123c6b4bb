/** TLS of clients: whom they believe, and what they show of themselves. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';

/** PEM texts; without `ca` the machine's own authorities are believed. */
export type ClientTls = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'checkServerIdentity'
>;

/**
 * How an executor is to speak to its agent: libprocess' variables, which an agent with TLS sets.
 *
 * @returns undefined: plainly
 * @throws Error naming the variable whose file cannot be read
 */
export function agentTls(variables: Readonly<Record<string, string | undefined>>): ClientTls | undefined {
  const of = (name: string): string | undefined => variables[`LIBPROCESS_SSL_${name}`];
  const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';
  if (!isTrue(of('ENABLED'))) return undefined;
  const read = (name: string): string | undefined => {
    const file = of(name);
    if (file === undefined) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new Error(`LIBPROCESS_SSL_${name}: ${(error as Error).message}`);
    }
  };
  const [ca, cert, key] = [read('CA_FILE'), read('CERT_FILE'), read('KEY_FILE')];
  const looksAtIp = isTrue(of('VERIFY_IPADD') ?? 'true');
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    rejectUnauthorized: isTrue(of('VERIFY_SERVER_CERT') ?? of('VERIFY_CERT') ?? 'true'),
    checkServerIdentity: (host, shown) =>
      isIP(host) !== 0 && !looksAtIp ? undefined : checkServerIdentity(host, shown),
  };
}
