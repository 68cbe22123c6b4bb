/** Which capabilities a container gets. */
import {
  CapabilityInfoCapability as Capability,
  type CapabilityInfo,
} from '../../../../../proto/generated/types/v1.ts';
import { readNote } from '../../runtimeFiles.ts';
import type { IsolatedLaunch } from '../isolator.ts';

/** As asked for; undefined: nothing is taken away. */
export interface CapabilitySets {
  readonly effective: CapabilityInfo | undefined;
  readonly bounding: CapabilityInfo | undefined;
}

/** The note of a container's own sets, for what looks into it. */
export const CAPABILITIES_NOTE = 'capabilities';

/** `net_raw`, by the numbers of the wire. */
export const CAPABILITY_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Capability).map(([name, number]) => [number, name.toLowerCase()]),
);

/**
 * What the launch asks for; else, of what looks into a container, what that has; else the agent's defaults.
 *
 * @param defaults `--effective_capabilities`, `--bounding_capabilities`
 */
export function wantedSets(
  { launch, parentId }: IsolatedLaunch,
  defaults: CapabilitySets,
  dirOf: (containerId: string) => string,
): CapabilitySets {
  const info = launch.container?.linux_info;
  const asked = info?.effective_capabilities ?? info?.capability_info;
  const isSilent = asked === undefined && info?.bounding_capabilities === undefined;
  if (launch.looksIntoParent === true && parentId !== undefined && isSilent) {
    const note = readNote(dirOf(parentId), CAPABILITIES_NOTE);
    if (note !== undefined) return JSON.parse(note) as CapabilitySets;
  }
  const effective = asked ?? defaults.effective;
  return { effective, bounding: info?.bounding_capabilities ?? effective ?? defaults.bounding };
}
