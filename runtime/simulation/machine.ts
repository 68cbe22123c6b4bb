/** A machine of a simulated world: an address, a disk that outlives its nodes, and the node that runs now. */
import type { Node } from '../node.ts';
import type { NodeOptions } from '../nodeOptions.ts';
import type { Address } from '../pid.ts';
import type { Disk } from '../storage/disk.ts';
import { SimulatedDisk } from './disk.ts';
import { NodeClock, NodeGate } from './place.ts';
import type { Simulation } from './simulation.ts';

/** What a program finds when it is started on a machine. */
export interface Place {
  readonly machine: Machine;
  /** Makes the node; once. */
  node(options?: Partial<NodeOptions>): Node;
  readonly disk: Disk;
  /** The program ends by itself, as `process.exit` would; started again after so long, or never. */
  exit(restartAfterMs?: number): void;
}

/** A program: makes a node and spawns its processes. What it throws goes to whoever started it. */
export type Boot = (place: Place) => void;

interface Running {
  readonly gate: NodeGate;
  readonly node: Node;
}

export class Machine {
  readonly name: string;
  readonly address: Address;
  readonly storage: SimulatedDisk;
  /** By how much its wall clock is ahead of the world's. Timers do not mind. */
  clockOffsetMs = 0;
  /** Nodes started so far. */
  starts = 0;
  /** Times it lost power: what differs from a program's last start was booted since. */
  powerCuts = 0;
  private readonly simulation: Simulation;
  private program: Boot;
  private life: Running | undefined;
  private powerLost = false;

  constructor(simulation: Simulation, name: string, address: Address, program: Boot) {
    this.simulation = simulation;
    this.name = name;
    this.address = address;
    this.program = program;
    this.storage = new SimulatedDisk(simulation.ports.clock, simulation.chance);
  }

  get up(): boolean {
    return this.life !== undefined;
  }

  get running(): Running | undefined {
    return this.life;
  }

  /** @throws Error when it is down */
  get node(): Node {
    if (this.life === undefined) throw new Error(`${this.name} is down`);
    return this.life.node;
  }

  bootWith(program: Boot): void {
    this.program = program;
  }

  /** Starts the program; nothing happens when it runs. */
  boot(): void {
    if (this.life !== undefined) return;
    const { simulation } = this;
    const gate = new NodeGate();
    const clock = new NodeClock(simulation.ports.clock, gate, () => this.clockOffsetMs);
    this.storage.restart(gate.pass, this.powerLost);
    this.powerLost = false;
    this.starts++;
    simulation.note(`${this.name} starts`);
    this.program({
      machine: this,
      node: (options) => {
        const node = simulation.node(this.address, options, { gate, clock });
        this.life = { gate, node };
        return node;
      },
      disk: this.storage.open(),
      exit: (restartAfterMs) => this.exitSoon(gate, restartAfterMs),
    });
  }

  crash(powerCut: boolean): void {
    if (this.life === undefined) return;
    this.simulation.note(`${this.name} ${powerCut ? 'loses power' : 'crashes'}`);
    this.life.gate.kill();
    this.life = undefined;
    this.powerLost = powerCut;
    if (powerCut) this.powerCuts++;
    this.simulation.network.drop(this.address, { silent: powerCut });
  }

  pause(): void {
    this.simulation.note(`${this.name} stands still`);
    this.life?.gate.shut();
  }

  resume(): void {
    this.simulation.note(`${this.name} goes on`);
    this.life?.gate.open();
  }

  jumpClock(ms: number): void {
    this.simulation.note(`the clock of ${this.name} jumps by ${ms} ms`);
    this.clockOffsetMs += ms;
  }

  private exitSoon(gate: NodeGate, restartAfterMs: number | undefined): void {
    this.simulation.at(0, () => {
      if (this.life?.gate !== gate) return;
      this.crash(false);
      if (restartAfterMs !== undefined) this.simulation.at(restartAfterMs, () => this.boot());
    });
  }
}
