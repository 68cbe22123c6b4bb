/** What a FrameworkInfo must be (v1-scheduler-api.md §5.2, master.md §6.1). Each check returns what is wrong, or undefined. */

import { validateId, validateRole } from '../../../proto/ids.ts';
import type { FrameworkInfo, OfferFilters, SchedulerOfferConstraints } from '../../../proto/index.ts';
import { rolesOf, traitsOf } from '../frameworks/record.ts';

/** Longest duration of Mesos: 64-bit nanoseconds. */
const SECONDS_MAX = 2 ** 63 / 1e9;
/** Smallest double that is not subnormal. */
const NORMAL_MIN = 2.2250738585072014e-308;

export function validateFrameworkInfo(info: FrameworkInfo): string | undefined {
  return validateRoles(info) ?? validateFrameworkId(info) ?? validateFilters(info) ?? validateTimeout(info);
}

function validateRoles(info: FrameworkInfo): string | undefined {
  const roles = info.roles ?? [];
  if (!traitsOf(info).multiRole) {
    if (roles.length > 0) return "'FrameworkInfo.roles' needs the capability MULTI_ROLE";
    return validateRole(info.role ?? '*');
  }
  if (info.role !== undefined) return "'FrameworkInfo.role' must be unset with the capability MULTI_ROLE";
  const twice = roles.find((role, index) => roles.indexOf(role) !== index);
  if (twice !== undefined) return `'FrameworkInfo.roles' names '${twice}' twice`;
  return firstProblem(roles, validateRole);
}

function validateFrameworkId({ id }: FrameworkInfo): string | undefined {
  if (id === undefined || id.value === '') return undefined;
  const problem = validateId(id.value);
  return problem === undefined ? undefined : `'FrameworkInfo.id': ${problem}`;
}

function validateTimeout({ failover_timeout }: FrameworkInfo): string | undefined {
  if (failover_timeout === undefined || Math.abs(failover_timeout) < SECONDS_MAX) return undefined;
  return `'FrameworkInfo.failover_timeout': ${failover_timeout} seconds are no duration`;
}

function validateFilters({ offer_filters }: FrameworkInfo): string | undefined {
  return firstProblem(Object.entries(offer_filters ?? {}), ([role, filters]) => {
    const problem = validateMinimum(filters);
    return problem === undefined ? undefined : `'FrameworkInfo.offer_filters' of role '${role}': ${problem}`;
  });
}

function validateMinimum(filters: OfferFilters): string | undefined {
  return firstProblem(filters.min_allocatable_resources?.quantities ?? [], ({ quantities }) => {
    const entries = Object.entries(quantities ?? {});
    if (entries.length === 0) return 'a set of quantities is empty';
    return firstProblem(entries, ([name, { value }]) =>
      Number.isFinite(value) && value >= 0 && (value === 0 || value >= NORMAL_MIN)
        ? undefined
        : `'${name}' is ${value}, expected a finite number that is not negative`,
    );
  });
}

export interface SubscriptionRules {
  /** `--roles`: the only ones allowed, beside `*`; undefined: all. */
  readonly roles: readonly string[] | undefined;
  readonly rootSubmissions: boolean;
}

/** What this master asks beyond the form. */
export function validatePolicy(info: FrameworkInfo, rules: SubscriptionRules): string | undefined {
  const refused = rolesOf(info).find((role) => role !== '*' && rules.roles?.includes(role) === false);
  if (refused !== undefined) return `Role '${refused}' is not present in the master's --roles`;
  if (info.user === 'root' && !rules.rootSubmissions) {
    return `User 'root' is not allowed to run frameworks without --root_submissions`;
  }
  return undefined;
}

/** Suppressed and constrained roles must be roles of the framework. */
export function validateOwnRoles(
  info: FrameworkInfo,
  suppressedRoles: readonly string[] | undefined,
  constraints: SchedulerOfferConstraints | undefined,
): string | undefined {
  const roles = rolesOf(info);
  const suppressed = suppressedRoles?.find((role) => !roles.includes(role));
  if (suppressed !== undefined) return `Suppressed role '${suppressed}' is not a role of the framework`;
  const constrained = Object.keys(constraints?.role_constraints ?? {}).find((role) => !roles.includes(role));
  if (constrained !== undefined)
    return `Offer constraints name '${constrained}', not a role of the framework`;
  return undefined;
}

function firstProblem<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
