/** Flags about who a program is to etcd, the same for all that speak to it. */
import { readFileSync } from 'node:fs';
import * as flag from '../flags/index.ts';
import type { Clock } from '../ports.ts';
import { ExitCode, StartError } from '../startError.ts';
import type { OpenEtcd } from './client.ts';
import type { EtcdSecurity } from './etcd3.ts';
import type { EtcdLocation } from './location.ts';

export const etcdSecurityFlags = {
  etcd_ca_file: flag.path({
    help: "Certificates (PEM) that etcd's members are checked against, with https. Default: those of the system",
  }),
  etcd_cert_file: flag.path({ help: 'Certificate (PEM) shown to etcd; with --etcd_key_file' }),
  etcd_key_file: flag.path({ help: 'Private key (PEM) of --etcd_cert_file' }),
  etcd_credential: flag.string({
    secret: true,
    expected: 'USER:PASSWORD, best as file://PATH',
    validate: (text) => void credentialOf(text),
    help: 'User and password at etcd, as USER:PASSWORD. Best as file://PATH',
  }),
};

export type EtcdSecurityValues = flag.FlagValues<typeof etcdSecurityFlags>;

/**
 * How to open clients for that place; each call opens another one.
 * @throws StartError naming the flag that is wrong
 */
export function etcdOpener(location: EtcdLocation, values: EtcdSecurityValues, clock: Clock): OpenEtcd {
  const security = securityOf(location, values);
  return (done) => {
    import('./etcd3.ts')
      .then(({ openEtcd3 }) => openEtcd3(location, clock, security))
      .then(done, (error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
  };
}

function securityOf({ tls }: EtcdLocation, values: EtcdSecurityValues): EtcdSecurity {
  const { etcd_ca_file, etcd_cert_file, etcd_key_file, etcd_credential } = values;
  if ((etcd_cert_file === undefined) !== (etcd_key_file === undefined))
    throw wrong('--etcd_cert_file and --etcd_key_file: expected both or none');
  if (!tls && (etcd_ca_file ?? etcd_cert_file) !== undefined)
    throw wrong('--etcd_ca_file and --etcd_cert_file: need etcd at https (etcds)');
  return {
    ...(etcd_ca_file !== undefined && { ca: read('etcd_ca_file', etcd_ca_file) }),
    ...(etcd_cert_file !== undefined && { cert: read('etcd_cert_file', etcd_cert_file) }),
    ...(etcd_key_file !== undefined && { key: read('etcd_key_file', etcd_key_file) }),
    ...(etcd_credential !== undefined && { user: credentialOf(etcd_credential) }),
  };
}

function credentialOf(given: string): { username: string; password: string } {
  const text = given.trim();
  const cut = text.indexOf(':');
  if (cut < 1) throw new Error('no USER:PASSWORD');
  return { username: text.slice(0, cut), password: text.slice(cut + 1) };
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(`--${name}: expected a readable file, got '${file}': ${code ?? String(error)}`);
  }
}

function wrong(line: string): StartError {
  return new StartError(line, ExitCode.usage);
}
