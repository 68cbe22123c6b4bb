// Compiles the TypeScript sources to dist/, and removes from dist/ what has no source any more.
// `--if-possible` (used by `npm ci`) keeps quiet when TypeScript is not installed, as after `npm ci --omit=dev`.
// `--types` (used by `npm pack`) writes the declarations of the public parts beside the code too.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

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

/** A deleted test must not go on passing from its compiled copy. */
function prune() {
  for (const name of readdirSync(dist, { recursive: true })) {
    if (typeof name !== 'string' || !/\.(js|d\.ts)$/.test(name) || /^ui[/\\](?!src[/\\])/.test(name))
      continue;
    const source = path.join(root, name.replace(/\.(js|d\.ts)$/, '.ts'));
    if (!existsSync(source)) rmSync(path.join(dist, name));
  }
}

/** Newest change of a file below a folder, in milliseconds. */
function newest(folder) {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(...names.map((each) => statSync(path.join(each.parentPath, each.name)).mtimeMs));
}

/** What was bundled before; what tests import of the page's sources is compiled beside it, and stays. */
function removePage() {
  const page = path.join(dist, 'ui');
  for (const name of existsSync(page) ? readdirSync(page) : [])
    if (name !== 'src') rmSync(path.join(page, name), { recursive: true });
}

/** Makes the web page, when it is older than its sources. @returns false when that fails */
function bundlePage() {
  const page = path.join(dist, 'ui', 'index.html');
  const sources = path.join(root, 'ui');
  if (existsSync(page) && statSync(page).mtimeMs > newest(sources)) return true;
  removePage();
  const require = createRequire(import.meta.url);
  const vite = path.join(path.dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  return [
    [tsc, '-p', sources],
    [vite, 'build', sources, '--logLevel', 'warn'],
  ].every((words) => spawnSync(process.execPath, words, { stdio: 'inherit', cwd: root }).status === 0);
}

const tsc = compiler();
if (tsc === undefined) {
  if (process.argv.includes('--if-possible') || existsSync(path.join(dist, 'runtime/main.js')))
    process.exit(0);
  console.error(
    'mesostate: TypeScript is not installed and dist/ is missing; run `npm ci` without --omit=dev',
  );
  process.exit(1);
}
const projects = process.argv.includes('--types')
  ? ['tsconfig.json', 'tsconfig.types.json']
  : ['tsconfig.json'];
const failed = projects.find((project) => {
  const run = spawnSync(process.execPath, [tsc, '-p', path.join(root, project)], {
    stdio: 'inherit',
    cwd: root,
  });
  return run.status !== 0;
});
if (existsSync(dist)) prune();
process.exit(failed === undefined && bundlePage() ? 0 : 1);
