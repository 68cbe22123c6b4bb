/** What a real Mesos answered (recorded beside the repository where it is developed), and how our answers are held against it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../runtime/build.ts';

export type Json = Record<string, unknown>;

export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string | number>>;
    readonly body?: string | Json;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly json?: unknown;
    readonly text?: string;
    /** The same, of exchanges of an executor. */
    readonly body?: string;
  };
  readonly events?: readonly { readonly event: Json }[];
}

const golden = join(packageRoot, '..', 'shared', 'golden');

/** Whether the recordings are there; whoever has not got them tests the rest. */
export const haveGolden = existsSync(golden);

/** Headers that the node's HTTP server adds to every answer. */
const BY_SERVER = ['date', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'x-request-id'];

/** What hid secrets in the recordings broke a string of some agent's flags, which are not compared. */
const DAMAGED = /"executor_environment_variables": .*\n/;

/** The files of a folder that was recorded, in their order. */
export function filesOf(folder: string): string[] {
  const path = join(golden, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.json'))
    .sort();
}

/**
 * The recorded exchanges of a folder in their order; none where there are no recordings.
 * @param notOurs files that are left out; whoever leaves one out says why
 */
export function exchangesOf(
  folder: string,
  notOurs: Readonly<Record<string, string>> = {},
): [file: string, exchange: Exchange][] {
  return filesOf(folder)
    .filter((file) => notOurs[file] === undefined)
    .map((file) => [file, exchangeOf(folder, file)]);
}

export function exchangeOf(folder: string, file: string): Exchange {
  const text = readFileSync(join(golden, folder, file), 'utf8');
  return JSON.parse(text.replace(DAMAGED, '')) as Exchange;
}

/** Status and headers, names and values; those of one stream or request are compared by name. */
export function headOf(status: number, headers: Readonly<Record<string, string>>): Json {
  const shown = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !BY_SERVER.includes(name))
    .map(([name, value]) => [name, name === 'mesos-stream-id' ? value.length : value]);
  return { status, ...Object.fromEntries(shown) };
}

/**
 * Where our answer is not made as Mesos' is: keys that only one of both has, types, the order of keys. Each member of a list of ours is held
 * against the one of Mesos' list that it is most like.
 */
export function differences(ours: unknown, theirs: unknown, path: string): string[] {
  if (Array.isArray(ours) && Array.isArray(theirs)) return listDifferences(ours, theirs, path);
  if (kindOf(ours) !== kindOf(theirs)) return [`${path}: ${kindOf(ours)}, Mesos has ${kindOf(theirs)}`];
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) return [];
  const mine = ours as Json;
  const known = theirs as Json;
  const keys = Object.keys(mine).filter((key) => key in known);
  const order = Object.keys(known).filter((key) => key in mine);
  const line = (key: string, text: string) => `${path}.${key}: ${text}`;
  return [
    ...(order.join() === keys.join()
      ? []
      : [`${path}: the order is ${keys.join()}, Mesos has ${order.join()}`]),
    ...Object.entries(mine).flatMap(([key, value]) =>
      key in known ? differences(value, known[key], `${path}.${key}`) : [line(key, 'Mesos has no such key')],
    ),
    ...Object.keys(known)
      .filter((key) => !(key in mine))
      .map((key) => line(key, 'only Mesos has it')),
  ];
}

function listDifferences(ours: readonly unknown[], theirs: readonly unknown[], path: string): string[] {
  if (theirs.length === 0) return [];
  if (ours.length === 0) return [`${path}[]: only Mesos has some`];
  const each = ours.flatMap((member) =>
    nearest(theirs.map((other) => differences(member, other, `${path}[]`))),
  );
  return [...new Set(each)];
}

/** The shortest of some lists of differences. */
export function nearest(lists: readonly string[][]): string[] {
  return lists.reduce((best, list) => (list.length < best.length ? list : best));
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
