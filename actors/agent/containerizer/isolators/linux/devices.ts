/** What stands in the `/dev` of a container with an image, as a folder to be copied there. */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** Those of the machine are shown in their place. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

const LINKS = {
  ptmx: 'pts/ptmx',
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
};

/** Makes the folder; one that is there is completed. @throws the file system's error, which names the path */
export function makeDevices(folder: string): void {
  for (const name of ['pts', 'shm']) fs.mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
  for (const name of DEVICES) fs.writeFileSync(join(folder, name), '');
  for (const [name, target] of Object.entries(LINKS)) {
    const path = join(folder, name);
    if (fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) fs.symlinkSync(target, path);
  }
}
