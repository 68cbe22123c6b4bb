/** `/leadership`: who leads, in what state this master is, and how many of the former agents are back after a failover. */
import type { MasterParts } from '../parts.ts';
import type { Json } from './blocks.ts';
import { seconds } from './blocks.ts';
import { registryBlock } from './why.ts';

/** Also of a master that waits: `state` is its chart's, `leader` the leading master as far as it is known. */
export function leadershipDocument(parts: MasterParts): Json {
  const { leadership, info, agents } = parts;
  const { leader, recovery } = leadership;
  return {
    id: info.id,
    state: leadership.chart.value,
    leading: leadership.leading,
    elected_time: seconds(leadership.electedAtMs),
    leader: leader === undefined ? undefined : { id: leader.id, pid: leader.pid, hostname: leader.hostname },
    recovery: {
      agents: recovery.agents,
      settled: recovery.settled,
      awaited: leadership.leading ? agents.awaited : 0,
    },
    registry_held_up: registryBlock(parts),
  };
}
