/**
 * Whose certificates of registries are believed: as curl, by which Mesos asks registries, the machine's own list. Node by itself knows
 * its own list alone, in which no authority of a company stands.
 */
import * as fs from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Where systems keep theirs; the first that is there is taken. */
const LISTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Files that the environment names: instead of the machine's list, as for curl; beside it, as for Node. */
export interface AuthorityFiles {
  readonly SSL_CERT_FILE?: string | undefined;
  readonly NODE_EXTRA_CA_CERTS?: string | undefined;
}

/** @throws Error in one line: a file that the environment names cannot be read */
export function trustedAuthorities({ SSL_CERT_FILE, NODE_EXTRA_CA_CERTS }: AuthorityFiles): SecureContext {
  const list = SSL_CERT_FILE ?? LISTS.find((path) => fs.existsSync(path));
  const files = [list, NODE_EXTRA_CA_CERTS].flatMap((path) =>
    path === undefined || path === '' ? [] : path,
  );
  const ca = [...rootCertificates, ...files.map((path) => fs.readFileSync(path, 'utf8'))];
  try {
    return createSecureContext({ ca });
  } catch (error) {
    throw new Error(`${files.join(', ')}: ${(error as Error).message}`);
  }
}
