/**
 * A program full of emulated agents, a hundred to a node, so that the master has as many links. Its parent sends one message of options and is
 * told `{registered}`, how many agents have got their ids, ten times a second.
 */
import type { FrameworkInfo } from '../../proto/index.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { parseResources } from '../../proto/resources/index.ts';
import { listen, Pid, realPorts } from '../../runtime/index.ts';
import { EmulatedAgent } from './agent.ts';

export interface EmulationOptions {
  readonly agents: number;
  readonly tasksEach: number;
  /** Whose tasks they are, in turn. */
  readonly frameworks: number;
  readonly masterPort: number;
  readonly resources: string;
}

const AGENTS_A_NODE = 100;
const REPORT_MS = 100;

function emulatedFramework(n: number): FrameworkInfo {
  return {
    id: { value: `emulated-${n}` },
    user: 'nobody',
    name: `emulated-${n}`,
    roles: ['*'],
    checkpoint: true,
    failover_timeout: 1e6,
    capabilities: [{ type: 6 }, { type: 5 }, { type: 7 }],
  };
}

/** The frameworks that have tasks on the n-th agent. */
function frameworksOf(agent: number, tasksEach: number, all: readonly FrameworkInfo[]): FrameworkInfo[] {
  const count = Math.min(tasksEach, all.length);
  return Array.from(
    { length: count },
    (_, n) => all[(agent * count + n) % all.length] ?? emulatedFramework(0),
  );
}

async function emulate({ agents, tasksEach, masterPort, ...rest }: EmulationOptions): Promise<void> {
  const resources = parseResources(rest.resources).toMessages();
  const all = Array.from({ length: rest.frameworks }, (_, n) => emulatedFramework(n));
  const master = new Pid('master', '127.0.0.1', masterPort);
  let registered = 0;
  const onRegistered = (): void => {
    registered++;
  };
  for (let first = 0; first < agents; first += AGENTS_A_NODE) {
    const { node } = await listen({ codec: mesosCodec });
    for (let n = first; n < Math.min(first + AGENTS_A_NODE, agents); n++) {
      const name = `emulated-agent-${n}`;
      const frameworks = frameworksOf(n, tasksEach, all);
      const options = { name, resources, frameworks, tasksOnReturn: tasksEach, master, onRegistered };
      node.spawn(new EmulatedAgent(node.generateId('slave'), options));
    }
  }
  const { clock } = realPorts();
  const report = (): void => {
    process.send?.({ registered });
    clock.setTimer(REPORT_MS, report);
  };
  report();
}

process.once('message', (options) => void emulate(options as EmulationOptions));
process.once('disconnect', () => process.exit(0));
