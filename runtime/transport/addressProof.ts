/** Whether a claimed address fits where a connection comes from (spec: runtime.md §5.4). Ports are never compared. */

/**
 * The strict rule of `require_peer_address_ip_match`: the claimed host is the very IP address of the socket's other end.
 * A name is not looked up and never matches, except `localhost`.
 * @param remote IP address of the other end; undefined where there is none, which matches nothing
 */
export function isSameIp(claimed: string, remote: string | undefined): boolean {
  if (remote === undefined) return false;
  const ip = plainIp(remote);
  return plainIp(claimed) === ip || (claimed === 'localhost' && isLoopback(ip));
}

/** The lenient rule, by which answers may go back over the peer's own connection: all of this machine is one host. */
export function isSameHost(claimed: string, remote: string): boolean {
  return isSameIp(claimed, remote) || (isLoopback(plainIp(remote)) && isLoopback(plainIp(claimed)));
}

/** An IPv4 address as it is, be it written as IPv6 (`::ffff:10.0.0.1`) or not. */
export function plainIp(ip: string): string {
  return ip.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
