/** Small readings and writings of messages. */
import {
  type FrameworkInfo,
  type FrameworkInfoCapabilityType,
  type SchedulerCall,
  SchedulerCallType,
} from '../../../proto/index.ts';

export function hasCapability(framework: FrameworkInfo, type: FrameworkInfoCapabilityType): boolean {
  return framework.capabilities?.some((each) => each.type === type) === true;
}

/** A member that is there only when it has a value: messages hold no `undefined`. */
export function optional<K extends string, V>(name: K, value: V | undefined): { readonly [Name in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Name in K]: V });
}

/** UPDATE_FRAMEWORK, with all that the framework is from now on. */
export function frameworkUpdate(
  framework_info: FrameworkInfo,
  suppressedRoles: readonly string[],
): SchedulerCall {
  const update_framework = { framework_info, suppressed_roles: [...suppressedRoles] };
  return { type: SchedulerCallType.UPDATE_FRAMEWORK, update_framework };
}
