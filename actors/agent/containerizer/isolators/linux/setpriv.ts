/** How setpriv(1), which goes last before a command, is called where that runs. */
import type { IsolatedLaunch, Preparation } from '../isolator.ts';
import { type SurroundingsOptions, surroundingsOf } from './surroundings.ts';
import { findTool, showing } from './tools.ts';

/** @returns nothing where it goes by its name; undefined where it cannot be called: in the root of a container that shows none */
export async function setprivWithin(
  { containerId, launch, image }: IsolatedLaunch,
  options: SurroundingsOptions,
): Promise<Pick<Preparation, 'setpriv' | 'namespaces'> | undefined> {
  if (image !== undefined) {
    const { files, words } = await findTool('setpriv');
    return { setpriv: words, namespaces: { kinds: ['mount'], lines: [showing(files, image.root)] } };
  }
  // What looks into a root finds there what its container was started by.
  const around = launch.looksIntoParent === true && (await surroundingsOf(containerId, options));
  if (!around || around.directory === undefined) return {};
  const { files, words } = await findTool('setpriv');
  return files.every(around.shows) ? { setpriv: words } : undefined;
}
