/**
 * Programs of the machine within a root file system that has none: they and their libraries are shown there, read-only, and
 * started by their own loader.
 */
import { basename } from 'node:path';
import { runProgram } from '../../../subprocess.ts';
import { quoted } from '../../launchScript.ts';
import { findProgram } from '../../programs.ts';

/** Where they are shown. */
const FOLDER = '/dev/.launcher';

export interface Tool {
  /** Files of the host. */
  readonly files: readonly string[];
  /** Words in the place of the program's name. */
  readonly words: readonly string[];
}

const found = new Map<string, Promise<Tool>>();

/** Looked for once. @throws Error when it is not installed, or its libraries cannot be told */
export function findTool(name: string): Promise<Tool> {
  const known = found.get(name);
  if (known !== undefined) return known;
  const tool = look(name);
  found.set(name, tool);
  return tool;
}

async function look(name: string): Promise<Tool> {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed on this agent`);
  const libraries = (await runProgram('ldd', [path])).match(/\/\S+/g) ?? [];
  const loader = libraries.find((file) => /^ld-/.test(basename(file)));
  if (loader === undefined) throw new Error(`${name} has no loader that could be found`);
  return {
    // By the names that they are looked for, which may be links.
    files: [path, ...libraries],
    words: [shownAt(loader), '--library-path', FOLDER, shownAt(path)],
  };
}

/** Where a file is shown. */
export function shownAt(file: string): string {
  return `${FOLDER}/${basename(file)}`;
}

/** A line for inside-container.sh, after the root's `/dev` was made. What is shown there already is passed over. */
export function showing(files: readonly string[], root: string): string {
  const words = [root, ...files].map((file) => quoted(file, 'path'));
  return `tools ${words.join(' ')}`;
}
