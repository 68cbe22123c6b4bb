/** A look through the books of a master: what is in two of them must agree; numbers as in failover.md §5. */
import type { AgentRecord } from '../../../actors/master/agents/record.ts';
import type { Master } from '../../../actors/master/master.ts';
import type { OfferRecord } from '../../../actors/master/offers/record.ts';
import { isPersistentVolume, Resources } from '../../../proto/resources/index.ts';

/** For how long an agent that is back may owe what was launched on what it never got to know of. */
const OWING_MS = 120_000;

export class Auditor {
  /** Agent → since when more of it is held than there is, in simulated milliseconds. */
  private readonly owing = new Map<string, number>();

  /** What of a master's books does not agree. */
  look(master: Master, nowMs: number): string | undefined {
    const parts = partsOf(master);
    if (parts === undefined) return undefined;
    const problem = auditRegistry(parts);
    if (problem !== undefined) return problem;
    const pids = new Set<string>();
    for (const agent of parts.agents.all()) {
      if (pids.has(agent.pid.text)) return `2: two agents at ${agent.pid.text}`;
      pids.add(agent.pid.text);
      const found = auditAgent(parts, agent) ?? this.overdrawn(parts, agent, nowMs);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * 29. An operation that was lost with its agent takes what was launched on its result with it: until the agent has said that
   * it does not know these tasks, they hold what is not there.
   */
  private overdrawn({ allocation, agents }: Parts, agent: AgentRecord, nowMs: number): string | undefined {
    const all = Resources.sum(allocation.allocator.held(agent.id).values()).unallocated();
    if (!agents.isConnected(agent.id) || agent.total.contains(all)) {
      this.owing.delete(agent.id);
      return undefined;
    }
    const since = this.owing.get(agent.id) ?? nowMs;
    this.owing.set(agent.id, since);
    return nowMs - since < OWING_MS ? undefined : `29: ${agent.id}: ${all} of ${agent.total} is held`;
  }
}

/** 3, 4 and 9 */
function auditRegistry({ agents, frameworks, registrar }: Parts): string | undefined {
  const { slaves, unreachable, gone } = registrar.registry;
  for (const id of slaves.keys()) if (unreachable.has(id) || gone.has(id)) return `3: ${id} is in two lists`;
  for (const id of unreachable.keys()) if (gone.has(id)) return `3: ${id} is unreachable and gone`;
  for (const { id } of agents.all()) if (!slaves.has(id)) return `4: member ${id} is not in the registry`;
  for (const framework of frameworks.all()) {
    for (const id of framework.tasks.keys())
      if (framework.unreachable.has(id)) return `9: ${id} is active and unreachable`;
  }
  return undefined;
}

type Parts = Master['parts'];

/** A master that has not begun yet has no books. */
export function partsOf(master: Master): Parts | undefined {
  try {
    return master.parts;
  } catch {
    return undefined;
  }
}

function auditAgent(parts: Parts, agent: AgentRecord): string | undefined {
  const { offers, allocation } = parts;
  const held = allocation.allocator.held(agent.id);
  const out = offers.listed(agent.offers);
  const owners = new Set([
    ...held.keys(),
    ...agent.used.keys(),
    ...out.map(({ frameworkId }) => frameworkId),
  ]);
  for (const owner of owners) {
    const used = agent.used.get(owner) ?? Resources.EMPTY;
    const own = out.filter(({ frameworkId }) => frameworkId === owner).map(({ resources }) => resources);
    const known = held.get(owner) ?? Resources.EMPTY;
    if (!known.equals(used.plus(Resources.sum(own))))
      return `28: ${agent.id}: allocator ${known}, master ${used} and ${Resources.sum(own)}`;
    const lives = livesOf(parts, agent, owner);
    if (!used.equals(lives)) return `30: ${agent.id}: ${used} is used, by what lives ${lives}`;
  }
  return out.map(reservedForOthers).find((each) => each !== undefined) ?? usedTwice(parts, agent);
}

/** What tasks that have not ended, and executors, have of an agent. */
function livesOf({ tasks }: Parts, agent: AgentRecord, framework: string): Resources {
  const live = [...(agent.tasks.get(framework)?.values() ?? [])].filter((task) => !tasks.isTerminal(task));
  const executors = [...(agent.executors.get(framework)?.values() ?? [])];
  return Resources.sum([...live, ...executors].map(({ resources }) => resources));
}

/** 31 */
function reservedForOthers({ id, role, resources }: OfferRecord): string | undefined {
  for (const owner of resources.reservations().keys())
    if (role !== owner && !role.startsWith(`${owner}/`))
      return `31: offer ${id} for ${role} has what is reserved for ${owner}`;
  return undefined;
}

/** 34 */
function usedTwice({ tasks }: Parts, agent: AgentRecord): string | undefined {
  const users = new Map<string, string>();
  for (const ofFramework of agent.tasks.values())
    for (const task of ofFramework.values()) {
      if (tasks.isTerminal(task)) continue;
      for (const resource of task.resources.toMessages()) {
        if (!isPersistentVolume(resource) || resource.shared !== undefined) continue;
        const id = resource.disk?.persistence?.id ?? '';
        if (users.has(id)) return `34: volume ${id} is used by ${users.get(id)} and ${task.id}`;
        users.set(id, task.id);
      }
    }
  return undefined;
}
