/** Whom agents obey; numbers as in failover.md §5. */
import type { Delivery } from '../../../runtime/simulation/index.ts';
import type { AgentMachine } from './machines.ts';

/** Whoever asks is told that the agent is there. */
const PING = 'mesos.internal.PingSlaveMessage';

export class ObedienceWatch {
  readonly problems: string[] = [];
  /** Messages of others than the detected leader that were handled. */
  refused = 0;
  private readonly agents: () => readonly AgentMachine[];
  /** What the agent at hand has sent since it began to handle such a message. */
  private said: string[] | undefined;

  constructor(agents: () => readonly AgentMachine[]) {
    this.agents = agents;
  }

  /** 8: what a master says that is not the one an agent has detected changes nothing there. */
  handling({ name, from, to }: Delivery): (() => void) | undefined {
    if (from?.id !== 'master' || !to.id.startsWith('slave(')) return undefined;
    const machine = this.agents().find((each) => each.agent()?.host.self.equals(to));
    const leader = machine?.agent()?.host.master();
    if (machine === undefined || from.equals(leader)) return undefined;
    const before = machine.digest();
    const said: string[] = [];
    this.said = said;
    return () => {
      this.refused++;
      this.said = undefined;
      const after = machine.digest();
      const who = `8: ${name} of ${from}, while ${leader ?? 'nobody'} leads,`;
      if (after !== before) this.problems.push(`${who} changed ${machine.name}: ${before} to ${after}`);
      if (said.length > 0 && name !== PING) this.problems.push(`${who} made ${machine.name} say ${said[0]}`);
    };
  }

  sent({ name, from }: Delivery): void {
    if (from?.id.startsWith('slave(') === true) this.said?.push(name);
  }
}
