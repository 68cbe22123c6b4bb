import type { IsolatedLaunch, Isolator } from '../isolator.ts';
import { namedNetworks } from './cni.ts';

/** On an agent without networks: a container that names one fails, instead of running in the network of the machine. */
export class NoNetworksIsolator implements Isolator {
  readonly name = 'network/none';
  readonly #why: string;

  constructor(why: string) {
    this.#why = why;
  }

  concerns({ launch }: IsolatedLaunch): boolean {
    return namedNetworks(launch.container).length > 0;
  }

  prepare({ launch }: IsolatedLaunch): never {
    const [first] = namedNetworks(launch.container);
    throw new Error(`network '${first?.name}': ${this.#why}`);
  }
}
