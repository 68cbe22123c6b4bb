/** Certificates made when a test needs them, by openssl. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { scratch } from './processes.ts';

export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Authority {
  /** The authority's own certificate. */
  readonly ca: string;
  readonly caFile: string;
  /** A certificate of this authority, for servers and clients, good for one address. */
  issue(name: string, address?: string): Issued;
  /** The same, by an authority in between, whose certificate is in the chain. */
  issueBelow(name: string, address?: string): Issued;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority of its own, gone with the test. */
export function authority(t: ExecutionContext): Authority {
  const folder = scratch(t);
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe' });
  };
  openssl(
    'req',
    '-x509',
    ...NEW_KEY,
    '-days',
    '2',
    '-subj',
    '/CN=test CA',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  const signed = (name: string, by: string, extension: string): Issued => {
    const [certFile, keyFile, request] = [at(`${name}.pem`), at(`${name}.key`), at(`${name}.csr`)];
    writeFileSync(at('extension'), `${extension}\n`);
    openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request);
    const signer = ['-CA', at(`${by}.pem`), '-CAkey', at(`${by}.key`), '-CAcreateserial'];
    const how = ['-days', '2', ...signer, '-extfile', at('extension')];
    openssl('x509', '-req', '-in', request, ...how, '-out', certFile);
    return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
  };
  return {
    ca: readFileSync(at('ca.pem'), 'utf8'),
    caFile: at('ca.pem'),
    issue: (name, address = '127.0.0.1') => signed(name, 'ca', `subjectAltName=IP:${address}`),
    issueBelow: (name, address = '127.0.0.1') => {
      const between = signed(`${name}-between`, 'ca', 'basicConstraints=critical,CA:TRUE');
      const issued = signed(name, `${name}-between`, `subjectAltName=IP:${address}`);
      const chain = issued.cert + between.cert;
      writeFileSync(issued.certFile, chain);
      return { ...issued, cert: chain };
    },
  };
}
