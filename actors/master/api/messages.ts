/** Tasks, frameworks and agents as the v1 API shows them (v1-operator-api.md §2.3). */

import {
  type AgentID,
  type ExecutorInfo,
  enumNumber,
  type MasterResponseGetFrameworksFramework,
  type Resource,
  TaskState,
  type TimeInfo,
} from '../../../proto/index.ts';
import { Resources, toEndpointFormat } from '../../../proto/resources/index.ts';
import { veiledExecutor } from '../../../proto/secrets.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { summedSlowly } from './holdings.ts';
import type { Viewer } from './viewer.ts';

/** Number of a TaskState by its name. */
export function taskStateOf(name: string): TaskState {
  return (enumNumber(TaskState, name) ?? TaskState.TASK_UNKNOWN) as TaskState;
}

/** @returns puts it together when it is known what its tasks and executors hold, agent by agent */
export function frameworkMaker(
  parts: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
): (used: readonly Resources[] | undefined) => Generator<undefined, MasterResponseGetFrameworksFramework> {
  const offers = parts.offers.listed(framework.offers).filter(({ role }) => viewer.seesRole(role));
  const head = frameworkHead(parts, framework);
  const asked = parts.inverseOffers.of(framework.id);
  const { unregisteredAtMs, description } = framework;
  return function* (used = []) {
    const held = yield* summedSlowly(used);
    const offered = yield* summedSlowly(offers.map(({ resources }) => resources));
    return {
      ...head,
      unregistered_time: timeInfo(unregisteredAtMs),
      offers: offers.map(({ shown }) => shown),
      inverse_offers: asked.length === 0 ? undefined : asked,
      allocated_resources: endpointFormat(viewer.visible(held)),
      offered_resources: endpointFormat(offered),
      offer_constraints: description.offerConstraints ?? {},
    };
  };
}

/** What events tell of a framework: times that never were are 0. */
export function frameworkEventMessage(
  parts: MasterParts,
  framework: FrameworkRecord,
): MasterResponseGetFrameworksFramework {
  const { unregisteredAtMs } = framework;
  return { ...frameworkHead(parts, framework), unregistered_time: timeInfo(unregisteredAtMs ?? 0) };
}

function frameworkHead(
  { frameworks }: MasterParts,
  { id, description, registeredAtMs, reregisteredAtMs }: FrameworkRecord,
): MasterResponseGetFrameworksFramework {
  const { chart } = frameworks;
  return {
    framework_info: description.info,
    active: chart.hasTag(id, 'active'),
    connected: chart.hasTag(id, 'connected'),
    recovered: chart.matches(id, 'recovered'),
    registered_time: timeInfo(registeredAtMs),
    reregistered_time: timeInfo(reregisteredAtMs ?? registeredAtMs),
  };
}

export function executorMessage(info: ExecutorInfo, agentId: string) {
  const agent_id: AgentID = { value: agentId };
  return { executor_info: veiledExecutor(info), agent_id };
}

export function visibleMessages(resources: Resource[] | undefined, viewer: Viewer): Resource[] | undefined {
  if (resources === undefined) return undefined;
  const all = bagOf(resources);
  const visible = viewer.visible(all);
  return visible === all ? resources : visible.toMessages();
}

/** Bags and messages never change: whoever polls a large cluster sees most of them again. */
const bags = new WeakMap<readonly Resource[], Resources>();
const formatted = new WeakMap<Resources, Resource[]>();

function bagOf(resources: readonly Resource[]): Resources {
  const known = bags.get(resources);
  if (known !== undefined) return known;
  const bag = Resources.of(resources);
  bags.set(resources, bag);
  return bag;
}

export function endpointFormat(resources: Resources): Resource[] {
  const known = formatted.get(resources);
  if (known !== undefined) return known;
  const messages = resources.toMessages().map(toEndpointFormat);
  formatted.set(resources, messages);
  return messages;
}

/** Milliseconds since 1970 as nanoseconds; a double holds no more than microseconds of them, and more would be made up. */
export function timeInfo(ms: number | undefined): TimeInfo | undefined {
  return ms === undefined ? undefined : { nanoseconds: Math.round(ms * 1000) * 1000 };
}
