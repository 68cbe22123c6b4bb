/** What a CommandInfo.URI asks for (agent.md §9). */
import { isAbsolute, join, normalize } from 'node:path';
import type { CommandInfoURI } from '../../../proto/generated/types/v1.ts';

/** A URI, checked. */
export interface FetchItem {
  /** As given, without leading blanks. */
  readonly uri: string;
  readonly source: Source;
  /** Path below the sandbox. */
  readonly file: string;
  readonly executable: boolean;
  readonly extract: boolean;
  readonly cache: boolean;
}

export type Source =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'http' | 'ftp' | 'other'; readonly url: string };

/** How an archive is taken apart, by the end of its name. */
const ARCHIVES: readonly (readonly [RegExp, 'tar' | 'zip' | 'gzip'])[] = [
  [/\.(tar|tar\.gz|tgz|tar\.bz2|tbz2|tar\.xz|txz)$/, 'tar'],
  [/\.zip$/, 'zip'],
  [/\.gz$/, 'gzip'],
];

export function archiveKind(file: string): 'tar' | 'zip' | 'gzip' | undefined {
  return ARCHIVES.find(([pattern]) => pattern.test(file))?.[1];
}

/**
 * @param home `--frameworks_home`, where relative paths begin; '' for none
 * @throws Error in one line saying what is wrong with the URI
 */
export function fetchItem(given: CommandInfoURI, home: string): FetchItem {
  const uri = given.value.trimStart();
  if (/[\\'"\0]/.test(uri)) throw new Error('it must not hold backslashes, quotes or NUL');
  const source = sourceOf(uri, home);
  const base = given.output_file ?? uri.slice(uri.lastIndexOf('/') + 1);
  return {
    uri,
    source,
    file: checkedFile(base),
    executable: given.executable === true,
    extract: given.extract !== false && given.executable !== true,
    cache: given.cache === true,
  };
}

function sourceOf(uri: string, home: string): Source {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return { kind: 'http', url: uri };
  if (scheme === 'ftp' || scheme === 'ftps') return { kind: 'ftp', url: uri };
  if (scheme !== undefined && scheme !== 'file') return { kind: 'other', url: uri };
  const path = scheme === undefined ? uri : uri.slice('file://'.length).replace(/^localhost(?=\/)/, '');
  if (path === '') throw new Error('it is empty');
  if (isAbsolute(path)) return { kind: 'file', path };
  if (scheme !== undefined) throw new Error('a file:// URI needs an absolute path');
  if (home === '') throw new Error('a relative path needs --frameworks_home on the agent');
  const below = normalize(path);
  if (below.startsWith('..')) throw new Error('it leads out of --frameworks_home');
  return { kind: 'file', path: join(home, below) };
}

function checkedFile(name: string): string {
  const file = normalize(name);
  if (name === '' || file === '.' || name.endsWith('/')) throw new Error('it names no file');
  if (isAbsolute(file) || file.split('/').includes('..')) {
    throw new Error(`'${name}' leads out of the sandbox`);
  }
  return file;
}

/** Without the password that some URLs carry. */
export function shownUri(uri: string): string {
  return uri.replace(/^([a-z0-9+.-]+:\/\/)[^/@]*@/i, '$1***@');
}
