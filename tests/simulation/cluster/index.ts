/** The real master, two real agents, executors and three frameworks while all of them, their disks and the network fail. */

import type { Master } from '../../../actors/master/master.ts';
import { FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Scenario, Simulation } from '../../../runtime/simulation/index.ts';
import { Auditor, partsOf } from './audit.ts';
import { Book } from './book.ts';
import { SimulatedExecutors } from './executors.ts';
import { CAPABLE, startFrameworkMachine } from './framework.ts';
import { startAgentMachine, startMasterMachine } from './machines.ts';
import { MemberWatch } from './members.ts';
import { OfferWatch } from './offerLives.ts';
import { startOperator, undrained } from './operator.ts';
import { UpdateWatch } from './updates.ts';

const STORM_MS = 180_000;
/** Updates are repeated after pauses that have doubled since the storm began. */
const CALM_MS = 960_000;
/** Everybody is back: links that are dead are given up, then pauses of a minute at most. */
const BACK_MS = 180_000;
/** The books of the master are looked through after every so many steps. */
const AUDIT_STEPS = 16;
const AGENTS = ['agent-1', 'agent-2'];

export const clusterScenario: Scenario = {
  name: 'cluster',
  codec: mesosCodec,
  nodes: ['master', ...AGENTS, 'framework', 'plain', 'brief'],
  kinds: [
    ...(['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'duplicate'] as const),
    ...(['delay', 'pause', 'clockJump', 'slowDisk', 'failingDisk'] as const),
  ],
  longestMs: { crash: 150_000, powerCut: 150_000, cut: 150_000, partition: 150_000, pause: 120_000 },
  faultsMost: 14,
  stormMs: STORM_MS,
  calmMs: CALM_MS,
  play: (simulation) => {
    let master: Master | undefined;
    startMasterMachine(simulation, (started) => {
      master = started;
    });
    const machines = AGENTS.map((name, at) => {
      const executors = new SimulatedExecutors(simulation, at + 1);
      return { executors, containers: startAgentMachine(simulation, name, { executors }) };
    });
    const members = new MemberWatch(simulation, 'master');
    const watches = [members, new UpdateWatch(simulation), new OfferWatch()];
    simulation.observe((delivery) => {
      for (const watch of watches) watch.see(delivery);
    });
    const books = startFrameworks(simulation, members);
    const storm = () => simulation.elapsedMs < STORM_MS;
    startOperator(simulation, {
      master: () => master,
      orders: storm,
      markedGone: (id) => members.markedGone(id),
    });
    const told = [...books, ...watches, ...machines.map(({ executors }) => executors)];
    simulation.invariant('what is told (1, 4, 7, 11 to 13, 18 to 25, 36, 38 to 40)', () => {
      for (const { problems } of told) if (problems.length > 0) return problems[0];
      return undefined;
    });
    const auditor = new Auditor();
    simulation.invariant('the books of the master (2, 3, 4, 9, 28 to 31, 34)', () => {
      if (simulation.steps % AUDIT_STEPS !== 0 || master === undefined) return undefined;
      return simulation.machine('master').up ? auditor.look(master, simulation.elapsedMs) : undefined;
    });
    let late: string | undefined;
    simulation.at(STORM_MS + BACK_MS, () => {
      late = missing(simulation, master);
    });
    return () =>
      late ??
      books.map((book) => unwell(book, machines)).find((each) => each !== undefined) ??
      undrained(master) ??
      machines.map(({ containers }) => leftOver(containers.running)).find((each) => each !== undefined) ??
      (books.every(({ launched }) => launched < 10) ? 'hardly a task was launched' : undefined);
  },
};

/** One that can do everything, one that knows of no partitions, one that ends itself now and then. */
function startFrameworks(simulation: Simulation, members: MemberWatch): Book[] {
  const launches = () => simulation.elapsedMs < STORM_MS;
  const capable = new Book();
  startFrameworkMachine(simulation, capable, {
    launches,
    wild: true,
    reserves: true,
    takeoversMs: [1, 2, 3].map(() => simulation.chance.next() * STORM_MS),
    info: { ...CAPABLE, roles: ['work'] },
  });
  const plain = new Book({ prefix: 'p', partitionAware: false, killingState: false });
  startFrameworkMachine(simulation, plain, {
    name: 'plain',
    launches,
    wild: true,
    info: { role: 'plain', capabilities: [{ type: FrameworkInfoCapabilityType.RESERVATION_REFINEMENT }] },
  });
  const brief = new Book({ prefix: 'b' });
  startFrameworkMachine(simulation, brief, {
    name: 'brief',
    launches,
    info: { ...CAPABLE, roles: ['brief'], failover_timeout: 30 },
    teardowns: {
      atMs: [30_000, 90_000].map((atMs) => atMs * (0.5 + simulation.chance.next())),
      subscribed: (id) => members.mayEnd(id),
    },
  });
  return [capable, plain, brief];
}

type Machines = readonly { readonly containers: { readonly tasks: ReadonlySet<string> } }[];

function unwell(book: Book, machines: Machines): string | undefined {
  const ran = (task: string) => machines.some(({ containers }) => containers.tasks.has(task));
  return book.unfinished() ?? book.neverRan(ran);
}

/** 44: what nobody asked for any more, or never registered, has been ended. */
function leftOver(running: readonly string[]): string | undefined {
  return running.length === 0 ? undefined : `44: ${running.length} containers are left: ${running[0]}`;
}

/** 42: every agent and every framework has come back. */
function missing(simulation: Simulation, master: Master | undefined): string | undefined {
  const parts = master === undefined ? undefined : partsOf(master);
  if (parts === undefined || !parts.leadership.leading) return '42: no master leads';
  const agents = [...parts.agents.all()].filter(({ id }) => parts.agents.isConnected(id));
  if (agents.length < AGENTS.length)
    return `42: ${agents.length} of ${AGENTS.length} agents are back after ${simulation.elapsedMs} ms`;
  const frameworks = [...parts.frameworks.all()].filter(({ id }) => parts.frameworks.isConnected(id));
  return frameworks.length < 3 ? `42: ${frameworks.length} of 3 frameworks are back` : undefined;
}
