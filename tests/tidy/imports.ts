/** Which part of the house may use which: the layers of ARCHITECTURE.md. */
import path from 'node:path';
import type { Violation } from './rules.ts';
import { type Import, importsOf, type Source } from './source.ts';

/** What a layer may import besides itself. */
interface Layer {
  /** Folders of the repository. */
  readonly folders: readonly string[];
  /** Single files besides. */
  readonly files?: readonly string[];
  /** Folders of which only types may be taken. */
  readonly types?: readonly string[];
  /** Names of packages, `node:` for Node's own; all when left out. */
  readonly packages?: readonly string[];
}

const LAYERS: Readonly<Record<string, Layer>> = {
  // A link is a chart like every long-lived thing; neither file knows of clusters.
  runtime: { folders: [], files: ['statecharts/engine.ts', 'statecharts/link.ts'] },
  proto: { folders: ['runtime'] },
  statecharts: { folders: ['proto/generated'], types: ['proto', 'runtime'], packages: ['xstate'] },
  // How the leading master is found is the same for all who look for it, how a leader is elected for all who take turns, and
  // how one proves who one is for both sides.
  actors: {
    folders: [
      'runtime',
      'proto',
      'statecharts',
      'actors/authentication',
      'actors/detector',
      'actors/election',
    ],
  },
  // The command line sees a cluster from outside, over its public HTTP.
  cli: { folders: ['runtime', 'proto', 'actors/client', 'actors/detector'] },
  ui: { folders: [] },
};

/** Where the parts are put together: they alone know all of them. */
const WIRING = /^runtime\/(main\.ts$|roles\/)/;
/** What ships may not lean on what does not. */
const UNSHIPPED = /^(tests|bench|scripts|examples)\//;

/** The imports of a file that point up or across. */
export function checkImports(source: Source): Violation[] {
  const home = homeOf(source.path);
  return importsOf(source)
    .map((each) => ({ line: each.line, reason: objection(source.path, home, each) }))
    .filter(({ reason }) => reason !== undefined)
    .map(({ line, reason }) => ({ line, message: `import: ${reason}` }));
}

function objection(from: string, home: string, imported: Import): string | undefined {
  const { specifier } = imported;
  if (specifier.startsWith('.')) return objectionToFile(from, home, imported);
  const allowed = LAYERS[topOf(home)]?.packages;
  const name = specifier.startsWith('node:') ? 'node:' : specifier;
  if (allowed === undefined || allowed.includes(name)) return undefined;
  return `${home}/ may not import '${specifier}', only ${allowed.join(', ')}`;
}

function objectionToFile(from: string, home: string, { specifier, typeOnly }: Import): string | undefined {
  if (!/\.(tsx?|json|css)$/.test(specifier)) return `'${specifier}' has no .ts ending`;
  const target = path.posix.join(path.posix.dirname(from), specifier);
  const layer = LAYERS[topOf(home)];
  if (layer === undefined || WIRING.test(from)) return undefined;
  if (UNSHIPPED.test(target)) return `${home}/ may not import ${target}, which does not ship`;
  if (WIRING.test(target)) return `${home}/ may not import ${target}, which imports everything`;
  if (within(target, [home, ...layer.folders]) || layer.files?.includes(target)) return undefined;
  if (typeOnly && within(target, layer.types ?? [])) return undefined;
  return `${home}/ may not import ${target}`;
}

/** The part of the house a file belongs to: `runtime`, `actors/master`. */
function homeOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'actors' ? `${top}/${second}` : top;
}

function topOf(home: string): string {
  return home.split('/')[0] ?? home;
}

function within(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file.startsWith(`${folder}/`));
}
