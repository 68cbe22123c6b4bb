/** What looks into a container (a session, a check by command) is in its namespaces, as far as these are not the agent's own. */
import { quoted } from '../../launchScript.ts';
import { readEnvironment } from '../../processTable.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { hasSurroundings, type SurroundingsOptions, surroundingsOf } from './surroundings.ts';

export class JoiningIsolator implements Isolator {
  readonly name = 'namespaces';
  readonly #options: SurroundingsOptions;

  constructor(options: SurroundingsOptions) {
    this.#options = options;
  }

  concerns({ containerId, launch }: IsolatedLaunch): boolean {
    return launch.looksIntoParent === true && hasSurroundings(containerId, this.#options);
  }

  /** @throws Error when the container around it has ended */
  async prepare({ containerId, launch }: IsolatedLaunch): Promise<Preparation> {
    const around = await surroundingsOf(containerId, this.#options);
    if (around === undefined) return {};
    const { pid, namespaces, directory } = around;
    const environment = readEnvironment(pid);
    const { MESOS_SANDBOX } = environment;
    const folder = quoted(directory ?? launch.sandbox, 'folder');
    const seen = {
      environment,
      // Where the sandbox is in there, whatever it is called outside.
      ...(MESOS_SANDBOX === undefined ? {} : { overrides: { MESOS_SANDBOX } }),
      joins: { namespaces, options: [`--wdns=${folder}`] },
    };
    if (directory === undefined) return seen;
    // In a root of its own there may be no program to change the user by.
    const userOptions =
      launch.user === undefined ? [] : ['--setgid="$launcher_gid"', '--setuid="$launcher_uid"'];
    return { ...seen, ownsRoot: true, joins: { ...seen.joins, userOptions } };
  }
}
