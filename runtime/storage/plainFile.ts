import * as fs from 'node:fs';

const { O_RDONLY, O_NONBLOCK } = fs.constants;

/** What stands in the place of a file, such as a folder or a pipe, holds nothing that could be read. */
export class NotPlainFile extends Error {
  readonly file: string;

  constructor(file: string) {
    super(`${file}: is no plain file`);
    this.name = 'NotPlainFile';
    this.file = file;
  }
}

/**
 * Reads a whole file; unlike `fs.readFileSync` it never waits for somebody to write, as into a pipe.
 *
 * @returns undefined when there is none
 * @throws NotPlainFile; otherwise the file system's error
 */
export function readPlainFile(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // A socket; a link that leads to itself; a file in the place of a folder above.
    if (['ENXIO', 'ELOOP', 'ENOTDIR'].includes(code)) throw new NotPlainFile(path);
    throw error;
  }
  try {
    if (!fs.fstatSync(fd).isFile()) throw new NotPlainFile(path);
    return fs.readFileSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
