/** `/state`: all that the master knows (v1-operator-api.md §5.2). */
import { enumName, MasterInfoCapabilityType } from '../../../proto/index.ts';
import { Double, ListJson, SlowJson } from '../../../proto/json.ts';
import { type Document, domainBlock, seconds } from './blocks.ts';
import { frameworkBlocks } from './frameworks.ts';
import { holdingsOf } from './holdings.ts';
import { Look } from './look.ts';
import { recoveredBlocks } from './slaves.ts';

export const stateDocument: Document = (parts, viewer) => {
  const { info, agents, frameworks, registrar, leadership, settings, flags, actor } = parts;
  const { build } = settings;
  const live = [...frameworks.all()].filter((each) => viewer.seesFramework(each));
  const ended = [...frameworks.completed()].filter((each) => viewer.seesFramework(each));
  const look = new Look(parts, { agents: agents.all(), frameworks: [...live, ...ended] });
  const liveBlocks = frameworkBlocks(parts, live, viewer, look);
  const endedBlocks = frameworkBlocks(parts, ended, viewer, look);
  const recovered = recoveredBlocks(parts);
  const leader = { id: info.id, pid: info.pid, port: info.port, hostname: info.hostname };
  const head = {
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
  };
  const unreachable = registrar.registry.unreachable.size;
  return new SlowJson(function* () {
    yield* look.take();
    const members = look.agents;
    const holdings = yield* holdingsOf(members);
    const active = members.reduce((count, agent) => (agent.active ? count + 1 : count), 0);
    return {
      ...head,
      activated_slaves: new Double(active),
      deactivated_slaves: new Double(members.length - active),
      unreachable_slaves: new Double(unreachable),
      domain: domainBlock(info.domain),
      leader: info.pid,
      leader_info: leader,
      cluster: viewer.seesFlags ? flags.cluster : undefined,
      flags: viewer.seesFlags ? settings.flagTexts : undefined,
      slaves: new ListJson(members, (agent) => agent.blockJson(viewer)),
      recovered_slaves: recovered,
      frameworks: liveBlocks(holdings),
      completed_frameworks: endedBlocks(holdings),
      orphan_tasks: [],
      unregistered_frameworks: [],
    };
  });
};
