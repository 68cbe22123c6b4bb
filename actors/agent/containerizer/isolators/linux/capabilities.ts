/** linux/capabilities: the sets of a container's processes, by setpriv(1). */
import {
  CapabilityInfoCapability as Capability,
  type CapabilityInfo,
} from '../../../../../proto/generated/types/v1.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { type SurroundingsOptions, surroundingsOf } from './surroundings.ts';
import { findSetpriv, showing, type Tools } from './tools.ts';

export interface CapabilitiesOptions {
  /** `--effective_capabilities`: of containers that ask for none. */
  readonly effective: CapabilityInfo | undefined;
  /** `--bounding_capabilities`: no container gets more. */
  readonly bounding: CapabilityInfo | undefined;
  readonly surroundings: SurroundingsOptions;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Capability).map(([name, number]) => [number, name.toLowerCase()]),
);

export class CapabilitiesIsolator implements Isolator {
  readonly name = 'linux/capabilities';
  readonly #options: CapabilitiesOptions;
  #found: Promise<Tools> | undefined;

  constructor(options: CapabilitiesOptions) {
    this.#options = options;
  }

  concerns(launch: IsolatedLaunch): boolean {
    const { effective, bounding } = this.#wanted(launch);
    return effective !== undefined || bounding !== undefined;
  }

  /** @throws Error in one line: a capability that is not allowed here */
  async prepare(isolated: IsolatedLaunch): Promise<Preparation> {
    const { containerId, launch, image } = isolated;
    const privileges = this.#privileges(isolated);
    if (image !== undefined) {
      const tools = await this.#tools();
      const lines = [showing(tools, image.root)];
      return { privileges, setpriv: tools.words, namespaces: { kinds: ['mount'], lines } };
    }
    // What looks into a root finds there what its container was started by.
    const around =
      launch.looksIntoParent === true && (await surroundingsOf(containerId, this.#options.surroundings));
    if (!around || around.directory === undefined) return { privileges };
    if (!around.hasTools)
      throw new Error('capabilities can be limited only where those of the container around it are');
    return { privileges, setpriv: (await this.#tools()).words };
  }

  /** Options of setpriv(1). */
  #privileges(isolated: IsolatedLaunch): string[] {
    const { effective, bounding } = this.#wanted(isolated);
    const allowed = this.#options.bounding;
    for (const capability of [...capabilities(effective), ...capabilities(bounding)]) {
      if (allowed !== undefined && !capabilities(allowed).includes(capability))
        throw new Error(`capability ${capability.toUpperCase()} is not allowed on this agent`);
    }
    // A root's processes gain whatever is in the bounding set with each exec, so it is what limits them.
    const bound = signed(effective ?? bounding);
    const words = [`--bounding-set=${bound}`, `--inh-caps=${bound}`];
    // An ordinary user's keep only what is ambient.
    if (isolated.launch.user !== undefined && effective !== undefined) words.push(`--ambient-caps=${bound}`);
    return words;
  }

  /** Looked for once. */
  #tools(): Promise<Tools> {
    this.#found ??= findSetpriv();
    return this.#found;
  }

  #wanted({ launch }: IsolatedLaunch): {
    effective: CapabilityInfo | undefined;
    bounding: CapabilityInfo | undefined;
  } {
    const info = launch.container?.linux_info;
    const effective = info?.effective_capabilities ?? info?.capability_info ?? this.#options.effective;
    return { effective, bounding: info?.bounding_capabilities ?? effective ?? this.#options.bounding };
  }
}

function capabilities(info: CapabilityInfo | undefined): string[] {
  return (info?.capabilities ?? []).flatMap((number) => NAMES.get(number) ?? []);
}

function signed(info: CapabilityInfo | undefined): string {
  return ['-all', ...capabilities(info).map((name) => `+${name}`)].join(',');
}
