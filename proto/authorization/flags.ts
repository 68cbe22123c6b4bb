/** The flags of authentication and authorization that master and agent share, with Mesos' names. */
import { boolean, choice, type Flag, flagOf, json, type Kind } from '../../runtime/flags/index.ts';
import type { Credential } from '../../runtime/index.ts';
import { type ACLs, fromJson } from '../index.ts';
import { messageNamed } from '../schema.ts';

/** @throws Error naming the rule that is wrong */
export function readAcls(document: unknown): ACLs {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Error('expected an object of rules');
  const known = new Set(messageNamed('mesos.ACLs').fields.map(({ name }) => name));
  const unknown = Object.keys(document).find((name) => !known.has(name));
  // A rule that is passed over would leave open what somebody meant to close.
  if (unknown !== undefined) throw new Error(`'${unknown}' is no kind of rule`);
  return fromJson('mesos.ACLs', document) as ACLs;
}

/**
 * `{"credentials": [{"principal": …, "secret": …}]}`, or the older form of a line each: `principal secret`.
 * @throws Error saying which credential is wrong; never with a secret in it
 */
export function readCredentials(text: string): Credential[] {
  const trimmed = text.trim();
  const credentials = trimmed.startsWith('{') ? fromDocument(trimmed) : fromLines(trimmed);
  const twice = credentials.find(
    ({ principal }, at) => credentials.findIndex((each) => each.principal === principal) !== at,
  );
  if (twice !== undefined) throw new Error(`principal '${twice.principal}' stands there twice`);
  return credentials;
}

/**
 * One credential: `{"principal": …, "secret": …}`, or the older form of a line: `principal secret`.
 * @throws Error saying what is wrong; never with a secret in it
 */
export function readCredential(text: string): Credential {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return credentialOf(parseQuietly(trimmed), 'the document');
  const [only, ...more] = fromLines(trimmed);
  if (only === undefined || more.length > 0) throw new Error('expected one principal and its secret');
  return only;
}

function fromDocument(text: string): Credential[] {
  const { credentials } = (parseQuietly(text) ?? {}) as { credentials?: unknown };
  if (!Array.isArray(credentials)) throw new Error('expected {"credentials": [{"principal", "secret"}]}');
  return credentials.map((each: unknown, at) => credentialOf(each, `credentials[${at}]`));
}

function credentialOf(document: unknown, where: string): Credential {
  const { principal, secret } = (document ?? {}) as { principal?: unknown; secret?: unknown };
  if (typeof principal !== 'string' || principal === '' || typeof secret !== 'string')
    throw new Error(`${where}: expected texts 'principal' and 'secret'`);
  return { principal, secret };
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would quote what stands there.
    throw new Error('expected a JSON document, or lines of a principal and a secret');
  }
}

function fromLines(text: string): Credential[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, at) => {
    const [principal, secret, ...more] = line.trim().split(/\s+/);
    if (principal === undefined || secret === undefined || more.length > 0)
      throw new Error(`line ${at + 1}: expected a principal and a secret`);
    return { principal, secret };
  });
}

const credentialsKind: Kind<readonly Credential[]> = {
  placeholder: 'PATH',
  expected: 'an absolute path of a list of credentials',
  form: 'document',
  parse: readCredentials,
  print: () => '',
};

/** A list of credentials: the absolute path of its file, `file://PATH`, or the list itself. Never printed. */
export function credentialsFlag(help: string): Flag<readonly Credential[] | undefined> {
  return flagOf(credentialsKind, { help, secret: true }) as Flag<readonly Credential[] | undefined>;
}

const credentialKind: Kind<Credential> = {
  placeholder: 'PATH',
  expected: 'an absolute path of a credential',
  form: 'document',
  parse: readCredential,
  print: () => '',
};

/** One credential, given as `credentialsFlag` takes a list. */
export function credentialFlag(help: string): Flag<Credential | undefined> {
  return flagOf(credentialKind, { help, secret: true }) as Flag<Credential | undefined>;
}

/** Rows of the tables of master and agent. */
export const authorizationFlags = {
  acls: json({
    validate: readAcls,
    help: 'Who may do what: rules of the local authorizer, {"permissive": false, "view_frameworks": […], …}, or their file',
  }),
  http_authenticators: choice({
    values: ['basic'],
    default: 'basic',
    help: 'How those who use HTTP prove who they are',
  }),
  authenticate_http_readonly: boolean({
    help: 'Serve what only tells (state, metrics, files) to those alone who prove who they are',
  }),
  authenticate_http_readwrite: boolean({
    aliases: ['authenticate_http'],
    help: 'Serve what changes something, and /api/v1, to those alone who prove who they are',
  }),
};
