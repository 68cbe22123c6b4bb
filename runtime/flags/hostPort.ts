import { isIPv6 } from 'node:net';

/** Where a node listens. */
export interface HostPort {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** 1…65535. */
  readonly port: number;
}

const SYNTAX = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:@/[\]]+))(?::(\d+))?$/;

/**
 * Reads `127.0.0.1:5050`, `master.example:5050`, `[::1]:5050`.
 * @param defaultPort taken when the text names none
 * @throws Error saying what was expected
 */
export function parseHostPort(text: string, defaultPort?: number): HostPort {
  const [, bracketed, plain, digits] = SYNTAX.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port === undefined || (bracketed !== undefined && !isIPv6(bracketed)))
    throw new Error(`expected host:port, got '${text}'`);
  if (port < 1 || port > 65535) throw new Error(`expected host:port with a port 1…65535, got '${text}'`);
  return { host, port };
}

/** Writes an address as `parseHostPort` reads it. */
export function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
