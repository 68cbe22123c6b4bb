/** What was built: read from package.json beside the code that runs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFacts } from './endpoints/version.ts';

/** The release of Apache Mesos whose interfaces these are: what clients look at to know what they may ask. */
export const MESOS_VERSION = '1.12.0';

/** Folder of the package: the nearest one above this file with a package.json, wherever the compiled code lies in it. */
export const packageRoot: string = (() => {
  const start = path.dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`there is no package.json above ${start}`);
  }
})();

/** Our own release. */
export function releaseVersion(): string {
  const manifest = path.join(packageRoot, 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** What `/version` tells, with the time its files were written as the time of the build. */
export function buildFacts(): BuildFacts {
  const version = releaseVersion();
  const builtAtMs = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const date = new Date(builtAtMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return {
    version: MESOS_VERSION,
    git_tag: `mesostate-${version}`,
    build_date: date,
    build_time: Math.floor(builtAtMs / 1000),
    build_user: '',
  };
}
