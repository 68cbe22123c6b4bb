/** libprocess' variables: which flags they set here, and how a node hands its TLS on to programs it starts. */
import path from 'node:path';
import * as flag from '../flags/index.ts';
import { type SslValues, sslFlags } from './ssl.ts';

/** Variables about TLS with another name than their flag; the first one found counts. */
const ALIASES: ReadonlyArray<readonly [variable: string, flag: keyof SslValues]> = [
  ['LIBPROCESS_SSL_REQUIRE_CERT', 'ssl_require_client_cert'],
  ['LIBPROCESS_SSL_VERIFY_CERT', 'ssl_verify_server_cert'],
];
const SSL_FLAGS = Object.keys(sslFlags) as readonly (keyof SslValues)[];

/** Variables that count whether or not there is TLS. */
const OTHERS: ReadonlyArray<readonly [variable: string, flag: string]> = [
  ['LIBPROCESS_METRICS_SNAPSHOT_ENDPOINT_RATE_LIMIT', 'metrics_snapshot_rate_limit'],
  ['LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH', 'require_peer_address_ip_match'],
  ['LIBPROCESS_ADVERTISE_IP', 'advertise_ip'],
  ['LIBPROCESS_ADVERTISE_PORT', 'advertise_port'],
];

/**
 * Where a role listens: masters and agents have a port of their own, as upstream; an executor's address is its agent's to
 * choose, which may be known to others by one that cannot be listened on.
 */
const WHERE: Readonly<Record<string, ReadonlyArray<readonly [variable: string, flag: string]>>> = {
  master: [['LIBPROCESS_IP', 'ip']],
  agent: [['LIBPROCESS_IP', 'ip']],
  framework: [
    ['LIBPROCESS_IP', 'ip'],
    ['LIBPROCESS_PORT', 'port'],
  ],
};

const variableOf = (name: keyof SslValues): string => `LIBPROCESS_${name.toUpperCase()}`;

/**
 * The environment with libprocess' variables under the names of the flags they stand for. Those about TLS count where
 * `LIBPROCESS_SSL_ENABLED` is `true` or `1`; a flag, or its own variable, wins over them.
 *
 * @param role whose address is meant; without one, none is
 */
export function withLibprocessVariables(env: flag.Environment, role = ''): flag.Environment {
  const all: Record<string, string | undefined> = { ...env };
  for (const [variable, name] of [...OTHERS, ...(WHERE[role] ?? [])])
    all[flag.variableOf(name)] ??= env[variable];
  const enabled = env['LIBPROCESS_SSL_ENABLED'];
  if (enabled !== 'true' && enabled !== '1') return all;
  for (const name of SSL_FLAGS) all[flag.variableOf(name)] ??= env[variableOf(name)];
  for (const [variable, name] of ALIASES) all[flag.variableOf(name)] ??= env[variable];
  return all;
}

/**
 * What a program started by this node is told of its TLS, in libprocess' variables: names of files, which it must be able to
 * read, and choices. Nothing without TLS.
 */
export function libprocessVariables(values: SslValues): Record<string, string> {
  if (values.ssl_cert_file === undefined) return {};
  const variables: Record<string, string> = { LIBPROCESS_SSL_ENABLED: 'true' };
  for (const name of SSL_FLAGS) {
    const value = values[name];
    if (value === undefined) continue;
    const isPath = /_(file|dir)$/.test(name);
    variables[variableOf(name)] = isPath ? path.resolve(String(value)) : String(value);
  }
  return variables;
}
