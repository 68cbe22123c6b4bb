/** A simulated world for tests: any number of nodes in one thread, under one clock and one seed. */
import type { MemoryNetwork, MessageCodec, Node, NodeOptions, VirtualPorts } from '../../runtime/index.ts';
import { Simulation } from '../../runtime/simulation/index.ts';

export interface World {
  readonly simulation: Simulation;
  readonly ports: VirtualPorts;
  readonly network: MemoryNetwork;
  /** A node at `10.0.0.1:port`. */
  node(port: number, options?: Partial<NodeOptions>): Node;
  /** Runs what is ready to run; time stands still. */
  settle(): void;
  /** Settles, then lets time pass, settling after each timer. */
  run(ms: number): void;
}

export function simulatedWorld(seed = 7, codec?: MessageCodec): World {
  const simulation = new Simulation({ seed, ...(codec && { codec }) });
  return {
    simulation,
    ports: simulation.ports,
    network: simulation.network,
    settle: () => simulation.settle(),
    node: (port, options) => simulation.node({ host: '10.0.0.1', port }, options),
    run: (ms) => simulation.advance(ms),
  };
}
