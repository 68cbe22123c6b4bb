/** Flags about who may talk to a node, named after libprocess' variables, and what they mean for `listen`. */
import { readFileSync } from 'node:fs';
import * as flag from '../flags/index.ts';
import type { ListenOptions } from '../listen.ts';
import { SECRET_CHARACTERS_MIN } from '../security/clusterSecret.ts';
import { ExitCode, StartError } from '../startError.ts';
import { formatRate, parseRate, type Rate } from '../units/index.ts';

/** The rows about security, the same for every role. */
export const securityFlags = {
  ssl_cert_file: flag.path({
    help: 'Certificate (PEM) of this node: with --ssl_key_file, its port speaks TLS only',
  }),
  ssl_key_file: flag.path({ help: 'Private key (PEM) of --ssl_cert_file' }),
  ssl_ca_file: flag.path({
    help: "Certificates (PEM) that others' are checked against. Default: those of the system",
  }),
  ssl_require_client_cert: flag.boolean({
    help: 'Refuse connections, of nodes and of HTTP clients, that show no certificate of --ssl_ca_file',
  }),
  ssl_verify_server_cert: flag.boolean({
    default: true,
    help: 'Refuse to link to a node whose certificate is not of --ssl_ca_file or not for its address',
  }),
  cluster_secret: flag.string({
    secret: true,
    expected: `a secret of at least ${SECRET_CHARACTERS_MIN} characters`,
    validate: (text) => {
      if (text.length < SECRET_CHARACTERS_MIN) throw new Error('too short');
    },
    help: 'What all nodes of the cluster know; others cannot link to it or post messages. Best as file://PATH',
  }),
  require_peer_address_ip_match: flag.boolean({
    help: 'Refuse messages and links whose sender is not at the IP address it claims',
  }),
  firewall_rules: flag.json({
    validate: firewallRules,
    help: 'Endpoints that nobody may use: {"disabled_endpoints": {"paths": ["/files/browse"]}}, or its file',
  }),
  metrics_snapshot_rate_limit: flag.text<Rate | undefined>({
    default: '2/1secs',
    expected: 'a rate such as 2/1secs, or nothing for no limit',
    placeholder: 'RATE',
    parse: (given) => (given === '' ? undefined : parseRate(given)),
    print: (rate) => (rate === undefined ? '' : formatRate(rate)),
    help: 'How often /metrics/snapshot answers all clients together; who asks more often waits',
  }),
};

/** The document of Mesos' flag. @throws Error naming the field that is wrong */
function firewallRules(value: unknown): { readonly paths: readonly string[] } {
  const rules = (value as { disabled_endpoints?: { paths?: unknown } } | null)?.disabled_endpoints;
  const paths = rules?.paths;
  if (!Array.isArray(paths)) throw new Error('disabled_endpoints.paths: expected an array of paths');
  const wrong = paths.find((path) => typeof path !== 'string' || !path.startsWith('/'));
  if (wrong !== undefined)
    throw new Error(`disabled_endpoints.paths: expected a path, got ${JSON.stringify(wrong)}`);
  return { paths: paths as string[] };
}

export type SecurityValues = flag.FlagValues<typeof securityFlags>;

/** What the flags ask of `listen`. @throws StartError naming the flag that is wrong or missing */
export function securityOf(
  values: SecurityValues,
): Pick<ListenOptions, 'tls' | 'clusterSecret' | 'disabledEndpoints' | 'requirePeerAddressIpMatch'> {
  const tls = tlsOf(values);
  return {
    ...(values.require_peer_address_ip_match && { requirePeerAddressIpMatch: true }),
    ...(tls !== undefined && { tls }),
    ...(values.firewall_rules !== undefined && { disabledEndpoints: values.firewall_rules.paths }),
    ...(values.cluster_secret !== undefined && { clusterSecret: values.cluster_secret }),
  };
}

function tlsOf(values: SecurityValues): ListenOptions['tls'] {
  const { ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: ca } = values;
  const require = values.ssl_require_client_cert;
  if (cert === undefined && key === undefined) {
    if (ca !== undefined || require)
      throw wrong(
        `--${ca === undefined ? 'ssl_require_client_cert' : 'ssl_ca_file'}: needs --ssl_cert_file and --ssl_key_file`,
      );
    return undefined;
  }
  if (cert === undefined) throw wrong('--ssl_key_file: needs --ssl_cert_file beside it');
  if (key === undefined) throw wrong('--ssl_cert_file: needs --ssl_key_file beside it');
  if (require && ca === undefined) throw wrong('--ssl_require_client_cert: needs --ssl_ca_file');
  return {
    cert: read('ssl_cert_file', cert),
    key: read('ssl_key_file', key),
    ...(ca !== undefined && { ca: read('ssl_ca_file', ca) }),
    requireClientCert: require,
    verifyServerCert: values.ssl_verify_server_cert,
  };
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(
      `--${name}: expected a readable file, got '${file}': ${(error as NodeJS.ErrnoException).code ?? error}`,
    );
  }
}

function wrong(line: string): StartError {
  return new StartError(line, ExitCode.usage);
}

/** libprocess' variables and the flag each one sets; the first one found counts. */
const SSL_VARIABLES: ReadonlyArray<readonly [variable: string, flag: string]> = [
  ['LIBPROCESS_SSL_CERT_FILE', 'ssl_cert_file'],
  ['LIBPROCESS_SSL_KEY_FILE', 'ssl_key_file'],
  ['LIBPROCESS_SSL_CA_FILE', 'ssl_ca_file'],
  ['LIBPROCESS_SSL_REQUIRE_CLIENT_CERT', 'ssl_require_client_cert'],
  ['LIBPROCESS_SSL_REQUIRE_CERT', 'ssl_require_client_cert'],
  ['LIBPROCESS_SSL_VERIFY_SERVER_CERT', 'ssl_verify_server_cert'],
  ['LIBPROCESS_SSL_VERIFY_CERT', 'ssl_verify_server_cert'],
];

/**
 * The environment with libprocess' variables under the names of the flags they stand for. Those about TLS count where
 * `LIBPROCESS_SSL_ENABLED` is `true` or `1`; a flag, or its own variable, wins over them.
 */
export function withLibprocessVariables(env: flag.Environment): flag.Environment {
  const all: Record<string, string | undefined> = { ...env };
  all[flag.variableOf('metrics_snapshot_rate_limit')] ??=
    env['LIBPROCESS_METRICS_SNAPSHOT_ENDPOINT_RATE_LIMIT'];
  all[flag.variableOf('require_peer_address_ip_match')] ??= env['LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH'];
  const enabled = env['LIBPROCESS_SSL_ENABLED'];
  if (enabled !== 'true' && enabled !== '1') return all;
  for (const [variable, name] of SSL_VARIABLES) all[flag.variableOf(name)] ??= env[variable];
  return all;
}
