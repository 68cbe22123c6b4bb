/** Layers of images as folders for the overlay file system. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram } from '../../subprocess.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Takes a layer's archive apart into an empty folder.
 *
 * @param below folders of the layers below it, the lowest first
 * @throws Error in one line
 */
export async function unpackLayer(archive: string, folder: string, below: readonly string[]): Promise<void> {
  await runProgram('tar', ['--extract', '--numeric-owner', '--file', archive, '--directory', folder]);
  await convertWhiteouts(folder, '', below);
}

/**
 * What a layer deletes of those below stands in it as a file `.wh.NAME`; the overlay file system wants a device 0:0 named NAME.
 * A folder that hides all below is taken for one that deletes each.
 */
async function convertWhiteouts(folder: string, path: string, below: readonly string[]): Promise<void> {
  const here = join(folder, path);
  const entries = await fs.promises.readdir(here, { withFileTypes: true });
  const own = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    if (entry.isDirectory()) await convertWhiteouts(folder, join(path, entry.name), below);
    if (!entry.name.startsWith(WHITEOUT)) continue;
    await fs.promises.unlink(join(here, entry.name));
    if (entry.name === OPAQUE) {
      for (const name of namesBelow(below, path)) if (!own.has(name)) await whiteOut(join(here, name));
    } else await whiteOut(join(here, entry.name.slice(WHITEOUT.length)));
  }
}

function namesBelow(layers: readonly string[], path: string): Set<string> {
  const names = new Set<string>();
  for (const layer of layers) {
    const folder = join(layer, path);
    if (!isRealFolder(layer, path)) continue;
    for (const name of fs.readdirSync(folder)) names.add(name);
  }
  return names;
}

/** Without a link on the way. */
function isRealFolder(layer: string, path: string): boolean {
  for (let at = path; at !== '.' && at !== ''; at = dirname(at)) {
    if (fs.lstatSync(join(layer, at), { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  }
  return true;
}

async function whiteOut(path: string): Promise<void> {
  await fs.promises.rm(path, { recursive: true, force: true });
  await runProgram('mknod', [path, 'c', '0', '0']);
}
