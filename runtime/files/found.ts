/**
 * A file or folder that was looked up below a root, held while it is read. Whoever has files there may put a link in the place of any of
 * them, or of a folder above, at any instant, and a node may have more rights than he: what was opened is asked where it lies, and what
 * is read is read from that. Where there is no /proc, the path is looked at before.
 */
import { constants, existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { HttpRefusal } from '../http/refusal.ts';

const DESCRIPTORS = '/proc/self/fd';

const HAS_DESCRIPTORS = existsSync(DESCRIPTORS);

/** To hold it alone (open(2), O_PATH, which Node has no name for): of a pipe or a device nobody hears of it. */
const HOLDING = HAS_DESCRIPTORS ? 0o10000000 : constants.O_RDONLY | constants.O_NONBLOCK;

/** A task may have made a pipe there, and nobody is to wait for whoever writes into it. */
const READING = constants.O_RDONLY | constants.O_NONBLOCK;

export class Found {
  readonly #held: fs.FileHandle;
  /** Where it was when it was opened, without links. */
  readonly path: string;

  private constructor(held: fs.FileHandle, path: string) {
    this.#held = held;
    this.path = path;
  }

  /**
   * @param below relative to the root, with a slash before it; links on it may lead to where they want below the root
   * @param asked as it is told who asked
   * @throws (by rejection) HttpRefusal 400 for what lies elsewhere; the file system's error
   */
  static async below(root: string, below: string, asked: string): Promise<Found> {
    const realRoot = await fs.realpath(root);
    const wanted = resolve(realRoot, `.${below}`);
    const outside = new HttpRefusal(400, `'${asked}' leads out of its sandbox`);
    // Before the disk is asked, so that nobody learns what there is outside.
    if (!isBelow(realRoot, wanted)) throw outside;
    const held = await fs.open(wanted, HOLDING);
    try {
      const path = HAS_DESCRIPTORS
        ? await fs.readlink(`${DESCRIPTORS}/${held.fd}`)
        : await fs.realpath(wanted);
      if (!isBelow(realRoot, path)) throw outside;
      return new Found(held, path);
    } catch (error) {
      await held.close();
      throw error;
    }
  }

  /** The same for one call of this process, as a path. */
  get itself(): string {
    return HAS_DESCRIPTORS ? `${DESCRIPTORS}/${this.#held.fd}` : this.path;
  }

  stat() {
    return this.#held.stat();
  }

  /** Of a plain file, for reading. */
  open(): Promise<fs.FileHandle> {
    return fs.open(this.itself, READING);
  }

  close(): Promise<void> {
    return this.#held.close();
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}
