/**
 * setpriv(1) within a root file system that has none: the program and its libraries are shown there, read-only, and started by their
 * own loader.
 */
import { basename } from 'node:path';
import { runProgram } from '../../../subprocess.ts';
import { quoted } from '../../launchScript.ts';

/** Where they are shown. */
const FOLDER = '/dev/.launcher';

export interface Tools {
  /** Files of the host. */
  readonly files: readonly string[];
  /** Words in the place of `setpriv`. */
  readonly words: readonly string[];
}

/** @throws Error when it is not installed, or its libraries cannot be told */
export async function findSetpriv(): Promise<Tools> {
  const path = (await runProgram('sh', ['-c', 'command -v setpriv || echo'])).trim();
  if (path === '') throw new Error('setpriv is not installed on this agent');
  const libraries = (await runProgram('ldd', [path])).match(/\/\S+/g) ?? [];
  const loader = libraries.find((file) => /^ld-/.test(basename(file)));
  if (loader === undefined) throw new Error('setpriv has no loader that could be found');
  const at = (file: string): string => `${FOLDER}/${basename(file)}`;
  return {
    // By the names that they are looked for, which may be links.
    files: [path, ...libraries],
    words: [at(loader), '--library-path', FOLDER, at(path)],
  };
}

/** A line for inside-container.sh, after the root's `/dev` was made. */
export function showing({ files }: Tools, root: string): string {
  const words = [root, ...files].map((file) => quoted(file, 'path'));
  return `tools ${words.join(' ')}`;
}
