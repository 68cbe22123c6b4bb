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
  };
  readonly events?: readonly { readonly event: Json }[];
}

const golden = join(packageRoot, '..', 'shared', 'golden');

/** Headers that the node's HTTP server adds to every answer. */
const BY_SERVER = ['date', 'content-length', 'transfer-encoding'];

/**
 * The recorded exchanges of a folder in their order; none where there are no recordings.
 * @param notOurs files that are left out; whoever leaves one out says why
 */
export function exchangesOf(
  folder: string,
  notOurs: Readonly<Record<string, string>> = {},
): [file: string, exchange: Exchange][] {
  const path = join(golden, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.json') && notOurs[file] === undefined)
    .sort()
    .map((file) => [file, JSON.parse(readFileSync(join(path, file), 'utf8')) as Exchange]);
}

/** Status and headers, names and values; those of one stream or request are compared by name. */
export function headOf(status: number, headers: Readonly<Record<string, string>>): Json {
  const shown = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !BY_SERVER.includes(name))
    .map(([name, value]) => [name, name === 'mesos-stream-id' ? value.length : value]);
  return { status, ...Object.fromEntries(shown) };
}

/** Keys of the same names, in the same order, of the same types; lists by their first. */
export function differences(ours: unknown, theirs: unknown, path: string): string[] {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    return ours.length === 0 || theirs.length === 0 ? [] : differences(ours[0], theirs[0], `${path}[]`);
  }
  if (typeof ours !== typeof theirs) return [`${path}: ${typeof ours}, Mesos has ${typeof theirs}`];
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) return [];
  const known = theirs as Json;
  const keys = Object.keys(ours);
  const order = Object.keys(known).filter((key) => keys.includes(key));
  const inOrder = order.length < keys.length || order.join() === keys.join();
  return [
    ...(inOrder ? [] : [`${path}: the order is ${keys.join()}, Mesos has ${order.join()}`]),
    ...Object.entries(ours).flatMap(([key, value]) =>
      key in known
        ? differences(value, known[key], `${path}.${key}`)
        : [`${path}.${key}: Mesos has no such key`],
    ),
  ];
}
