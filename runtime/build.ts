/** What was built: read from package.json beside the code that runs. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFacts } from './endpoints/version.ts';

/** Folder of the package: the one above `runtime/`, or above `dist/runtime/` when compiled. */
export const packageRoot: string = (() => {
  const parent = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent;
})();

/** The release, with the time its files were written as the time of the build. */
export function buildFacts(): BuildFacts {
  const manifest = path.join(packageRoot, 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const builtAtMs = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const date = new Date(builtAtMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return { version, build_date: date, build_time: Math.floor(builtAtMs / 1000), build_user: '' };
}
