/** A look through the books of a master: what is in two of them must agree. */
import type { Master } from '../../../actors/master/master.ts';
import { Resources } from '../../../proto/resources/index.ts';

/** What of a master's books does not agree. */
export function audit(master: Master): string | undefined {
  const parts = partsOf(master);
  if (parts === undefined) return undefined;
  const { agents, frameworks, registrar } = parts;
  const { slaves, unreachable, gone } = registrar.registry;
  for (const id of slaves.keys()) if (unreachable.has(id) || gone.has(id)) return `3: ${id} is in two lists`;
  const pids = new Set<string>();
  for (const agent of agents.all()) {
    if (!slaves.has(agent.id)) return `4: member ${agent.id} is not in the registry`;
    if (pids.has(agent.pid.text)) return `2: two agents at ${agent.pid.text}`;
    pids.add(agent.pid.text);
    const problem = auditAgent(parts, agent.id);
    if (problem !== undefined) return problem;
  }
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

function auditAgent({ agents, offers, allocation }: Parts, id: string): string | undefined {
  const agent = agents.find(id);
  if (agent === undefined) return undefined;
  const held = allocation.allocator.held(id);
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
      return `28: ${id}: allocator ${known}, master ${used} and ${Resources.sum(own)}`;
  }
  const all = Resources.sum(held.values()).unallocated();
  return agent.total.contains(all) ? undefined : `29: ${id}: ${all} of ${agent.total} is held`;
}
