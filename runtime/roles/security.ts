/** Flags about who may talk to a node, named after libprocess' variables, and what they mean for `listen`. */
import * as flag from '../flags/index.ts';
import type { ListenOptions } from '../listen.ts';
import { SECRET_CHARACTERS_MIN } from '../security/clusterSecret.ts';
import { formatRate, parseRate, type Rate } from '../units/index.ts';
import { sslFlags, tlsOf } from './ssl.ts';

/** The rows about security, the same for every role. */
export const securityFlags = {
  ...sslFlags,
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
