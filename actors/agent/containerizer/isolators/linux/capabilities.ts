/** linux/capabilities: the sets of a container's processes, by setpriv(1). */
import {
  CapabilityInfoCapability as Capability,
  type CapabilityInfo,
} from '../../../../../proto/generated/types/v1.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';

export interface CapabilitiesOptions {
  /** `--effective_capabilities`: of containers that ask for none. */
  readonly effective: CapabilityInfo | undefined;
  /** `--bounding_capabilities`: no container gets more. */
  readonly bounding: CapabilityInfo | undefined;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Capability).map(([name, number]) => [number, name.toLowerCase()]),
);

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

  prepare(launch: IsolatedLaunch): Preparation {
    const { effective, bounding } = this.#wanted(launch);
    const allowed = this.#options.bounding;
    for (const capability of [...capabilities(effective), ...capabilities(bounding)]) {
      if (allowed !== undefined && !capabilities(allowed).includes(capability))
        throw new Error(`capability ${capability.toUpperCase()} is not allowed on this agent`);
    }
    // A root's processes gain whatever is in the bounding set with each exec, so it is what limits them.
    const bound = signed(effective ?? bounding);
    const words = [`--bounding-set=${bound}`, `--inh-caps=${bound}`];
    // An ordinary user's keep only what is ambient.
    if (launch.launch.user !== undefined && effective !== undefined) words.push(`--ambient-caps=${bound}`);
    if (launch.launch.container?.mesos?.image !== undefined)
      throw new Error('capabilities of containers with an image cannot be limited on this agent');
    return { privileges: words };
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
