/** Values that stand in files: `--credentials=file:///etc/mesos/credentials`. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Kind } from './flag.ts';

const SCHEME = 'file://';
/** Far above any flag's value; keeps a mistaken path from filling the memory. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The text a flag's value stands for: itself or, where it is `file://PATH`, that file's content less the line end.
 * @param path relative ones are taken from the working directory
 * @throws Error naming the file when it cannot be read or is too large
 */
export function resolveFileValue(text: string, kind: Kind<unknown>): string {
  const named = text.startsWith(SCHEME);
  if (kind.form === 'path') return named ? text.slice(SCHEME.length) : text;
  if (named) return readValue(text.slice(SCHEME.length));
  return kind.form === 'document' && text.startsWith('/') ? readValue(text) : text;
}

function readValue(path: string): string {
  try {
    return readLimited(path).replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`expected a readable file, got '${path}': ${reasonOf(error)}`);
  }
}

function readLimited(path: string): string {
  const file = openSync(path, 'r');
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error('not a plain file');
    if (stat.size > FILE_BYTES_MAX) throw new Error(`larger than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** `ENOENT: no such file or directory, open '/x'` without the call, which the reader did not make. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+( '.*')?$/, '') : String(error);
}
