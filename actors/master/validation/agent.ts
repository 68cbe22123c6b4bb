/** What an agent must say of itself to be let in (master.md §5.1). Each check returns what is wrong, or undefined. */

import { validateId } from '../../../proto/ids.ts';
import type { AgentInfo, DomainInfo, Resource } from '../../../proto/index.ts';
import { Resources, validateResources, withCheckpointed } from '../../../proto/resources/index.ts';

const VERSION = /^(\d+)\.(\d+)\.(\d+)/;
/** Agents before 1.0.0 speak another protocol. */
const MAJOR_VERSION_MIN = 1;

export function validateAgent(info: AgentInfo, version: string | undefined): string | undefined {
  if (info.hostname === '') return 'its host name is empty';
  const resources = validateResources(info.resources);
  if (resources !== undefined) return resources;
  if (info.resources?.some((resource) => resource.allocation_info !== undefined)) {
    return 'its resources must not be allocated to a role';
  }
  return validateVersion(version);
}

/** The same for an agent that says it has an id already. */
export function validateReturningAgent(info: AgentInfo, version: string | undefined): string | undefined {
  const id = validateId(info.id?.value ?? '');
  return id === undefined ? validateAgent(info, version) : `its id: ${id}`;
}

function validateVersion(version: string | undefined): string | undefined {
  const major = VERSION.exec(version ?? '')?.[1];
  if (major === undefined) return `cannot read its version '${version ?? ''}'`;
  if (Number(major) < MAJOR_VERSION_MIN) return `its version ${version} is below ${MAJOR_VERSION_MIN}.0.0`;
  return undefined;
}

/**
 * What an agent has, with what it has made of it: dynamic reservations and volumes.
 *
 * @returns or what is wrong with these, in words
 */
export function totalOf(info: AgentInfo, checkpointed: readonly Resource[] | undefined): Resources | string {
  const problem = validateResources(checkpointed);
  if (problem !== undefined) return problem;
  return withCheckpointed(Resources.of(info.resources), Resources.of(checkpointed).unallocated());
}

/** Domains only mean something when the master knows its own (§5.1, row 2). @param required `--require_agent_domain` */
export function validateAgentDomain(
  { domain }: AgentInfo,
  master: DomainInfo | undefined,
  required: boolean,
): string | undefined {
  if (domain !== undefined && master === undefined) return 'it has a domain, but this master has none';
  return domain === undefined && required
    ? 'it has no domain, which --require_agent_domain asks for'
    : undefined;
}
