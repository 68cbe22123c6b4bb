/** `/state`: all that the master knows (v1-operator-api.md §5.2). */
import { enumName, MasterInfoCapabilityType } from '../../../proto/index.ts';
import { Double } from '../../../proto/json.ts';
import type { MasterParts } from '../parts.ts';
import { type Json, seconds } from './blocks.ts';
import { frameworkBlock } from './frameworks.ts';
import { agentBlock, recoveredBlocks } from './slaves.ts';

export function stateDocument(parts: MasterParts): Json {
  const { info, agents, frameworks, registrar, leadership, settings, flags, actor } = parts;
  const { build } = settings;
  const members = [...agents.all()];
  const active = members.filter(({ id }) => agents.isActive(id)).length;
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
    leader: info.pid,
    leader_info: leader,
    cluster: flags.cluster,
    flags: settings.flagTexts,
    slaves: members.map((agent) => agentBlock(parts, agent)),
    recovered_slaves: recoveredBlocks(parts),
    frameworks: [...frameworks.all()].map((framework) => frameworkBlock(parts, framework)),
    completed_frameworks: [...frameworks.completed()].map((framework) => frameworkBlock(parts, framework)),
    orphan_tasks: [],
    unregistered_frameworks: [],
  };
}
