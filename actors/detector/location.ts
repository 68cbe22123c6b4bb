/** What `--master` names: the master itself, or where etcd keeps who leads. */
import { type EtcdLocation, formatEtcdLocation, parseEtcdLocation } from '../../runtime/etcd/location.ts';
import * as flag from '../../runtime/flags/index.ts';
import { formatHostPort, type HostPort, parseHostPort } from '../../runtime/flags/index.ts';

export type MasterLocation =
  | ({ readonly kind: 'address' } & HostPort)
  | ({ readonly kind: 'etcd' } & EtcdLocation);

/**
 * Reads `10.0.0.1:5050` or `etcd://10.0.0.1:2379,10.0.0.2:2379/mesostate` (`etcds://` with TLS).
 * @throws Error saying what was expected
 */
export function parseMasterLocation(text: string, defaultPort?: number): MasterLocation {
  if (text.startsWith('zk://'))
    throw new Error(
      `expected host:port, or etcd://host:port,…/path, got '${text}': masters meet in etcd, not in ZooKeeper`,
    );
  if (/^(etcds?|https?):\/\//.test(text)) return { kind: 'etcd', ...parseEtcdLocation(text) };
  return { kind: 'address', ...parseHostPort(text, defaultPort) };
}

/** As `parseMasterLocation` reads it. */
export function formatMasterLocation(location: MasterLocation): string {
  if (location.kind === 'address') return formatHostPort(location);
  return formatEtcdLocation(location).replace(/^http/, 'etcd');
}

/** The flag `--master`, which must be given. */
export function masterFlag(help: string, defaultPort?: number): flag.Flag<MasterLocation> {
  return flag.text({
    required: true,
    expected: 'host:port, or etcd://host:port,…/path',
    placeholder: 'HOST:PORT|etcd://HOST:PORT,…/PATH',
    parse: (text) => parseMasterLocation(text, defaultPort),
    print: formatMasterLocation,
    help,
  });
}
