/** What a quota must be (v1-operator-api.md §2.5, §5.6). Each check returns what is wrong, in words, or undefined. */
import { validateRole } from '../../../proto/ids.ts';
import type { QuotaConfig, QuotaRequest, Resource, ValueScalar } from '../../../proto/index.ts';
import { ValueType } from '../../../proto/index.ts';
import {
  ancestorsOf,
  Limits,
  Quantities,
  Resources,
  validateResource,
} from '../../../proto/resources/index.ts';

/** An exabyte in MB. */
const MEGABYTES_MAX = 2 ** 40;
const AMOUNT_MAX = 1e12;
/** Smallest double that is not subnormal. */
const NORMAL_MIN = 2.2250738585072014e-308;

/** @param roles `--roles`; undefined: all */
export function validateQuotaRole(role: string, roles: readonly string[] | undefined): string | undefined {
  const problem = validateRole(role);
  if (problem !== undefined) return problem;
  if (role === '*') return "setting quota for the default '*' role is not supported";
  if (roles?.includes(role) === false) return `unknown role '${role}': it is not in the master's --roles`;
  if (role.includes('/')) return `setting quota on the nested role '${role}' is not supported`;
  return undefined;
}

/** One config of UPDATE_QUOTA. */
export function validateQuotaConfig(
  { role, guarantees = {}, limits = {} }: QuotaConfig,
  roles: readonly string[] | undefined,
): string | undefined {
  return (
    validateQuotaRole(role, roles) ??
    amountsProblem('guarantees', guarantees) ??
    amountsProblem('limits', limits) ??
    containmentProblem(guarantees, limits)
  );
}

function amountsProblem(field: string, amounts: Readonly<Record<string, ValueScalar>>): string | undefined {
  for (const [name, { value }] of Object.entries(amounts)) {
    const problem = amountProblem(name, value);
    if (problem !== undefined) return `'QuotaConfig.${field}': '${name}' is ${value}, ${problem}`;
  }
  return undefined;
}

function amountProblem(name: string, value: number): string | undefined {
  if (name === '') return 'but a resource must have a name';
  if (!Number.isFinite(value) || value < 0 || (value !== 0 && value < NORMAL_MIN))
    return 'expected a finite number that is not negative';
  const max = name === 'mem' || name === 'disk' ? MEGABYTES_MAX : AMOUNT_MAX;
  return value > max ? `more than ${max}, the most that can be` : undefined;
}

function containmentProblem(
  guarantees: Readonly<Record<string, ValueScalar>>,
  limits: Readonly<Record<string, ValueScalar>>,
): string | undefined {
  if (Limits.ofMessage(limits).contains(Quantities.ofMessage(guarantees))) return undefined;
  return (
    `'QuotaConfig.guarantees' ${braced(guarantees)} is not contained within ` +
    `the 'QuotaConfig.limits' ${braced(limits)}`
  );
}

function braced(amounts: Readonly<Record<string, ValueScalar>>): string {
  const list = Object.entries(amounts).map(([name, { value }]) => `${name}: ${value}`);
  return `{ ${list.join(', ')} }`;
}

/** The older request, of resources: a guarantee that is a limit as well. */
export function validateQuotaRequest(
  { role, guarantee = [] }: QuotaRequest,
  roles: readonly string[] | undefined,
): string | undefined {
  if (role === undefined) return "Expecting 'role' to be present";
  const problem = validateQuotaRole(role, roles);
  if (problem !== undefined) return problem;
  if (guarantee.length === 0) return "Expecting 'guarantee' to have at least one resource";
  const names = new Set<string>();
  for (const resource of guarantee) {
    const wrong = guaranteeProblem(resource);
    if (wrong !== undefined) return `the guarantee of '${resource.name}' ${wrong}`;
    if (names.has(resource.name)) return `the guarantee names '${resource.name}' twice`;
    names.add(resource.name);
  }
  return undefined;
}

function guaranteeProblem(resource: Resource): string | undefined {
  const problem = validateResource(resource);
  if (problem !== undefined) return `is no valid resource: ${problem}`;
  if (resource.type !== ValueType.SCALAR) return 'must be a scalar';
  if (resource.disk !== undefined) return "must not contain 'DiskInfo'";
  if (resource.revocable !== undefined) return "must not contain 'RevocableInfo'";
  if (!Resources.of([resource]).reserved().isEmpty) return 'must not be reserved';
  const wrong = amountProblem(resource.name, resource.scalar?.value ?? 0);
  return wrong === undefined ? undefined : `is ${resource.scalar?.value ?? 0}, ${wrong}`;
}

/** Guarantees of children must have room in their parent's; a parent without quota has none to give. */
export function treeProblem(configs: readonly QuotaConfig[]): string | undefined {
  const guarantees = new Map<string, Quantities>();
  const ofChildren = new Map<string, Quantities>();
  for (const config of configs) {
    const own = Quantities.ofMessage(config.guarantees);
    guarantees.set(config.role, own);
    const [parent] = ancestorsOf(config.role);
    if (parent !== undefined) ofChildren.set(parent, (ofChildren.get(parent) ?? Quantities.NONE).plus(own));
  }
  for (const [parent, children] of ofChildren) {
    const own = guarantees.get(parent) ?? Quantities.NONE;
    if (!own.contains(children))
      return `the guarantees of the roles below '${parent}' (${children}) exceed its own (${own})`;
  }
  return undefined;
}
