/** `/frameworks`, and a framework as the other endpoints show it. */
import { enumName, FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import { Double, LaterJson, ListJson, RawJson, SlowJson, toJsonText } from '../../../proto/json.ts';
import type { Resources } from '../../../proto/resources/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { OfferRecord } from '../offers/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import {
  type Document,
  executorBlock,
  type Json,
  labelsBlock,
  resourcesBlock,
  seconds,
  taskJson,
} from './blocks.ts';
import { type Holding, type Holdings, holdingsOf, summedSlowly } from './holdings.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
import type { Viewer } from './viewer.ts';

export const frameworksDocument: Document = (parts, viewer, query) => {
  const only = query.get('framework_id');
  const holdings = holdingsOf(parts);
  const blocks = (frameworks: Iterable<FrameworkRecord>) =>
    frameworkBlocks(
      parts,
      [...frameworks].filter(({ id }) => only === null || only === id),
      viewer,
      holdings,
    );
  return {
    frameworks: blocks(parts.frameworks.all()),
    completed_frameworks: blocks(parts.frameworks.completed()),
    unregistered_frameworks: [],
  };
};

/** F: those of the frameworks that are seen, as they are now, live or completed. */
export function frameworkBlocks(
  parts: MasterParts,
  frameworks: Iterable<FrameworkRecord>,
  viewer: Viewer,
  holdings: Holdings,
): SlowJson[] {
  return [...frameworks]
    .filter((each) => viewer.seesFramework(each))
    .map((each) => frameworkBlock(parts, each, viewer, holdings.get(each.id) ?? NOTHING));
}

const NOTHING: Holding = { used: [], executors: [] };

/** What every endpoint says of a framework first. */
interface Head {
  readonly block: Json;
  /** What the viewer sees of what its tasks and executors hold, on all agents, and of what it is offered. */
  readonly used: Resources;
  readonly offered: Resources;
}

/** The head of a framework as it is now, put together later. */
export function frameworkHead(
  parts: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
  { used: usedBags } = NOTHING,
): () => Generator<undefined, Head> {
  const { info } = framework.description;
  const { chart } = parts.frameworks;
  const { id } = framework;
  const pid = framework.connection?.pid?.toUpid();
  const active = chart.hasTag(id, 'active');
  const connected = chart.hasTag(id, 'connected');
  const recovered = chart.matches(id, 'recovered');
  const offeredBags = parts.offers.listed(framework.offers).map(({ resources }) => resources);
  return function* () {
    const used = viewer.visible(yield* summedSlowly(usedBags));
    const offered = viewer.visible(yield* summedSlowly(offeredBags));
    const block = {
      id,
      name: info.name,
      pid,
      used_resources: resourcesBlock(used),
      offered_resources: resourcesBlock(offered),
      capabilities: (info.capabilities ?? []).map(({ type }) => enumName(FrameworkInfoCapabilityType, type)),
      hostname: info.hostname ?? '',
      webui_url: info.webui_url ?? '',
      active,
      connected,
      recovered,
    };
    return { block, used, offered };
  };
}

function frameworkBlock(
  parts: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
  holding: Holding,
): SlowJson {
  const { description, registeredAtMs, reregisteredAtMs, unregisteredAtMs } = framework;
  const { info, roles, traits, offerConstraints } = description;
  const head = frameworkHead(parts, framework, viewer, holding);
  const tasks = (records: ReadonlyMap<string, TaskRecord>): ListJson<TaskSnapshot> =>
    new ListJson(snapshotsOf(parts, framework, viewer, records), (task) => taskJson(task, traits));
  const lists = {
    tasks: tasks(framework.tasks),
    unreachable_tasks: tasks(framework.unreachable),
    completed_tasks: tasks(framework.completed),
    offers: parts.offers
      .listed(framework.offers)
      .filter(({ role }) => viewer.seesRole(role))
      .map((offer) => new LaterJson(() => offerBlock(framework, offer))),
    executors: executorBlocks(framework, holding, viewer),
  };
  return new SlowJson(function* () {
    const { block, used, offered } = yield* head();
    return {
      ...block,
      user: info.user,
      failover_timeout: new Double(info.failover_timeout ?? 0),
      checkpoint: info.checkpoint ?? false,
      registered_time: seconds(registeredAtMs),
      unregistered_time: seconds(unregisteredAtMs),
      principal: info.principal,
      resources: resourcesBlock(used.plus(offered)),
      reregistered_time: reregisteredAtMs === undefined ? undefined : seconds(reregisteredAtMs),
      ...(traits.multiRole ? { roles } : { role: roles[0] }),
      ...lists,
      labels: labelsBlock(info.labels),
      offer_constraints:
        offerConstraints === undefined
          ? {}
          : new RawJson(toJsonText('mesos.v1.scheduler.OfferConstraints', offerConstraints)),
    };
  });
}

/** Those of a framework's tasks that are seen, as they are now. */
export function snapshotsOf(
  { tasks }: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
  records: ReadonlyMap<string, TaskRecord>,
): TaskSnapshot[] {
  const seen: TaskSnapshot[] = [];
  for (const task of records.values()) if (viewer.seesTask(framework, task)) seen.push(tasks.snapshot(task));
  return seen;
}

function offerBlock(framework: FrameworkRecord, { id, role, agentId, resources }: OfferRecord): Json {
  return {
    id,
    framework_id: framework.id,
    allocation_info: { role },
    slave_id: agentId,
    resources: resourcesBlock(resources),
  };
}

/** Executors that are not seen leave an empty object, as Mesos has it. */
function executorBlocks(framework: FrameworkRecord, { executors }: Holding, viewer: Viewer): LaterJson[] {
  return executors.map(
    ({ agentId, executor: { info, resources } }) =>
      new LaterJson(() =>
        viewer.seesExecutor(framework, info) ? { ...executorBlock(info, resources), slave_id: agentId } : {},
      ),
  );
}
