/** Checks of messages that tasks and executors share (v1-scheduler-api.md §10.6). Each returns what is wrong, or undefined. */
import {
  type CheckInfo,
  CheckInfoType,
  type HealthCheck,
  HealthCheckType,
  type Resource,
} from '../../../proto/index.ts';
import { Resources, validateResourcesForUse } from '../../../proto/resources/index.ts';
import { validateCommand } from '../../../proto/validation/containers.ts';
import { firstProblem, prefixed } from '../../../proto/validation/problems.ts';

/** What tasks and executors may hold: valid, of one role, nothing of a name both revocable and not. */
export function validateHeld(resources: readonly Resource[] | undefined): string | undefined {
  const problem = validateResourcesForUse(resources);
  if (problem !== undefined) return problem;
  const roles = new Set((resources ?? []).map((resource) => resource.allocation_info?.role));
  if (roles.size > 1) return `Resources are allocated to several roles: ${[...roles].join(', ')}`;
  return mixOfRevocable(resources ?? []);
}

/** Resources of a task and its executor together. */
export function validateTogether(left: readonly Resource[], right: readonly Resource[]): string | undefined {
  const bag = [...left, ...right];
  return mixOfRevocable(bag) ?? overlap(left, right) ?? repeatedVolume(bag);
}

function mixOfRevocable(resources: readonly Resource[]): string | undefined {
  const revocable = new Set(resources.filter((each) => each.revocable !== undefined).map(({ name }) => name));
  const mixed = resources.find((each) => each.revocable === undefined && revocable.has(each.name));
  return mixed === undefined ? undefined : `Resources mix revocable and non-revocable '${mixed.name}'`;
}

/** Ranges and sets are single things: no two holders. */
function overlap(left: readonly Resource[], right: readonly Resource[]): string | undefined {
  const one = Resources.of(left).nonScalars();
  const other = Resources.of(right).nonScalars();
  if (one.isEmpty || other.isEmpty || one.minus(other).equals(one)) return undefined;
  return `Task and executor use the same of ${one}`;
}

function repeatedVolume(resources: readonly Resource[]): string | undefined {
  const seen = new Set<string>();
  return firstProblem(resources, ({ disk, shared, reservations }) => {
    const id = disk?.persistence?.id;
    if (id === undefined || shared !== undefined) return undefined;
    const key = `${reservations?.at(-1)?.role ?? ''}\n${id}`;
    if (seen.has(key)) return `Persistence ID '${id}' is used twice`;
    seen.add(key);
    return undefined;
  });
}

export function validateHealthCheck(check: HealthCheck | undefined): string | undefined {
  if (check === undefined) return undefined;
  return prefixed('Health check', healthCheckProblem(check) ?? timesProblem(check));
}

function healthCheckProblem({ type, command, http, tcp }: HealthCheck): string | undefined {
  switch (type) {
    case HealthCheckType.COMMAND:
      if (command === undefined) return "'command' must be set for type COMMAND";
      if (command.value === undefined) return "'command.value' must be set";
      return validateCommand(command);
    case HealthCheckType.HTTP:
      if (http === undefined) return "'http' must be set for type HTTP";
      if (http.scheme !== undefined && http.scheme !== 'http' && http.scheme !== 'https') {
        return `scheme '${http.scheme}' is neither 'http' nor 'https'`;
      }
      return pathProblem(http.path);
    case HealthCheckType.TCP:
      return tcp === undefined ? "'tcp' must be set for type TCP" : undefined;
    default:
      return "'type' must be COMMAND, HTTP or TCP";
  }
}

export function validateCheck(check: CheckInfo | undefined): string | undefined {
  if (check === undefined) return undefined;
  return prefixed('Check', checkProblem(check) ?? timesProblem(check));
}

function checkProblem({ type, command, http, tcp }: CheckInfo): string | undefined {
  switch (type) {
    case CheckInfoType.COMMAND:
      if (command === undefined) return "'command' must be set for type COMMAND";
      if (command.command.value === undefined) return "'command.command.value' must be set";
      return validateCommand(command.command);
    case CheckInfoType.HTTP:
      return http === undefined ? "'http' must be set for type HTTP" : pathProblem(http.path);
    case CheckInfoType.TCP:
      return tcp === undefined ? "'tcp' must be set for type TCP" : undefined;
    default:
      return "'type' must be COMMAND, HTTP or TCP";
  }
}

function pathProblem(path: string | undefined): string | undefined {
  return path === undefined || path.startsWith('/') ? undefined : `path '${path}' must start with '/'`;
}

function timesProblem(check: HealthCheck | CheckInfo): string | undefined {
  const times = ['delay_seconds', 'interval_seconds', 'timeout_seconds'] as const;
  const negative = times.find((name) => (check[name] ?? 0) < 0);
  if (negative !== undefined) return `'${negative}' must not be negative`;
  const grace = 'grace_period_seconds' in check ? (check.grace_period_seconds ?? 0) : 0;
  return grace < 0 ? "'grace_period_seconds' must not be negative" : undefined;
}
