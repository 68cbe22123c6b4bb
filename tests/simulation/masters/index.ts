/** Three real masters over a simulated etcd, two agents and a driver, while all of them fail and are cut off from etcd. */
import { EtcdDetector } from '../../../actors/detector/index.ts';
import { EtcdElection } from '../../../actors/election/etcdElection.ts';
import { EtcdStore } from '../../../actors/election/store/etcdStore.ts';
import { versionOf } from '../../../actors/election/store/version.ts';
import type { Master } from '../../../actors/master/master.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { OpenEtcd } from '../../../runtime/etcd/client.ts';
import type { Node } from '../../../runtime/index.ts';
import { SimulatedEtcd } from '../../../runtime/simulation/etcd.ts';
import type { Place, Scenario, Simulation } from '../../../runtime/simulation/index.ts';
import { Auditor, partsOf } from '../cluster/audit.ts';
import { Book } from '../cluster/book.ts';
import { startFrameworkMachine } from '../cluster/framework.ts';
import { startAgentMachine, startMasterMachine } from '../cluster/machines.ts';
import { OfferWatch } from '../cluster/offerLives.ts';
import { UpdateWatch } from '../cluster/updates.ts';

const STORM_MS = 120_000;
const AUDIT_STEPS = 16;
const PREFIX = '/mesostate/';
const SESSION_MS = 10_000;
const MASTERS = ['master-1', 'master-2', 'master-3'];
const OTHERS = ['agent-1', 'agent-2', 'framework'];
/** How often a machine is cut off from etcd, and for how long at most. */
const CUTS = 6;
const CUT_MAX_MS = 30_000;

/** The ways of all machines to one etcd. */
class EtcdPaths {
  readonly etcd: SimulatedEtcd;
  private readonly simulation: Simulation;
  private readonly cut = new Set<string>();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    // Its leases end a little early: clocks do not go alike.
    this.etcd = new SimulatedEtcd(simulation.ports.clock, 0.95);
    const { chance } = simulation;
    const names = [...MASTERS, ...MASTERS, ...OTHERS];
    for (let n = 0; n < CUTS; n++) {
      const name = names[Math.floor(chance.next() * names.length)] ?? 'master-1';
      const atMs = chance.next() * STORM_MS;
      simulation.at(atMs, () => {
        simulation.note(`${name} is cut off from etcd`);
        this.cut.add(name);
      });
      simulation.at(atMs + chance.next() * CUT_MAX_MS, () => {
        simulation.note(`${name} reaches etcd again`);
        this.cut.delete(name);
      });
    }
  }

  opener({ machine }: Place, node: Node): OpenEtcd {
    const { chance } = this.simulation;
    const { starts } = machine;
    const path = {
      clock: node.clock,
      // A program that is dead asks nothing more.
      open: () => machine.up && machine.starts === starts && !this.cut.has(machine.name),
      latencyMs: () => 0.5 + chance.next() * 5,
    };
    return (done) => done(this.etcd.client(path));
  }

  detector(place: Place, node: Node): EtcdDetector {
    const { clock, random } = node;
    return new EtcdDetector({
      open: this.opener(place, node),
      prefix: PREFIX,
      clock,
      random,
      log: node.loggerFor('x'),
    });
  }

  mastership(place: Place, node: Node) {
    const { clock, random } = node;
    const open = this.opener(place, node);
    const log = node.loggerFor('master');
    const election = new EtcdElection({ open, prefix: PREFIX, sessionMs: SESSION_MS, clock, random, log });
    const store = new EtcdStore({
      open,
      prefix: PREFIX,
      fence: () => election.claim,
      writer: node.ids.uuid(),
    });
    return { election, store };
  }

  /** Of the registry in etcd. */
  get version(): number {
    const stored = this.etcd.find(`${PREFIX}registry/version`)[0];
    return stored === undefined ? 0 : versionOf(stored.value).version;
  }
}

export const mastersScenario: Scenario = {
  name: 'masters',
  codec: mesosCodec,
  nodes: [...MASTERS, ...OTHERS],
  kinds: ['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'delay', 'pause'],
  faultsMost: 10,
  stormMs: STORM_MS,
  calmMs: 1_500_000,
  play: (simulation) => {
    const book = new Book();
    const paths = new EtcdPaths(simulation);
    const masters = new Map<string, Master>();
    for (const name of MASTERS) {
      startMasterMachine(
        simulation,
        (master) => masters.set(name, master),
        name,
        (place, node) => paths.mastership(place, node),
      );
    }
    const detector = (place: Place, node: Node) => paths.detector(place, node);
    const machines = ['agent-1', 'agent-2'].map((name) => startAgentMachine(simulation, name, { detector }));
    startFrameworkMachine(simulation, book, {
      launches: () => simulation.elapsedMs < STORM_MS,
      masterOf: detector,
    });
    const watches = [new UpdateWatch(simulation), new OfferWatch()];
    simulation.observe((delivery) => {
      for (const watch of watches) watch.see(delivery);
    });
    let elected = new Set<string>();
    const leaders = () =>
      [...masters].filter(
        ([name, master]) => simulation.machine(name).up && partsOf(master)?.leadership.leading === true,
      );
    simulation.invariant('what is told (1, 11, 12, 20 to 25, 36, 39, 40)', () => {
      for (const { problems } of [book, ...watches]) if (problems.length > 0) return problems[0];
      return undefined;
    });
    simulation.invariant('one leads', () => {
      const now = leaders();
      for (const [, master] of now) elected = elected.add(master.parts.info.id);
      return now.length > 1 ? `${now.map(([name]) => name).join(' and ')} lead` : undefined;
    });
    let version = 0;
    simulation.invariant('the registry goes forward (6)', () => {
      const before = version;
      version = paths.version;
      return version < before ? `from ${before} to ${version}` : undefined;
    });
    const auditor = new Auditor();
    simulation.invariant('the books of the leader (2, 3, 4, 9, 28 to 31, 34)', () => {
      if (simulation.steps % AUDIT_STEPS !== 0) return undefined;
      const [leader] = leaders();
      return leader === undefined ? undefined : auditor.look(leader[1], simulation.elapsedMs);
    });
    return () =>
      book.unfinished() ??
      book.neverRan((task) => machines.some(({ tasks }) => tasks.has(task))) ??
      (leaders().length === 1 ? undefined : 'nobody leads in the end') ??
      (book.launched < 10 ? `only ${book.launched} tasks were launched` : undefined);
  },
};
