/**
 * What executors may do (Mesos' implicit executor authorization): they have proved, by their token, of which container they are,
 * and have no name that rules could be about. They may launch, end, wait for, remove and attach to what is inside their own
 * container, and nothing else may be done by them.
 */
import type { Principal } from '../../runtime/index.ts';
import type { Authorizer } from './authorizer.ts';

/** Of the container ids in tokens. */
const CONTAINER_CLAIM = 'cid';

/** The rules of a cluster still say what executors may see. */
const TELLS = /^(VIEW|GET)_/;

export function isExecutor(principal: Principal | undefined): principal is Principal {
  return principal?.claims !== undefined && principal.value === undefined;
}

/**
 * @param containerId `parent.child`
 * @returns whether it is inside the container of that executor
 */
export function ownsContainer({ claims }: Principal, containerId: string): boolean {
  const own = claims?.[CONTAINER_CLAIM] ?? '';
  return own !== '' && containerId.startsWith(`${own}.`);
}

/** Whoever is an executor may do nothing that changes something: what it may, `ownsContainer` says before anybody asks here. */
export function withoutExecutors(authorizer: Authorizer): Authorizer {
  return {
    approver: (principal, action) =>
      isExecutor(principal) && !TELLS.test(action) ? () => false : authorizer.approver(principal, action),
  };
}
