/** A simulated world for tests: any number of nodes in one thread, under one clock and one seed. */
import {
  MemoryNetwork,
  type MessageCodec,
  Node,
  type NodeOptions,
  type VirtualPorts,
  virtualPorts,
} from '../../runtime/index.ts';

export interface World {
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
  const ports = virtualPorts(seed);
  const network = new MemoryNetwork(ports.clock);
  const queue: (() => void)[] = [];
  const turns = { soon: (run: () => void) => queue.push(run), later: (run: () => void) => queue.push(run) };
  const settle = (): void => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) run();
  };
  return {
    ports,
    network,
    settle,
    node: (port, options = {}) => {
      const address = { host: '10.0.0.1', port };
      const transport = network.transport(address);
      const node = new Node({ address, transport, ports, turns, ...(codec && { codec }), ...options });
      network.listen(address, (bind) => node.acceptor.accept(bind));
      return node;
    },
    run: (ms) => {
      settle();
      ports.clock.advance(ms, settle);
    },
  };
}
