/**
 * Proxies for what the agent fetches, by the variables of its environment that curl obeys, which fetches for Mesos: `http_proxy`,
 * `https_proxy`, `ftp_proxy`, `all_proxy`, `no_proxy`. As with curl, `HTTP_PROXY` in capitals means nothing. The machine itself
 * is never asked by a proxy.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** Variables of proxies for programs that the agent runs, such as curl. */
export function proxyVariables(variables: ProxyVariables): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables))
    if (value !== undefined && /^([a-z]+_proxy|(HTTPS|FTP|FTPS|ALL|NO)_PROXY)$/.test(name))
      found[name] = value;
  return found;
}

/** The proxy that is asked for a URL; undefined for none. @throws Error naming a variable that makes no sense */
export function proxyOf(url: URL, variables: ProxyVariables): URL | undefined {
  const scheme = url.protocol.slice(0, -1);
  const names = [`${scheme}_proxy`, ...(scheme === 'http' ? [] : [`${scheme.toUpperCase()}_PROXY`])];
  const name = [...names, 'all_proxy', 'ALL_PROXY'].find((each) => variables[each] !== undefined);
  const value = name === undefined ? undefined : variables[name];
  if (name === undefined || value === undefined || value === '' || isExcepted(url, variables))
    return undefined;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(whole) ? new URL(whole) : undefined;
  // Not its value, in which there may be a password.
  if (proxy === undefined || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:'))
    throw new Error(`${name} in the environment of the agent: expected http(s)://HOST:PORT`);
  return proxy;
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443', 'ftp:': '21' };

function isExcepted({ hostname, port, protocol }: URL, variables: ProxyVariables): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))) return true;
  const list = variables['no_proxy'] ?? variables['NO_PROXY'] ?? '';
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || covers(entry.toLowerCase(), host, port || PORTS[protocol]));
}

/** A host and all below it, an address, a network (`10.0.0.0/8`); with a port, that alone. */
function covers(entry: string, host: string, port: string | undefined): boolean {
  const [, network, bits] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== undefined && isIP(network) !== 0) return isWithin(host, network, Number(bits));
  const [, name = entry, only] = /^([^:]+|\[.+\]):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = name
    .replace(/^\[|\]$/g, '')
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

function isWithin(host: string, network: string, bits: number): boolean {
  const kind = isIPv4(network) ? 'ipv4' : 'ipv6';
  if (isIP(host) !== (kind === 'ipv4' ? 4 : 6) || bits > (kind === 'ipv4' ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, kind);
  return list.check(host, kind);
}
