/** Where etcd is and what part of it is meant: `etcd://10.0.0.1:2379,10.0.0.2:2379/mesostate`. */
import { formatHostPort, type HostPort, parseHostPort } from '../flags/hostPort.ts';
import { withoutPasswords } from '../flags/passwords.ts';

export interface EtcdLocation {
  readonly members: readonly HostPort[];
  /** TLS (`https://`, `etcds://`). */
  readonly tls: boolean;
  /** Where all keys begin, as `/mesostate/`: with a `/` at both ends. */
  readonly prefix: string;
}

const SYNTAX = /^(?:(https?|etcds?):\/\/)?([^/]+)\/(?!\/)([^?#\s]*)$/;
const SECURE: ReadonlySet<string | undefined> = new Set(['https', 'etcds']);
const MEMBERS_MAX = 9;

export const ETCD_EXPECTED = 'members and a path such as http://10.0.0.1:2379,10.0.0.2:2379/mesostate';

/**
 * Reads `http://a:2379,http://b:2379,c:2379/mesostate`; the scheme, where it is given, is `http`, `https`, `etcd` or `etcds`, and one
 * for all.
 * @throws Error saying what was expected
 */
export function parseEtcdLocation(text: string): EtcdLocation {
  const wrong = (why: string) =>
    new Error(withoutPasswords(`expected ${ETCD_EXPECTED}, got '${text}': ${why}`));
  const schemes = [...text.matchAll(/(?:^|,)(\w+):\/\//g)].map(([, scheme]) => scheme);
  if (new Set(schemes.map((scheme) => SECURE.has(scheme))).size > 1)
    throw wrong('some members have TLS, some have not');
  const [, scheme, members, path] = SYNTAX.exec(text.replaceAll(/,\w+:\/\//g, ',')) ?? [];
  if (members === undefined || path === undefined) throw wrong('no members, or no path');
  if (members.includes('@')) throw wrong('user and password are given by --etcd_credential');
  const names = path.split('/').filter((name) => name !== '');
  if (names.length === 0) throw wrong('no path');
  if (names.some((name) => !/^[\w.-]+$/.test(name))) throw wrong('a path of letters, digits, _, . and -');
  const found = members.split(',').map((member) => parseHostPort(member, 2379));
  if (found.length > MEMBERS_MAX) throw wrong(`more than ${MEMBERS_MAX} members`);
  return { members: found, tls: SECURE.has(scheme), prefix: `/${names.join('/')}/` };
}

/** As it is written: `http://10.0.0.1:2379,10.0.0.2:2379/mesostate`. */
export function formatEtcdLocation({ members, tls, prefix }: EtcdLocation): string {
  return `${tls ? 'https' : 'http'}://${members.map(formatHostPort).join(',')}${prefix.slice(0, -1)}`;
}
