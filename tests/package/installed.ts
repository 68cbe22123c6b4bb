/**
 * The package as its users get it: packed by npm, installed by npm in a folder of its own. Nothing is asked of the network: the
 * dependencies are packed from this repository's own node_modules, and a lock file says so.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { repositoryRoot } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface Locked {
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
}

export interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** A folder with the package installed below it. */
export interface Installed {
  readonly folder: string;
  /** The package's own folder. */
  readonly package: string;
  readonly packed: Packed;
  remove(): void;
}

const rootFile = (name: string): string => path.join(repositoryRoot, name);
const readRootJson = <T>(name: string): T => JSON.parse(readFileSync(rootFile(name), 'utf8')) as T;

function npm(cwd: string, args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** `npm pack`, with what it runs before. */
function pack(into: string): Packed {
  const said = npm(repositoryRoot, ['pack', '--json', '--pack-destination', into]);
  // What the build prints comes first. npm 10 tells an array, npm 12 an object by package name.
  const told = JSON.parse(said.slice(said.search(/^[[{]/m))) as Packed[] | Record<string, Packed>;
  const [packed] = Object.values(told);
  if (packed === undefined) throw new Error(`npm pack told nothing: ${said}`);
  return packed;
}

/** One dependency as a tarball, and its line in the lock file. */
function packDependency(folder: string, key: string, locked: Locked): Locked {
  const installed = rootFile(key);
  // Packages for other platforms are locked and not there.
  if (!existsSync(installed)) return locked;
  const file = `dependencies/${key.replace(/[^a-z0-9]+/gi, '-')}.tgz`;
  const renamed = ['--exclude=./node_modules', '--transform=s,^\\.,package,'];
  execFileSync('tar', ['-cf', path.join(folder, file), ...renamed, '-C', installed, '.']);
  const { integrity: _other, ...rest } = locked;
  return { ...rest, resolved: `file:${file}` };
}

function writeManifests(folder: string, filename: string): void {
  const own = readRootJson<{ version: string; dependencies: object; bin: object }>('package.json');
  const lock = readRootJson<{ packages: Record<string, Locked> }>('package-lock.json');
  mkdirSync(path.join(folder, 'dependencies'));
  const packages: Record<string, object> = {};
  for (const [key, locked] of Object.entries(lock.packages)) {
    if (key !== '' && locked.dev !== true) packages[key] = packDependency(folder, key, locked);
  }
  const { version, dependencies, bin } = own;
  packages['node_modules/mesostate'] = { version, resolved: `file:${filename}`, dependencies, bin };
  const root = {
    name: 'consumer',
    version: '1.0.0',
    type: 'module',
    dependencies: { mesostate: `file:${filename}` },
  };
  const write = (name: string, value: object): void =>
    writeFileSync(path.join(folder, name), JSON.stringify(value));
  write('package.json', root);
  write('package-lock.json', {
    name: 'consumer',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...packages },
  });
}

/** Packs and installs; a few seconds, so once for all tests of a file. */
export function installPackage(): Installed {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-package-'));
  const packed = pack(folder);
  writeManifests(folder, packed.filename);
  npm(folder, ['ci', '--offline', '--no-audit', '--no-fund', '--ignore-scripts']);
  return {
    folder,
    package: path.join(folder, 'node_modules/mesostate'),
    packed,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Compiles a file of the consumer's with `--strict`, declarations checked too. @returns what the compiler says */
export function compileStrictly(installed: Installed, file: string): string {
  const types = path.join(installed.folder, 'node_modules/@types');
  if (!existsSync(path.join(types, 'node'))) {
    mkdirSync(types, { recursive: true });
    symlinkSync(rootFile('node_modules/@types/node'), path.join(types, 'node'));
  }
  const tsc = rootFile('node_modules/typescript/bin/tsc');
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  try {
    return execFileSync(process.execPath, [tsc, ...options, file], {
      cwd: installed.folder,
      encoding: 'utf8',
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

/** A program of the consumer's; killed when the test ends. */
export interface Program {
  output(): string;
  readonly exited: Promise<number | string>;
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  signal(name: NodeJS.Signals): void;
}

export function run(t: ExecutionContext, cwd: string, command: string, args: readonly string[]): Program {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const gather = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const exited = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited.catch(() => undefined);
  });
  return {
    output: () => text,
    exited,
    says: (pattern) =>
      until(
        () => `${command} ${args.join(' ')} says ${pattern}; it said:\n${text.slice(-2000)}`,
        () => pattern.exec(text),
      ),
    signal: (name) => {
      child.kill(name);
    },
  };
}
