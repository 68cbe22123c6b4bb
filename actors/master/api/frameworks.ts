/** `/frameworks`, and a framework as the other endpoints show it. */
import { enumName, FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import { Double, RawJson, toJsonText } from '../../../proto/json.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import {
  type Document,
  executorBlock,
  type Json,
  labelsBlock,
  resourcesBlock,
  seconds,
  taskBlock,
} from './blocks.ts';
import { type UsedByFramework, usedByFramework } from './listings.ts';
import { offeredOf } from './slaves.ts';
import type { Viewer } from './viewer.ts';

export const frameworksDocument: Document = (parts, viewer, query) => {
  const only = query.get('framework_id');
  const used = usedByFramework(parts);
  const blocks = (frameworks: Iterable<FrameworkRecord>) =>
    frameworkBlocks(
      parts,
      [...frameworks].filter(({ id }) => only === null || only === id),
      viewer,
      used,
    );
  return {
    frameworks: blocks(parts.frameworks.all()),
    completed_frameworks: blocks(parts.frameworks.completed()),
    unregistered_frameworks: [],
  };
};

/** Those of the frameworks that are seen. */
export function frameworkBlocks(
  parts: MasterParts,
  frameworks: Iterable<FrameworkRecord>,
  viewer: Viewer,
  used: UsedByFramework,
): Json[] {
  return [...frameworks]
    .filter((each) => viewer.seesFramework(each))
    .map((each) => frameworkBlock(parts, each, viewer, used));
}

/** What every endpoint says of a framework first. */
export function frameworkHead(
  parts: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
  used: UsedByFramework,
): Json {
  const { info } = framework.description;
  const { chart } = parts.frameworks;
  return {
    id: framework.id,
    name: info.name,
    pid: framework.connection?.pid?.toUpid(),
    used_resources: resourcesBlock(usedBy(framework, viewer, used)),
    offered_resources: resourcesBlock(viewer.visible(offeredOf(parts, framework))),
    capabilities: (info.capabilities ?? []).map(({ type }) => enumName(FrameworkInfoCapabilityType, type)),
    hostname: info.hostname ?? '',
    webui_url: info.webui_url ?? '',
    active: chart.hasTag(framework.id, 'active'),
    connected: chart.hasTag(framework.id, 'connected'),
    recovered: chart.matches(framework.id, 'recovered'),
  };
}

/** F: a framework, live or completed. */
function frameworkBlock(
  parts: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
  used: UsedByFramework,
): Json {
  const { info, roles, traits, offerConstraints } = framework.description;
  const { registeredAtMs, reregisteredAtMs, unregisteredAtMs } = framework;
  const tasks = (records: Iterable<TaskRecord>) =>
    [...records]
      .filter((record) => viewer.seesTask(framework, record))
      .map((record) => taskBlock(parts, record, traits));
  return {
    ...frameworkHead(parts, framework, viewer, used),
    user: info.user,
    failover_timeout: new Double(info.failover_timeout ?? 0),
    checkpoint: info.checkpoint ?? false,
    registered_time: seconds(registeredAtMs),
    unregistered_time: seconds(unregisteredAtMs),
    principal: info.principal,
    resources: resourcesBlock(
      usedBy(framework, viewer, used).plus(viewer.visible(offeredOf(parts, framework))),
    ),
    reregistered_time: reregisteredAtMs === undefined ? undefined : seconds(reregisteredAtMs),
    ...(traits.multiRole ? { roles } : { role: roles[0] }),
    tasks: tasks(framework.tasks.values()),
    unreachable_tasks: tasks(framework.unreachable.values()),
    completed_tasks: tasks(framework.completed.values()),
    offers: offerBlocks(parts, framework, viewer),
    executors: executorBlocks(parts, framework, viewer),
    labels: labelsBlock(info.labels),
    offer_constraints:
      offerConstraints === undefined
        ? {}
        : new RawJson(toJsonText('mesos.v1.scheduler.OfferConstraints', offerConstraints)),
  };
}

/** What a framework's tasks and executors hold, on all agents. */
function usedBy({ id }: FrameworkRecord, viewer: Viewer, used: UsedByFramework): Resources {
  return viewer.visible(Resources.sum(used.get(id) ?? []));
}

function offerBlocks({ offers }: MasterParts, framework: FrameworkRecord, viewer: Viewer): Json[] {
  return offers
    .listed(framework.offers)
    .filter(({ role }) => viewer.seesRole(role))
    .map(({ id, role, agentId, resources }) => ({
      id,
      framework_id: framework.id,
      allocation_info: { role },
      slave_id: agentId,
      resources: resourcesBlock(resources),
    }));
}

/** Executors that are not seen leave an empty object, as Mesos has it. */
function executorBlocks({ agents }: MasterParts, framework: FrameworkRecord, viewer: Viewer): Json[] {
  return [...agents.all()].flatMap((agent) =>
    [...(agent.executors.get(framework.id)?.values() ?? [])].map((executor) =>
      viewer.seesExecutor(framework, executor.info)
        ? { ...executorBlock(executor.info, executor.resources), slave_id: agent.id }
        : {},
    ),
  );
}
