/** `/frameworks`, and a framework as the other endpoints show it. */
import { enumName, FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import { Double, RawJson, toJsonText } from '../../../proto/json.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { executorBlock, type Json, labelsBlock, resourcesBlock, seconds, taskBlock } from './blocks.ts';
import { offeredOf } from './slaves.ts';

export function frameworksDocument(parts: MasterParts, query: URLSearchParams): Json {
  const only = query.get('framework_id');
  const blocks = (frameworks: Iterable<FrameworkRecord>) =>
    [...frameworks]
      .filter(({ id }) => only === null || only === id)
      .map((each) => frameworkBlock(parts, each));
  return {
    frameworks: blocks(parts.frameworks.all()),
    completed_frameworks: blocks(parts.frameworks.completed()),
    unregistered_frameworks: [],
  };
}

/** What every endpoint says of a framework first. */
export function frameworkHead(parts: MasterParts, framework: FrameworkRecord): Json {
  const { info } = framework.description;
  const { chart } = parts.frameworks;
  return {
    id: framework.id,
    name: info.name,
    pid: framework.connection?.pid?.toUpid(),
    used_resources: resourcesBlock(usedBy(parts, framework)),
    offered_resources: resourcesBlock(offeredOf(parts, framework)),
    capabilities: (info.capabilities ?? []).map(({ type }) => enumName(FrameworkInfoCapabilityType, type)),
    hostname: info.hostname ?? '',
    webui_url: info.webui_url ?? '',
    active: chart.hasTag(framework.id, 'active'),
    connected: chart.hasTag(framework.id, 'connected'),
    recovered: chart.matches(framework.id, 'recovered'),
  };
}

/** F: a framework, live or completed. */
export function frameworkBlock(parts: MasterParts, framework: FrameworkRecord): Json {
  const { info, roles, traits, offerConstraints } = framework.description;
  const { registeredAtMs, reregisteredAtMs, unregisteredAtMs } = framework;
  const tasks = (records: Iterable<TaskRecord>) =>
    [...records].map((record) => taskBlock(parts, record, traits));
  return {
    ...frameworkHead(parts, framework),
    user: info.user,
    failover_timeout: new Double(info.failover_timeout ?? 0),
    checkpoint: info.checkpoint ?? false,
    registered_time: seconds(registeredAtMs),
    unregistered_time: seconds(unregisteredAtMs),
    principal: info.principal,
    resources: resourcesBlock(usedBy(parts, framework).plus(offeredOf(parts, framework))),
    reregistered_time: reregisteredAtMs === undefined ? undefined : seconds(reregisteredAtMs),
    ...(traits.multiRole ? { roles } : { role: roles[0] }),
    tasks: tasks(framework.tasks.values()),
    unreachable_tasks: tasks(framework.unreachable.values()),
    completed_tasks: tasks(framework.completed.values()),
    offers: offerBlocks(parts, framework),
    executors: executorBlocks(parts, framework),
    labels: labelsBlock(info.labels),
    offer_constraints:
      offerConstraints === undefined
        ? {}
        : new RawJson(toJsonText('mesos.v1.scheduler.OfferConstraints', offerConstraints)),
  };
}

/** What a framework's tasks and executors hold, on all agents. */
export function usedBy({ agents }: MasterParts, { id }: FrameworkRecord): Resources {
  return Resources.sum([...agents.all()].flatMap((agent) => agent.used.get(id) ?? []));
}

function offerBlocks({ offers }: MasterParts, framework: FrameworkRecord): Json[] {
  return offers.listed(framework.offers).map(({ id, role, agentId, resources }) => ({
    id,
    framework_id: framework.id,
    allocation_info: { role },
    slave_id: agentId,
    resources: resourcesBlock(resources),
  }));
}

function executorBlocks({ agents }: MasterParts, { id }: FrameworkRecord): Json[] {
  return [...agents.all()].flatMap((agent) =>
    [...(agent.executors.get(id)?.values() ?? [])].map((executor) => ({
      ...executorBlock(executor.info, executor.resources),
      slave_id: agent.id,
    })),
  );
}
