/** The ways of all machines to one simulated etcd: cut off by chance, or slow. */
import { EtcdDetector } from '../../../actors/detector/index.ts';
import { EtcdElection } from '../../../actors/election/etcdElection.ts';
import { EtcdStore } from '../../../actors/election/store/etcdStore.ts';
import { versionOf } from '../../../actors/election/store/version.ts';
import type { OpenEtcd } from '../../../runtime/etcd/client.ts';
import type { Node } from '../../../runtime/index.ts';
import { SimulatedEtcd } from '../../../runtime/simulation/etcd.ts';
import type { Place, Simulation } from '../../../runtime/simulation/index.ts';
import type { Mastership } from '../cluster/machines.ts';

const PREFIX = '/mesostate/';
const SESSION_MS = 10_000;
/** How long the ways are disturbed for at most, and what a way may cost when it is slow. */
const DISTURBED_MOST_MS = 30_000;
const SLOW_MOST_MS = 20_000;
const FULL_MOST_MS = 60_000;

export interface Disturbances {
  /** Machines it may happen to; named twice, twice as often. */
  readonly names: readonly string[];
  readonly withinMs: number;
  /** How often a way is cut, and how often it is slow. */
  readonly cuts: number;
  readonly slow: number;
  /** How often etcd has no room for a while; default never. */
  readonly full?: number;
}

export class EtcdPaths {
  readonly etcd: SimulatedEtcd;
  readonly problems: string[] = [];
  private readonly simulation: Simulation;
  private readonly cut = new Set<string>();
  private readonly slow = new Map<string, number>();
  /** Writer → the key by which it claimed to lead when it wrote last. */
  private readonly claims = new Map<string, string>();
  private version = 0;

  constructor(simulation: Simulation, { names, withinMs, cuts, slow, full = 0 }: Disturbances) {
    this.simulation = simulation;
    // Its leases end a little early: clocks do not go alike.
    this.etcd = new SimulatedEtcd(simulation.ports.clock, 0.95);
    const { chance } = simulation;
    const disturb = (what: string, begin: (name: string) => void, end: (name: string) => void): void => {
      const name = names[Math.floor(chance.next() * names.length)] ?? '';
      const atMs = chance.next() * withinMs;
      simulation.at(atMs, () => {
        simulation.note(`${name} ${what}`);
        begin(name);
      });
      simulation.at(atMs + chance.next() * DISTURBED_MOST_MS, () => {
        simulation.note(`${name} reaches etcd as before`);
        end(name);
      });
    };
    for (let n = 0; n < cuts; n++)
      disturb(
        'is cut off from etcd',
        (name) => this.cut.add(name),
        (name) => this.cut.delete(name),
      );
    for (let n = 0; n < slow; n++)
      disturb(
        'reaches etcd slowly',
        (name) => this.slow.set(name, chance.next() * SLOW_MOST_MS),
        (name) => this.slow.delete(name),
      );
    for (let n = 0; n < full; n++) {
      const atMs = chance.next() * withinMs;
      simulation.at(atMs, () => {
        simulation.note('etcd is full');
        this.etcd.fill();
      });
      simulation.at(atMs + chance.next() * FULL_MOST_MS, () => {
        simulation.note('etcd has room');
        this.etcd.makeRoom();
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
      latencyMs: () => 0.5 + chance.next() * (this.slow.get(machine.name) ?? 5),
    };
    return (done) => done(this.etcd.client(path));
  }

  detector(place: Place, node: Node): EtcdDetector {
    const { clock, random } = node;
    const open = this.opener(place, node);
    return new EtcdDetector({ open, prefix: PREFIX, clock, random, log: node.loggerFor('x') });
  }

  mastership(place: Place, node: Node): Mastership {
    const { clock, random } = node;
    const open = this.opener(place, node);
    const log = node.loggerFor('master');
    const election = new EtcdElection({ open, prefix: PREFIX, sessionMs: SESSION_MS, clock, random, log });
    const writer = node.ids.uuid();
    const fence = () => {
      const { claim } = election;
      if (claim !== undefined) this.claims.set(writer, claim.key);
      return claim;
    };
    const delay = (delayMs: number, run: () => void) => clock.setTimer(delayMs, run);
    return { election, store: new EtcdStore({ open, prefix: PREFIX, fence, writer, delay }) };
  }

  /** Whether the registry has the id. */
  has(id: string): boolean {
    return this.etcd
      .find(`${PREFIX}registry/`)
      .some(({ key, value }) => key.includes(id) || Buffer.from(value).includes(id));
  }

  /** 6: the registry goes forward, and whoever wrote it last was at the head of the line when he did. */
  look(): string | undefined {
    const [stored] = this.etcd.find(`${PREFIX}registry/version`);
    if (stored === undefined) return undefined;
    const { version, writer } = versionOf(stored.value);
    if (version < this.version) return `6: the registry goes back from ${this.version} to ${version}`;
    if (version === this.version) return undefined;
    this.version = version;
    return this.writtenBy(writer);
  }

  private writtenBy(writer: string): string | undefined {
    const [first] = this.etcd.find(`${PREFIX}election/`);
    if (first === undefined || first.key !== this.claims.get(writer))
      return `6: version ${this.version} was written by ${writer}, who does not lead`;
    return undefined;
  }
}
