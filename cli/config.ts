/** Where the cluster is and who asks: from the command line, the environment, the config file, in this order. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type EtcdSecurityValues, etcdSecurityFlags } from '../runtime/etcd/flags.ts';
import { parseEtcdLocation } from '../runtime/etcd/location.ts';
import * as flag from '../runtime/flags/index.ts';
import { withoutPasswords } from '../runtime/flags/passwords.ts';
import { ExitCode } from '../runtime/startError.ts';
import type { GlobalValues } from './globals.ts';
import type { MasterPlace } from './http/leader.ts';
import { Problem, usageProblem } from './problem.ts';
import type { Environment } from './terminal.ts';

export interface Config {
  readonly master: MasterPlace;
  readonly credential: Credential | undefined;
  /** PEM. */
  readonly ca: string | undefined;
}

export interface Credential {
  readonly principal: string;
  readonly secret: string;
}

const DEFAULT_MASTER = '127.0.0.1:5050';
const ETCD_MEMBERS = ['etcd_ca_file', 'etcd_cert_file', 'etcd_key_file', 'etcd_credential'] as const;
const MEMBERS = ['master', 'credential', 'ca', ...ETCD_MEMBERS] as const;
const etcdTable = flag.defineFlags(etcdSecurityFlags);
type Members = Partial<Record<(typeof MEMBERS)[number], string>>;

/** @throws Problem naming the file or address that cannot be used */
export function readConfig(given: GlobalValues, env: Environment): Config {
  const members = readMembers(given.config ?? env['MESOSTATE_CONFIG'], env);
  const master = given.master ?? env['MESOSTATE_MASTER'] ?? members.master ?? DEFAULT_MASTER;
  const credential = given.credential ?? env['MESOSTATE_CREDENTIAL'] ?? members.credential;
  const ca = given.ca ?? env['MESOSTATE_CA'] ?? members.ca;
  return {
    master: masterPlace(master, members, env, ca !== undefined),
    credential: credential === undefined ? undefined : readCredential(credential),
    ca: ca === undefined ? undefined : readText(ca, '--ca'),
  };
}

function masterPlace(text: string, members: Members, env: Environment, tls: boolean): MasterPlace {
  if (!/^etcds?:\/\//.test(text)) return { kind: 'address', url: masterUrl(text) };
  const protocol = tls ? 'https:' : 'http:';
  try {
    return {
      kind: 'etcd',
      location: parseEtcdLocation(text),
      security: etcdSecurity(members, env),
      protocol,
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw usageProblem(`--master: ${(error as Error).message}`);
  }
}

/** Who we are to etcd: as the nodes' flags say it, in the config file or the environment (`MESOS_ETCD_CREDENTIAL` …). */
function etcdSecurity(members: Members, env: Environment): EtcdSecurityValues {
  const argv = ETCD_MEMBERS.filter((name) => env[`MESOS_${name.toUpperCase()}`] === undefined)
    .map((name) => [name, members[name]] as const)
    .flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  const parsed = flag.parseFlags(etcdTable, argv, env);
  if (parsed.outcome === 'values') return parsed.values;
  throw new Problem(
    parsed.outcome === 'errors' ? parsed.errors.join('; ') : 'no flags',
    ExitCode.configuration,
  );
}

/** `host:port`, `http://host:port` or `https://host:port`. */
export function masterUrl(text: string): URL {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === '' || /[\s,]/.test(text))
    throw usageProblem(
      withoutPasswords(
        `--master: expected HOST:PORT, an http or https address, or etcd://HOST:PORT,…/PATH, got '${text}'`,
      ),
    );
  if (url.port === '' && !/:\d+\/?$/.test(text)) url.port = '5050';
  return url;
}

function readMembers(named: string | undefined, env: Environment): Members {
  const folder = env['XDG_CONFIG_HOME'] ?? path.join(env['HOME'] ?? os.homedir(), '.config');
  const file = named ?? path.join(folder, 'mesostate', 'config.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // Nobody needs one that was not asked for.
    if (named === undefined) return {};
    throw new Problem(`the config file cannot be read: ${(error as Error).message}`, ExitCode.configuration);
  }
  return membersOf(text, file);
}

function membersOf(text: string, file: string): Members {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Problem(`${file}: not JSON: ${(error as Error).message}`, ExitCode.configuration);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Problem(`${file}: expected an object with ${MEMBERS.join(', ')}`, ExitCode.configuration);
  for (const [name, value] of Object.entries(document)) {
    if (!MEMBERS.some((member) => member === name))
      throw new Problem(
        `${file}: unknown member '${name}', expected ${MEMBERS.join(', ')}`,
        ExitCode.configuration,
      );
    if (typeof value !== 'string')
      throw new Problem(`${file}: ${name}: expected a text`, ExitCode.configuration);
  }
  return document;
}

/** @throws Problem that never repeats what stands in the file */
function readCredential(file: string): Credential {
  const text = readText(file, '--credential').trim();
  if (text.startsWith('{')) {
    const document = parsed(text);
    if (typeof document?.['principal'] === 'string' && typeof document['secret'] === 'string')
      return { principal: document['principal'], secret: document['secret'] };
  } else {
    const [principal, secret, ...rest] = text.split(/\s+/);
    if (principal !== undefined && secret !== undefined && rest.length === 0) return { principal, secret };
  }
  const expected = 'expected one line `principal secret`, or {"principal": …, "secret": …}';
  throw new Problem(`--credential: ${file}: ${expected}`, ExitCode.configuration);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`${option}: ${(error as Error).message}`, ExitCode.configuration);
  }
}
