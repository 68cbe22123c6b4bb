// Where the repository is, seen from a compiled test.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function upFrom(directory: string): string {
  if (existsSync(path.join(directory, 'package.json'))) return directory;
  const parent = path.dirname(directory);
  if (parent === directory) throw new Error('no package.json above the tests');
  return upFrom(parent);
}

/** The folder that holds package.json. */
export const repositoryRoot: string = upFrom(path.dirname(fileURLToPath(import.meta.url)));

/** The folder of the .proto files. */
export const protoDirectory: string = path.join(repositoryRoot, 'proto');
