/**
 * A copy of the registry in one file that people can read: JSON, an entry a member, with a checksum over the entries. Any store can be
 * copied, and any durable one restored from it.
 */
import { createHash } from 'node:crypto';
import { decodeAs, encode, fromJson, toJson } from '../../../proto/index.ts';
import type { RegistryChange, RegistryStore } from '../../election/store/store.ts';
import { LEADER, messageOf } from './registry.ts';

const KIND = 'mesostate-registry-snapshot';
const VERSION = 1;
/** Who led when the copy was made is nobody's business afterwards. */
const LEADER_KEY = `master/${LEADER}`;

export interface SnapshotFacts {
  /** Milliseconds since 1970. */
  readonly takenAtMs: number;
  /** What was copied, for people. */
  readonly source: string;
}

export type Entries = Iterable<readonly [key: string, value: Uint8Array]>;

/** Entries by the part they belong to, counted: `{slaves: 3, gone: 1}`. */
export type PartCounts = Readonly<Record<string, number>>;

/** @throws Error naming the entry that cannot be read */
export function snapshotText(entries: Entries, { takenAtMs, source }: SnapshotFacts): string {
  const readable: Record<string, unknown> = {};
  for (const [key, value] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === LEADER_KEY) continue;
    readable[key] = about(key, () => {
      const type = messageOf(key);
      return toJson(type, decodeAs(type, value));
    });
  }
  const head = { kind: KIND, version: VERSION, taken_at: new Date(takenAtMs).toISOString(), source };
  return `${JSON.stringify({ ...head, sha256: checksum(readable), entries: readable }, undefined, 2)}\n`;
}

/** @throws Error saying what is wrong with the text: no snapshot, a newer one, damaged, an entry that is none */
export function readSnapshot(text: string): RegistryChange[] {
  const { kind, version, sha256, entries } = parsed(text);
  if (kind !== KIND) throw new Error(`this is no ${KIND}`);
  if (version !== VERSION)
    throw new Error(`it has version ${String(version)}; this release reads ${VERSION}`);
  if (typeof entries !== 'object' || entries === null) throw new Error('it has no entries');
  if (sha256 !== checksum(entries)) throw new Error('it is damaged: the checksum is not that of its entries');
  return Object.entries(entries).map(([key, value]) => ({
    key,
    value: about(key, () => {
      const type = messageOf(key);
      return encode(type, fromJson(type, value) as never);
    }),
  }));
}

/** How many entries of each part there are. */
export function countParts(keys: Iterable<string>): PartCounts {
  const counts: Record<string, number> = {};
  for (const key of keys) {
    if (key === LEADER_KEY) continue;
    const part = key.slice(0, key.indexOf('/'));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

/** All that a store holds. @throws (by rejection) Error when it cannot be read */
export function entriesOf(store: RegistryStore): Promise<(readonly [key: string, value: Uint8Array])[]> {
  return new Promise((resolve, reject) => {
    store.fetch((result) => {
      if (result instanceof Error) reject(result);
      else resolve([...result]);
    });
  });
}

/**
 * Makes a store hold just what the snapshot says.
 * @param force whether what it holds may be lost
 * @throws (by rejection) Error when it holds something and may not, or cannot be written; the store is as before then
 */
export async function restoreInto(
  store: RegistryStore,
  snapshot: readonly RegistryChange[],
  force: boolean,
): Promise<void> {
  const held = await entriesOf(store);
  const counts = countParts(held.map(([key]) => key));
  if (!force && Object.keys(counts).length > 0)
    throw new Error(`it is not empty (${countsText(counts)}): --force replaces what it holds`);
  const kept = new Set(snapshot.map(({ key }) => key));
  const ends = held.filter(([key]) => !kept.has(key)).map(([key]) => ({ key, value: undefined }));
  await new Promise<void>((resolve, reject) => {
    store.commit([...ends, ...snapshot], (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** `slaves: 3, gone: 1`, or `nothing`. */
export function countsText(counts: PartCounts): string {
  const each = Object.entries(counts).map(([part, count]) => `${part}: ${count}`);
  return each.length === 0 ? 'nothing' : each.join(', ');
}

function checksum(entries: object): string {
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new Error('this is no JSON object');
}

function about<T>(key: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`entry '${key}': ${error instanceof Error ? error.message : String(error)}`);
  }
}
