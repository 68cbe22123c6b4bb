// Compiles the TypeScript sources to dist/ when a source is newer than the last build.
// `--if-possible` (used by `npm ci`) keeps quiet when TypeScript is not installed, as after `npm ci --omit=dev`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** @returns {string | undefined} path of the compiler, when the development dependencies are installed */
function compiler() {
  try {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    const bin = path.join(path.dirname(manifest), 'bin', 'tsc');
    return existsSync(bin) ? bin : undefined;
  } catch {
    return undefined;
  }
}

const tsc = compiler();
if (tsc === undefined) {
  if (process.argv.includes('--if-possible') || existsSync(path.join(root, 'dist/runtime/main.js')))
    process.exit(0);
  console.error(
    'mesostate: TypeScript is not installed and dist/ is missing; run `npm ci` without --omit=dev',
  );
  process.exit(1);
}
const run = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit', cwd: root });
process.exit(run.status ?? 1);
