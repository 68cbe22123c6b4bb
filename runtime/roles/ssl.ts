/** Flags about TLS, one for each of libprocess' `LIBPROCESS_SSL_*`, and what they mean for `listen`. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SecureVersion } from 'node:tls';
import * as flag from '../flags/index.ts';
import type { ListenOptions } from '../listen.ts';
import { ExitCode, StartError } from '../startError.ts';

export const sslFlags = {
  ssl_cert_file: flag.path({
    help: 'Certificate (PEM) of this node: with --ssl_key_file, its port speaks TLS only',
  }),
  ssl_key_file: flag.path({ help: 'Private key (PEM) of --ssl_cert_file' }),
  ssl_ca_file: flag.path({
    help: "Certificates (PEM) that others' are checked against. Default: those of the system",
  }),
  ssl_ca_dir: flag.path({ help: 'Folder of such files, besides or instead of --ssl_ca_file' }),
  ssl_require_client_cert: flag.boolean({
    help: 'Refuse connections, of nodes and of HTTP clients, that show no certificate of --ssl_ca_file',
  }),
  ssl_verify_server_cert: flag.boolean({
    default: true,
    help: 'Refuse to link to a node whose certificate is not of --ssl_ca_file or not for its address',
  }),
  ssl_verify_ipadd: flag.boolean({
    default: true,
    help: 'Certificates of nodes called by their IP address have to be for that address',
  }),
  ssl_verify_depth: flag.integer({
    default: 4,
    min: 0,
    max: 100,
    help: 'Authorities between a certificate and a trusted one, at most',
  }),
  ssl_ciphers: flag.string({ help: "Ciphers, by OpenSSL's names, separated by colons" }),
  ssl_ecdh_curve: flag.string({ default: 'auto', help: 'Curves of the key exchange, separated by colons' }),
  ssl_enable_tls_v1_0: flag.boolean({ help: 'Speak TLS 1.0 too' }),
  ssl_enable_tls_v1_1: flag.boolean({ help: 'Speak TLS 1.1 too' }),
  ssl_enable_tls_v1_2: flag.boolean({ default: true, help: 'Speak TLS 1.2' }),
  ssl_enable_tls_v1_3: flag.boolean({ default: true, help: 'Speak TLS 1.3' }),
  ssl_support_downgrade: flag.boolean({
    help: 'Take plain connections on the same port as well, while a cluster changes over to TLS',
  }),
};

export type SslValues = flag.FlagValues<typeof sslFlags>;

const VERSIONS: ReadonlyArray<readonly [SecureVersion, keyof SslValues]> = [
  ['TLSv1', 'ssl_enable_tls_v1_0'],
  ['TLSv1.1', 'ssl_enable_tls_v1_1'],
  ['TLSv1.2', 'ssl_enable_tls_v1_2'],
  ['TLSv1.3', 'ssl_enable_tls_v1_3'],
];

/** Flags that mean nothing without a certificate. */
const NEED_CERT = [
  'ssl_ca_file',
  'ssl_ca_dir',
  'ssl_ciphers',
  'ssl_require_client_cert',
  'ssl_support_downgrade',
] as const;

/** What the flags ask of `listen`; undefined without TLS. @throws StartError naming the flag that is wrong or missing */
export function tlsOf(values: SslValues): ListenOptions['tls'] {
  const { ssl_cert_file: cert, ssl_key_file: key } = values;
  if (cert === undefined && key === undefined) {
    const alone = NEED_CERT.find((name) => values[name] !== undefined && values[name] !== false);
    if (alone !== undefined) throw wrong(`--${alone}: needs --ssl_cert_file and --ssl_key_file`);
    return undefined;
  }
  if (cert === undefined) throw wrong('--ssl_key_file: needs --ssl_cert_file beside it');
  if (key === undefined) throw wrong('--ssl_cert_file: needs --ssl_key_file beside it');
  const ca = authoritiesOf(values);
  if (values.ssl_require_client_cert && ca === undefined)
    throw wrong('--ssl_require_client_cert: needs --ssl_ca_file or --ssl_ca_dir');
  return {
    cert: read('ssl_cert_file', cert),
    key: read('ssl_key_file', key),
    ...(ca !== undefined && { ca }),
    requireClientCert: values.ssl_require_client_cert,
    verifyServerCert: values.ssl_verify_server_cert,
    verifyIpAddress: values.ssl_verify_ipadd,
    verifyDepth: values.ssl_verify_depth,
    ...(values.ssl_ciphers !== undefined && { ciphers: values.ssl_ciphers }),
    ecdhCurve: values.ssl_ecdh_curve,
    versions: versionsOf(values),
    allowPlain: values.ssl_support_downgrade,
  };
}

function versionsOf(values: SslValues): [SecureVersion, SecureVersion] {
  const on = VERSIONS.map(([, name]) => values[name] === true);
  const [first, last] = [on.indexOf(true), on.lastIndexOf(true)];
  const [oldest, newest] = [VERSIONS[first], VERSIONS[last]];
  if (oldest === undefined || newest === undefined)
    throw wrong('--ssl_enable_tls_v1_2: expected at least one version of TLS to be enabled');
  const gap = on.indexOf(false, first);
  if (gap >= 0 && gap < last)
    throw wrong(`--${VERSIONS[gap]?.[1]}: expected the enabled versions of TLS to follow each other`);
  return [oldest[0], newest[0]];
}

function authoritiesOf({ ssl_ca_file: file, ssl_ca_dir: folder }: SslValues): string | undefined {
  const texts = file === undefined ? [] : [read('ssl_ca_file', file)];
  if (folder !== undefined) texts.push(...certificatesIn(folder));
  return texts.length === 0 ? undefined : texts.join('\n');
}

/** Files of the folder that hold certificates; links to them, as OpenSSL's hashes are, count once. */
function certificatesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw unreadable('ssl_ca_dir', 'folder', folder, error);
  }
  const texts = names
    .filter((name) => /\.(pem|crt|cer|\d+)$/i.test(name))
    .map((name) => read('ssl_ca_dir', path.join(folder, name)))
    .filter((text) => text.includes('BEGIN CERTIFICATE'));
  if (texts.length === 0) throw wrong(`--ssl_ca_dir: there is no certificate in '${folder}'`);
  return [...new Set(texts)];
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(name, 'file', file, error);
  }
}

function unreadable(name: string, what: string, given: string, error: unknown): StartError {
  const { code } = error as NodeJS.ErrnoException;
  return wrong(`--${name}: expected a readable ${what}, got '${given}': ${code ?? String(error)}`);
}

function wrong(line: string): StartError {
  return new StartError(line, ExitCode.usage);
}
