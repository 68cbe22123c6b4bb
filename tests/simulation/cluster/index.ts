/** The real master, two real agents and a scheduler driver while all of them, their disks and the network fail. */

import type { Master } from '../../../actors/master/master.ts';
import type { StatusUpdateMessage } from '../../../proto/generated/types/internal.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { Scenario } from '../../../runtime/simulation/index.ts';
import { Book } from './book.ts';
import { startFrameworkMachine } from './framework.ts';
import { startAgentMachine, startMasterMachine } from './machines.ts';

const STORM_MS = 120_000;
/** The books of the master are looked through after every so many steps. */
const AUDIT_STEPS = 16;

export const clusterScenario: Scenario = {
  name: 'cluster',
  codec: mesosCodec,
  nodes: ['master', 'agent-1', 'agent-2', 'framework'],
  kinds: [
    'crash',
    'powerCut',
    'cut',
    'partition',
    'break',
    'halfBreak',
    'delay',
    'pause',
    'slowDisk',
    'failingDisk',
  ],
  faultsMost: 10,
  stormMs: STORM_MS,
  // Updates are repeated after up to ten minutes.
  calmMs: 1_500_000,
  play: (simulation) => {
    const book = new Book();
    let master: Master | undefined;
    startMasterMachine(simulation, (started) => {
      master = started;
    });
    const machines = ['agent-1', 'agent-2'].map((name) => startAgentMachine(simulation, name));
    startFrameworkMachine(simulation, book, () => simulation.elapsedMs < STORM_MS);
    simulation.observe(({ name, to, body }) => {
      if (name === 'mesos.internal.StatusUpdateMessage' && to.id === 'master')
        book.forwarded(body as StatusUpdateMessage);
    });
    simulation.invariant('what is told (1, 11, 12, 22)', () => book.problems[0]);
    simulation.invariant('the books of the master (2, 3, 4, 9, 28, 29)', () => {
      if (simulation.steps % AUDIT_STEPS !== 0 || master === undefined) return undefined;
      return simulation.machine('master').up ? audit(master) : undefined;
    });
    return () =>
      book.unfinished() ??
      book.neverRan((task) => machines.some(({ tasks }) => tasks.has(task))) ??
      (book.launched < 10 ? `only ${book.launched} tasks were launched` : undefined);
  },
};

/** What of a master's books does not agree. */
function audit(master: Master): string | undefined {
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
function partsOf(master: Master): Parts | undefined {
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
