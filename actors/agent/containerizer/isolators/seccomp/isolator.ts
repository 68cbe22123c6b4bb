/**
 * linux/seccomp: which system calls a container's processes may make. The filter is loaded by perl(1), a part of every Debian's base
 * system, just before the user and the capabilities are changed, as in Mesos.
 */
import * as fs from 'node:fs';
import { join, sep } from 'node:path';
import { quoted } from '../../launchScript.ts';
import { programPath } from '../../programs.ts';
import { readNote } from '../../runtimeFiles.ts';
import { launcherDir } from '../../starter.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { CAPABILITY_NAMES, type CapabilitySets, wantedSets } from '../linux/capabilitySets.ts';
import { type SurroundingsOptions, surroundingsOf } from '../linux/surroundings.ts';
import { findTool, showing, shownAt } from '../linux/tools.ts';
import type { Architecture } from './architectures.ts';
import { compileFilter } from './filter.ts';
import { type Profile, parseProfile } from './profile.ts';

export interface SeccompOptions {
  /** `--seccomp_config_dir`. */
  readonly configDir: string;
  /** `--seccomp_profile_name`: of containers that ask for none; undefined: these are not filtered. */
  readonly profileName: string | undefined;
  readonly architecture: Architecture;
  /** Major and minor. */
  readonly kernel: readonly [number, number];
  /** What bounds containers' capabilities; undefined members where nothing does. */
  readonly capabilities: CapabilitySets;
  readonly surroundings: SurroundingsOptions;
}

const LOADER = join(launcherDir, 'load-seccomp.pl');

/** The note of a container's filter, in hexadecimal digits. */
const NOTE = 'seccomp';

const PROFILE_BYTES_MAX = 1 << 20;

export class SeccompIsolator implements Isolator {
  readonly name = 'linux/seccomp';
  readonly #options: SeccompOptions;

  constructor(options: SeccompOptions) {
    this.#options = options;
  }

  concerns({ launch }: IsolatedLaunch): boolean {
    const asked = launch.container?.linux_info?.seccomp;
    if (launch.looksIntoParent === true && asked === undefined) return true;
    return asked !== undefined || this.#options.profileName !== undefined;
  }

  /** @throws Error in one line: a profile that is not there or wrong, a root that the loader cannot be shown in */
  async prepare(isolated: IsolatedLaunch): Promise<Preparation | undefined> {
    const filter = this.#filterOf(isolated);
    if (filter === undefined) return undefined;
    const { containerId, launch, image } = isolated;
    const notes = { [NOTE]: filter };
    if (image !== undefined) {
      const lines = [showing((await toolsInRoot()).files, image.root)];
      return { notes, ...(await this.#inRoot(filter)), namespaces: { kinds: ['mount'], lines } };
    }
    const around =
      launch.looksIntoParent === true && (await surroundingsOf(containerId, this.#options.surroundings));
    if (!around || around.directory === undefined)
      return { notes, filter: this.#words([programPath('perl'), LOADER], filter) };
    if (!(await toolsInRoot()).files.every(around.shows))
      throw new Error('system calls can be filtered only where those of the container around it are');
    return { notes, ...(await this.#inRoot(filter)) };
  }

  async #inRoot(filter: string): Promise<Preparation> {
    const { perl, setpriv } = await toolsInRoot();
    return { filter: this.#words([...perl, shownAt(LOADER)], filter), setpriv };
  }

  #words(loader: readonly string[], filter: string): string[] {
    const { calls } = this.#options.architecture;
    const numbers = ['seccomp', 'prctl'].map((name) => String(calls.get(name)));
    return [...loader.map((word) => quoted(word, 'loader')), ...numbers, filter];
  }

  /** As hexadecimal digits; undefined for none. */
  #filterOf(isolated: IsolatedLaunch): string | undefined {
    const { launch, parentId } = isolated;
    const { profileName, surroundings } = this.#options;
    const asked = launch.container?.linux_info?.seccomp;
    if (asked?.profile_name !== undefined && asked.unconfined === true)
      throw new Error('seccomp: expected either a profile_name or unconfined, got both');
    if (launch.looksIntoParent === true && asked === undefined)
      return parentId === undefined ? undefined : readNote(surroundings.dirOf(parentId), NOTE);
    if (asked?.unconfined === true) return undefined;
    const name = asked?.profile_name ?? profileName;
    if (name === undefined) throw new Error('seccomp: expected a profile_name, or unconfined');
    return this.#compiled(name, isolated);
  }

  #compiled(name: string, isolated: IsolatedLaunch): string {
    const { configDir, architecture, kernel } = this.#options;
    const profile = readProfile(configDir, name);
    const capabilities = this.#capabilitiesOf(isolated);
    try {
      return Buffer.from(compileFilter(profile, { architecture, kernel, capabilities })).toString('hex');
    } catch (error) {
      throw new Error(`seccomp profile '${name}': ${(error as Error).message}`);
    }
  }

  /** What the container may have at most, as profiles call it. */
  #capabilitiesOf(isolated: IsolatedLaunch): ReadonlySet<string> {
    const { capabilities, surroundings } = this.#options;
    const { effective, bounding } = wantedSets(isolated, capabilities, surroundings.dirOf);
    const limit = effective ?? bounding;
    const numbers = limit === undefined ? [...CAPABILITY_NAMES.keys()] : (limit.capabilities ?? []);
    return new Set(numbers.map((number) => `CAP_${CAPABILITY_NAMES.get(number)?.toUpperCase()}`));
  }
}

/** What is shown in a root that has a filter. */
async function toolsInRoot(): Promise<{
  readonly files: readonly string[];
  readonly perl: readonly string[];
  readonly setpriv: readonly string[];
}> {
  const [perl, setpriv] = await Promise.all([findTool('perl'), findTool('setpriv')]);
  const files = [...new Set([...perl.files, ...setpriv.files, LOADER])];
  return { files, perl: perl.words, setpriv: setpriv.words };
}

/**
 * A profile of the folder. @param name a path below it
 *
 * @throws Error in one line: it is not there, leads out of the folder, or something in it is wrong
 */
export function readProfile(configDir: string, name: string): Profile {
  const what = `seccomp profile '${name}'`;
  let path: string;
  try {
    path = fs.realpathSync(join(configDir, name));
  } catch {
    throw new Error(`${what} is not in ${configDir}`);
  }
  if (!path.startsWith(`${fs.realpathSync(configDir)}${sep}`))
    throw new Error(`${what} is not in ${configDir}`);
  const { size } = fs.statSync(path);
  if (!fs.statSync(path).isFile() || size > PROFILE_BYTES_MAX)
    throw new Error(`${what}: expected a file of at most ${PROFILE_BYTES_MAX} bytes`);
  try {
    return parseProfile(fs.readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

/** On an agent without `linux/seccomp`: a container that asks for a profile fails, instead of running without. */
export class NoSeccompIsolator implements Isolator {
  readonly name = 'linux/seccomp';

  concerns({ launch }: IsolatedLaunch): boolean {
    return launch.container?.linux_info?.seccomp?.profile_name !== undefined;
  }

  prepare({ launch }: IsolatedLaunch): never {
    const name = launch.container?.linux_info?.seccomp?.profile_name;
    throw new Error(`seccomp profile '${name}': this agent runs without --isolation=linux/seccomp`);
  }
}
