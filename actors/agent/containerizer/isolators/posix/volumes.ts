/** filesystem/posix: volumes of the sandbox and persistent ones as links in the sandbox. */
import * as fs from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { sandboxWay } from '../../../heldFolder.ts';
import { makeFolder } from '../../../sandboxFiles.ts';
import type { IsolatedLaunch, Isolator } from '../isolator.ts';
import { volumesOf } from '../linux/volumes.ts';

export class PosixVolumesIsolator implements Isolator {
  readonly name = 'filesystem/posix';
  readonly #sandboxes = new Map<string, string>();

  concerns({ launch }: IsolatedLaunch): boolean {
    return (launch.container?.volumes ?? []).length > 0 || (launch.volumes ?? []).length > 0;
  }

  /** @throws Error for what only a mount namespace can do */
  async prepare(isolated: IsolatedLaunch): Promise<undefined> {
    const { containerId, parentId, launch } = isolated;
    this.#sandboxes.set(containerId, launch.sandbox);
    const parentSandbox =
      launch.parentSandbox ?? (parentId === undefined ? undefined : this.#sandboxes.get(parentId));
    for (const { from, to, readOnly } of await volumesOf(isolated, [], parentSandbox)) {
      if (isAbsolute(to) || readOnly)
        throw new Error(
          `volume at '${to}': needs --isolation=filesystem/linux, being ${readOnly ? 'read-only' : 'an absolute path'}`,
        );
      const folder = makeFolder(sandboxWay(containerId, launch.sandbox), dirname(to), undefined);
      if (folder === undefined) throw new Error(`volume at '${to}': leads out of the sandbox`);
      try {
        fs.symlinkSync(from, folder.at(basename(to)));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(`volume at '${to}': ${code === 'EEXIST' ? 'there is something already' : code}`);
      } finally {
        folder.close();
      }
    }
    return undefined;
  }

  cleanup(containerId: string): void {
    this.#sandboxes.delete(containerId);
  }
}
