/** `/frameworks`, and a framework as the other endpoints show it. */
import { enumName, FrameworkInfoCapabilityType } from '../../../proto/index.ts';
import { Double, LaterJson, ListJson, RawJson, SlowJson, toJsonText } from '../../../proto/json.ts';
import type { Resources } from '../../../proto/resources/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { OfferRecord } from '../offers/record.ts';
import type { MasterParts } from '../parts.ts';
import {
  type Document,
  executorBlock,
  type Json,
  labelsBlock,
  resourcesBlock,
  seconds,
  taskJson,
} from './blocks.ts';
import { type Holding, type Holdings, holdingsOf, NOTHING_HELD, summedSlowly } from './holdings.ts';
import { Look, type TaskGroup } from './look.ts';
import type { Viewer } from './viewer.ts';

export const frameworksDocument: Document = (parts, viewer, query) => {
  const only = query.get('framework_id');
  const { frameworks, agents } = parts;
  const wanted = (all: Iterable<FrameworkRecord>) =>
    [...all].filter((each) => (only === null || only === each.id) && viewer.seesFramework(each));
  const live = wanted(frameworks.all());
  const ended = wanted(frameworks.completed());
  const look = new Look(parts, { agents: agents.all(), frameworks: [...live, ...ended] });
  const liveBlocks = frameworkBlocks(parts, live, viewer, look);
  const endedBlocks = frameworkBlocks(parts, ended, viewer, look);
  return new SlowJson(function* () {
    yield* look.take();
    const holdings = yield* holdingsOf(look.agents);
    return {
      frameworks: liveBlocks(holdings),
      completed_frameworks: endedBlocks(holdings),
      unregistered_frameworks: [],
    };
  });
};

/**
 * F: these frameworks, live or completed, as they are now; put together when what they hold is known.
 * @param look at their tasks
 */
export function frameworkBlocks(
  parts: MasterParts,
  frameworks: readonly FrameworkRecord[],
  viewer: Viewer,
  look: Look,
): (holdings: Holdings) => SlowJson[] {
  const blocks = frameworks.map((each) => [each.id, frameworkBlock(parts, each, viewer, look)] as const);
  return (holdings) => blocks.map(([id, block]) => block(holdings.get(id) ?? NOTHING_HELD));
}

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
): (holding: Holding | undefined) => Generator<undefined, Head> {
  const { info } = framework.description;
  const { chart } = parts.frameworks;
  const { id } = framework;
  const pid = framework.connection?.pid?.toUpid();
  const active = chart.hasTag(id, 'active');
  const connected = chart.hasTag(id, 'connected');
  const recovered = chart.matches(id, 'recovered');
  const offeredBags = parts.offers.listed(framework.offers).map(({ resources }) => resources);
  return function* (holding = NOTHING_HELD) {
    const used = viewer.visible(yield* summedSlowly(holding.used));
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
  look: Look,
): (holding: Holding) => SlowJson {
  const { description, registeredAtMs, reregisteredAtMs, unregisteredAtMs } = framework;
  const { info, roles, traits, offerConstraints } = description;
  const head = frameworkHead(parts, framework, viewer);
  const tasks = (group: TaskGroup) =>
    new ListJson(look.tasksOf(framework, group, viewer), (task) => taskJson(task, traits));
  const offers = parts.offers.listed(framework.offers).filter(({ role }) => viewer.seesRole(role));
  const facts = {
    user: info.user,
    failover_timeout: new Double(info.failover_timeout ?? 0),
    checkpoint: info.checkpoint ?? false,
    registered_time: seconds(registeredAtMs),
    unregistered_time: seconds(unregisteredAtMs),
    principal: info.principal,
  };
  return (holding) =>
    new SlowJson(function* () {
      const { block, used, offered } = yield* head(holding);
      return {
        ...block,
        ...facts,
        resources: resourcesBlock(used.plus(offered)),
        reregistered_time: reregisteredAtMs === undefined ? undefined : seconds(reregisteredAtMs),
        ...(traits.multiRole ? { roles } : { role: roles[0] }),
        tasks: tasks('tasks'),
        unreachable_tasks: tasks('unreachable'),
        completed_tasks: tasks('completed'),
        offers: offers.map((offer) => new LaterJson(() => offerBlock(framework, offer))),
        executors: executorBlocks(description, holding, viewer),
        labels: labelsBlock(info.labels),
        offer_constraints:
          offerConstraints === undefined
            ? {}
            : new RawJson(toJsonText('mesos.v1.scheduler.OfferConstraints', offerConstraints)),
      };
    });
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
function executorBlocks(
  description: FrameworkRecord['description'],
  { executors }: Holding,
  viewer: Viewer,
): LaterJson[] {
  return executors.map(
    ({ agentId, executor: { info, resources } }) =>
      new LaterJson(() =>
        viewer.seesExecutor({ description }, info)
          ? { ...executorBlock(info, resources), slave_id: agentId }
          : {},
      ),
  );
}
