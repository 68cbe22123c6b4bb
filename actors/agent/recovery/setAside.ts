/** Files of an earlier run that are damaged (agent.md §7 row 1: `--strict`). */
import { renameSync } from 'node:fs';
import { StartError } from '../../../runtime/startError.ts';
import { JournalDamaged } from '../../../runtime/storage/index.ts';
import { DamagedFile } from './identity.ts';

const ADVICE = 'With --no-strict it is set aside, and the agent goes on with what is left';

/** Opens what an earlier run left, damaged or not. */
export class Opener {
  readonly #strict: boolean;
  readonly #now: () => number;
  readonly #warn: (text: string) => void;
  /** Files that were set aside. */
  skipped = 0;

  /** @param now milliseconds, so that a file that is set aside hides no earlier one */
  constructor(strict: boolean, now: () => number, warn: (text: string) => void) {
    this.#strict = strict;
    this.#now = now;
    this.#warn = warn;
  }

  /**
   * @param open is called again, and finds nothing, when it met a damaged file that may be set aside
   * @throws what `open` throws: with `--strict` also what is damaged
   */
  open<T>(open: () => T): T {
    try {
      return open();
    } catch (error) {
      const isDamaged = error instanceof JournalDamaged || error instanceof DamagedFile;
      if (!isDamaged) throw error;
      if (this.#strict) throw new StartError(`${error.message}. ${ADVICE}`, error.exitCode);
      const aside = `${error.file}.damaged-${this.#now()}`;
      renameSync(error.file, aside);
      this.skipped += 1;
      this.#warn(`${error.message}. It is kept as ${aside}; what it held is not known any more`);
      return open();
    }
  }
}
