/** filesystem/posix: volumes of the sandbox and persistent ones as links in the sandbox. */
import * as fs from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
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
      const link = join(launch.sandbox, to);
      fs.mkdirSync(dirname(link), { recursive: true });
      const root = fs.realpathSync(launch.sandbox);
      if (!`${fs.realpathSync(dirname(link))}/`.startsWith(`${root}/`))
        throw new Error(`volume at '${to}': leads out of the sandbox`);
      fs.symlinkSync(from, link);
    }
    return undefined;
  }

  cleanup(containerId: string): void {
    this.#sandboxes.delete(containerId);
  }
}
