/** A cluster of real actors: two agents, executors, three frameworks and an operator, under whatever masters there are. */
import type { Master } from '../../../actors/master/master.ts';
import { FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { AgentBooks } from './agentBooks.ts';
import { Auditor } from './audit.ts';
import { Book } from './book.ts';
import { SimulatedExecutors } from './executors.ts';
import { CAPABLE, type FrameworkOptions, startFrameworkMachine } from './framework.ts';
import { type AgentMachine, startAgentMachine } from './machines.ts';
import type { Masters } from './mastership.ts';
import { startModernMachine } from './modern.ts';
import { startOperator, undrained, unended } from './operator.ts';
import { Promises } from './promises.ts';
import { QuotaWatch } from './quotas.ts';
import { startStranger } from './stranger.ts';
import { Watchers } from './watchers.ts';

export const STORM_MS = 180_000;
/** Updates are repeated after pauses that have doubled since the storm began. */
export const CALM_MS = 960_000;
/** Everybody is back: links that are dead are given up, then pauses of a minute at most. */
export const BACK_MS = 180_000;
export const AGENTS = ['agent-1', 'agent-2'];
/** Long enough for a master to call an agent unreachable, and over before the storm is. */
export const ISOLATION = { share: 0.1, nodes: AGENTS, withinMs: 40_000, forMs: 130_000 };
export const FRAMEWORKS = ['framework', 'plain', 'brief', 'modern'];

/** The books of the leader are looked through after every so many steps. */
const AUDIT_STEPS = 16;

/** @returns what must hold in the end */
export function playCluster(simulation: Simulation, masters: Masters): () => string | undefined {
  const agents = AGENTS.map((name, at) => {
    const executors = new SimulatedExecutors(simulation, at + 1);
    const { detector, proofs } = masters;
    return {
      executors,
      ...startAgentMachine(simulation, name, {
        executors,
        flags: proofs?.flags,
        ...(detector && { detector }),
      }),
    };
  });
  const watchers = new Watchers(simulation, masters, agents);
  const { members, ends, silence } = watchers;
  const books = startFrameworks(simulation, watchers, masters);
  startStranger(simulation);
  const promises = new Promises();
  const storm = () => simulation.elapsedMs < STORM_MS;
  startOperator(simulation, {
    master: () => masters.leader(),
    promises,
    orders: storm,
    markedGone: (id) => members.markedGone(id),
  });
  const { operations } = watchers;
  const told = [masters, ...books, operations.book, ...watchers.all, promises];
  told.push(...agents.map(({ executors }) => executors));
  simulation.invariant('what is told (1, 4, 5, 7, 8, 11 to 13, 15, 16, 18 to 25, 36 to 40, 43)', () => {
    for (const { problems } of told) if (problems.length > 0) return problems[0];
    return undefined;
  });
  const looks = [new Auditor(), new QuotaWatch(), ends, silence, promises, ...watchers.looking];
  const agentBooks = new AgentBooks();
  simulation.invariant('the books (2 to 4, 6, 9, 16, 26, 28 to 34, 41)', () => {
    if (simulation.steps % AUDIT_STEPS !== 0) return undefined;
    const leader = masters.leader();
    if (leader !== undefined)
      for (const each of looks) {
        const problem = each.look(leader, simulation.elapsedMs);
        if (problem !== undefined) return problem;
      }
    return agentBooks.look(agents);
  });
  let late: string | undefined;
  simulation.at(STORM_MS + BACK_MS, () => {
    late = missing(masters.leader(), simulation.elapsedMs);
  });
  return () =>
    late ??
    books.map((book) => unwell(book, agents)).find((each) => each !== undefined) ??
    operations.book.unfinished((id) => isNobody(id, agents)) ??
    undrained(masters.leader()) ??
    unended(masters.leader(), (id) => isNobody(id, agents)) ??
    promises.unanswered(masters.leader()) ??
    agentBooks.differ(masters.leader(), agents) ??
    agents.map(({ containers }) => leftOver(containers.running)).find((each) => each !== undefined) ??
    (books.every(({ launched }) => launched < 10) ? 'hardly a task was launched' : undefined);
}

/** One that can do everything, one that knows of no partitions, one that ends itself now and then, one over HTTP. */
function startFrameworks(
  simulation: Simulation,
  { members, operations }: Watchers,
  { detector, proofs }: Masters,
): Book[] {
  const common: Pick<FrameworkOptions, 'launches' | 'masterOf' | 'authentication'> = {
    authentication: proofs?.authentication,
    launches: () => simulation.elapsedMs < STORM_MS,
    ...(detector && { masterOf: detector }),
  };
  const capable = new Book();
  startFrameworkMachine(simulation, capable, {
    ...common,
    subscribed: (id) => members.lasts(id),
    wild: true,
    reserves: true,
    takeoversMs: [1, 2, 3].map(() => simulation.chance.next() * STORM_MS),
    info: { ...CAPABLE, roles: ['work'] },
  });
  const plain = new Book({ prefix: 'p', partitionAware: false, killingState: false });
  startFrameworkMachine(simulation, plain, {
    ...common,
    name: 'plain',
    subscribed: (id) => members.lasts(id),
    wild: true,
    info: { role: 'plain', capabilities: [{ type: FrameworkInfoCapabilityType.RESERVATION_REFINEMENT }] },
  });
  const brief = new Book({ prefix: 'b' });
  startFrameworkMachine(simulation, brief, {
    ...common,
    name: 'brief',
    info: { ...CAPABLE, roles: ['brief'], failover_timeout: 30 },
    teardownsMs: [30_000, 90_000].map((atMs) => atMs * (0.5 + simulation.chance.next())),
  });
  const modern = new Book({ prefix: 'm' });
  startModernMachine(
    simulation,
    { tasks: modern, operations: operations.book },
    { ...common, subscribed: (id) => members.lasts(id) },
  );
  return [capable, plain, brief, modern];
}

/** No machine is this agent any more. */
function isNobody(id: string, agents: readonly AgentMachine[]): boolean {
  return agents.every(({ agent }) => agent()?.host.agentId() !== id);
}

function unwell(book: Book, agents: readonly AgentMachine[]): string | undefined {
  const ran = (task: string) => agents.some(({ containers }) => containers.tasks.has(task));
  return book.unfinished((id) => isNobody(id, agents)) ?? book.neverRan(ran) ?? book.halfDelivered(ran);
}

/** 44: what nobody asked for any more, or never registered, has been ended. */
function leftOver(running: readonly string[]): string | undefined {
  return running.length === 0 ? undefined : `44: ${running.length} containers are left: ${running[0]}`;
}

/** 42: every agent and every framework has come back. */
function missing(leader: Master | undefined, elapsedMs: number): string | undefined {
  if (leader === undefined) return '42: no master leads';
  const { agents, frameworks } = leader.parts;
  const back = [...agents.all()].filter(({ id }) => agents.isConnected(id));
  if (back.length < AGENTS.length)
    return `42: ${back.length} of ${AGENTS.length} agents are back after ${elapsedMs} ms`;
  const there = [...frameworks.all()].filter(({ id }) => frameworks.isConnected(id));
  return there.length < FRAMEWORKS.length
    ? `42: ${there.length} of ${FRAMEWORKS.length} frameworks are back`
    : undefined;
}
