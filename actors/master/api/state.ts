/** `/state`: all that the master knows (v1-operator-api.md §5.2). */
import { enumName, MasterInfoCapabilityType } from '../../../proto/index.ts';
import { Double, ListJson } from '../../../proto/json.ts';
import { agentSnapshot } from './agentSnapshots.ts';
import { type Document, domainBlock, seconds } from './blocks.ts';
import { frameworkBlocks } from './frameworks.ts';
import { holdingsOf } from './holdings.ts';
import { recoveredBlocks } from './slaves.ts';

export const stateDocument: Document = (parts, viewer) => {
  const { info, agents, frameworks, registrar, leadership, settings, flags, actor } = parts;
  const { build } = settings;
  const holdings = holdingsOf(parts);
  const members = Array.from(agents.all(), (agent) => agentSnapshot(parts, agent));
  const active = members.reduce((count, agent) => (agent.active ? count + 1 : count), 0);
  const leader = { id: info.id, pid: info.pid, port: info.port, hostname: info.hostname };
  return {
    version: info.version,
    git_tag: build.git_tag,
    build_date: build.build_date,
    build_time: new Double(build.build_time),
    build_user: build.build_user,
    start_time: seconds(actor.node.startedAtMs),
    elected_time: seconds(leadership.electedAtMs),
    id: info.id,
    pid: info.pid,
    hostname: info.hostname,
    capabilities: (info.capabilities ?? []).map(({ type }) => enumName(MasterInfoCapabilityType, type)),
    activated_slaves: new Double(active),
    deactivated_slaves: new Double(members.length - active),
    unreachable_slaves: new Double(registrar.registry.unreachable.size),
    domain: domainBlock(info.domain),
    leader: info.pid,
    leader_info: leader,
    cluster: viewer.seesFlags ? flags.cluster : undefined,
    flags: viewer.seesFlags ? settings.flagTexts : undefined,
    slaves: new ListJson(members, (agent) => agent.blockJson(viewer)),
    recovered_slaves: recoveredBlocks(parts),
    frameworks: frameworkBlocks(parts, frameworks.all(), viewer, holdings),
    completed_frameworks: frameworkBlocks(parts, frameworks.completed(), viewer, holdings),
    orphan_tasks: [],
    unregistered_frameworks: [],
  };
};
