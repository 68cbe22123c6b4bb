/** What agents have and what of it is in use, by their own books; numbers as in failover.md §5. */
import type { AgentView } from '../../../actors/agent/agentParts.ts';
import type { Master } from '../../../actors/master/master.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { AgentMachine } from './machines.ts';

/** An agent is looked at every so many times that one could. */
const EVERY = 4;

export class AgentBooks {
  private looks = 0;

  /** 29: nothing that runs has what is not there, or what another one has. */
  look(machines: readonly AgentMachine[]): string | undefined {
    if (this.looks++ % EVERY !== 0) return undefined;
    for (const { name, agent } of machines) {
      const view = agent();
      if (view === undefined) continue;
      const used = usedOn(view);
      const { total } = view.operations;
      if (!total.contains(used)) return `29: ${used} of ${total} is in use on ${name}`;
    }
    return undefined;
  }

  /** 35: in the end master and agents agree on what is reserved, and which volumes there are. */
  differ(leader: Master | undefined, machines: readonly AgentMachine[]): string | undefined {
    for (const { id, description, total } of leader?.parts.agents.all() ?? []) {
      const view = machines.find(({ name }) => name === description.info.hostname)?.agent();
      if (view === undefined || view.host.agentId() !== id) continue;
      const own = view.operations.total.checkpointed();
      const known = total.checkpointed();
      if (!own.equals(known)) return `35: agent ${id} keeps ${own}, its master knows ${known}`;
    }
    return undefined;
  }
}

/**
 * What lives. Without what the executors of single commands have beside their tasks, which no master knows of, and without what is being
 * shut down with its framework, which counts no more for a master.
 */
function usedOn({ host: { tables }, executors }: AgentView): Resources {
  const lives = [...tables.runs.values()].filter(
    (run) => !executors.isTerminated(run) && !executors.isEnding(run),
  );
  const own = lives.filter((run) => !run.forCommandTask);
  const tasks = lives.flatMap((run) => [...run.tasks.values()].filter((task) => tables.isLive(task)));
  return Resources.of([...own, ...tasks].flatMap(({ info }) => info.resources ?? [])).unallocated();
}
