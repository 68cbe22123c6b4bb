/** linux/nnp: no process of a container gains rights by what it starts (set-user-id programs, capabilities of files). */
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { setprivWithin } from './setpriv.ts';
import type { SurroundingsOptions } from './surroundings.ts';

export class NnpIsolator implements Isolator {
  readonly name = 'linux/nnp';
  readonly #surroundings: SurroundingsOptions;

  constructor(surroundings: SurroundingsOptions) {
    this.#surroundings = surroundings;
  }

  /** @throws Error in one line */
  async prepare(isolated: IsolatedLaunch): Promise<Preparation> {
    const setpriv = await setprivWithin(isolated, this.#surroundings);
    if (setpriv === undefined) throw new Error('the container around it was started without linux/nnp');
    return { privileges: ['--no-new-privs'], ...setpriv };
  }
}
