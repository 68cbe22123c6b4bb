/** linux/capabilities: the sets of a container's processes, by setpriv(1). */
import type { CapabilityInfo } from '../../../../../proto/generated/types/v1.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { CAPABILITIES_NOTE, CAPABILITY_NAMES, type CapabilitySets, wantedSets } from './capabilitySets.ts';
import { setprivWithin } from './setpriv.ts';
import type { SurroundingsOptions } from './surroundings.ts';

export interface CapabilitiesOptions {
  /** `--effective_capabilities`: of containers that ask for none. */
  readonly effective: CapabilityInfo | undefined;
  /** `--bounding_capabilities`: no container gets more. */
  readonly bounding: CapabilityInfo | undefined;
  readonly surroundings: SurroundingsOptions;
}

export class CapabilitiesIsolator implements Isolator {
  readonly name = 'linux/capabilities';
  readonly #options: CapabilitiesOptions;

  constructor(options: CapabilitiesOptions) {
    this.#options = options;
  }

  concerns(launch: IsolatedLaunch): boolean {
    const { effective, bounding } = this.#wanted(launch);
    return effective !== undefined || bounding !== undefined;
  }

  /** @throws Error in one line: a capability that is not allowed here */
  async prepare(isolated: IsolatedLaunch): Promise<Preparation> {
    const sets = this.#wanted(isolated);
    const privileges = this.#privileges(isolated, sets);
    const notes = { [CAPABILITIES_NOTE]: JSON.stringify(sets) };
    const setpriv = await setprivWithin(isolated, this.#options.surroundings);
    if (setpriv === undefined)
      throw new Error('capabilities can be limited only where those of the container around it are');
    return { privileges, notes, ...setpriv };
  }

  /** Options of setpriv(1). */
  #privileges({ launch }: IsolatedLaunch, { effective, bounding }: CapabilitySets): string[] {
    const allowed = this.#options.bounding;
    for (const capability of [...capabilities(effective), ...capabilities(bounding)]) {
      if (allowed !== undefined && !capabilities(allowed).includes(capability))
        throw new Error(`capability ${capability.toUpperCase()} is not allowed on this agent`);
    }
    // A root's processes gain whatever is in the bounding set with each exec, so it is what limits them.
    const bound = signed(effective ?? bounding);
    const words = [`--bounding-set=${bound}`, `--inh-caps=${bound}`];
    // An ordinary user's keep only what is ambient.
    if (launch.user !== undefined && effective !== undefined) words.push(`--ambient-caps=${bound}`);
    return words;
  }

  #wanted(launch: IsolatedLaunch): CapabilitySets {
    return wantedSets(launch, this.#options, this.#options.surroundings.dirOf);
  }
}

function capabilities(info: CapabilityInfo | undefined): string[] {
  return (info?.capabilities ?? []).flatMap((number) => CAPABILITY_NAMES.get(number) ?? []);
}

function signed(info: CapabilityInfo | undefined): string {
  return ['-all', ...capabilities(info).map((name) => `+${name}`)].join(',');
}
