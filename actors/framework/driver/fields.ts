/** Small readings and writings of messages. */
import type { FrameworkInfo, FrameworkInfoCapabilityType } from '../../../proto/index.ts';

export function hasCapability(framework: FrameworkInfo, type: FrameworkInfoCapabilityType): boolean {
  return framework.capabilities?.some((each) => each.type === type) === true;
}

/** A member that is there only when it has a value: messages hold no `undefined`. */
export function optional<K extends string, V>(name: K, value: V | undefined): { readonly [Name in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Name in K]: V });
}
