/** Where programs of the machine are that start containers: looked up once, by the agent's own PATH and never by a task's. */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** PATH of a command whose environment has none, as Mesos' container launcher sets it. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Scripts find their tools here; a command gets its own PATH. */
export const SCRIPT_ENVIRONMENT = { PATH: process.env['PATH'] ?? DEFAULT_PATH };

const found = new Map<string, string | undefined>();

/** Absolute path of a program; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  if (!found.has(name)) found.set(name, search(name));
  return found.get(name);
}

/** The same, or the bare name, so that who runs it says what is missing. */
export function programPath(name: string): string {
  return findProgram(name) ?? name;
}

function search(name: string): string | undefined {
  return SCRIPT_ENVIRONMENT.PATH.split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}
