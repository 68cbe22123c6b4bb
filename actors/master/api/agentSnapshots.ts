/**
 * Agents as they are at one moment. An agent of which nothing has changed since it was last asked about has the same snapshot, with what
 * was written of it for those who may see all of it.
 */
import {
  AgentInfoCapabilityType,
  type DrainInfo,
  encodeAs,
  enumName,
  type MasterResponseGetAgentsAgent,
  toJsonText,
} from '../../../proto/index.ts';
import { jsonText, RawJson } from '../../../proto/json.ts';
import { Resources, resourcesOfProvider } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { AgentDescription, AgentRecord, ExecutorRecord } from '../agents/record.ts';
import type { MasterParts } from '../parts.ts';
import {
  attributesBlock,
  domainBlock,
  type Json,
  reservationsBlock,
  resourcesBlock,
  seconds,
} from './blocks.ts';
import { endpointFormat, timeInfo, visibleMessages } from './messages.ts';
import type { Viewer } from './viewer.ts';

const TYPE = 'mesos.v1.master.Response.GetAgents.Agent';

/** An executor, and whose it is. */
export interface HeldExecutor {
  readonly frameworkId: string;
  readonly executor: ExecutorRecord;
}

/** What an agent is shown by; each part is replaced when it changes. */
interface Facts {
  readonly description: AgentDescription;
  readonly pid: Pid;
  readonly reregisteredAtMs: number | undefined;
  readonly total: Resources;
  readonly providers: AgentRecord['providers'];
  /** Frameworks that have something on it, and what each has. */
  readonly users: readonly string[];
  readonly used: readonly Resources[];
  readonly executors: readonly HeldExecutor[];
  readonly offered: readonly Resources[];
  /** Of its chart. */
  readonly state: string | undefined;
  readonly drain: DrainInfo | undefined;
  readonly drainMs: number | undefined;
}

export class AgentSnapshot {
  readonly id: string;
  private readonly registeredAtMs: number;
  private readonly facts: Facts;
  readonly active: boolean;
  private readonly deactivated: boolean;
  private legacy: Uint8Array | undefined;
  private json: Uint8Array | undefined;
  private bytes: Uint8Array | undefined;

  constructor({ agents }: MasterParts, { id, registeredAtMs }: AgentRecord, facts: Facts) {
    this.id = id;
    this.registeredAtMs = registeredAtMs;
    this.facts = facts;
    this.active = agents.isActive(id);
    this.deactivated = !agents.chart.hasTag(id, 'schedulable');
  }

  /** Whether the agent is still as it was. */
  isOf({ agents, drains, offers }: MasterParts, agent: AgentRecord): boolean {
    const { facts } = this;
    return (
      facts.description === agent.description &&
      facts.pid === agent.pid &&
      facts.reregisteredAtMs === agent.reregisteredAtMs &&
      facts.total === agent.total &&
      facts.providers === agent.providers &&
      facts.state === agents.chart.value(agent.id) &&
      facts.drain === drains.info(agent.id) &&
      (facts.drain === undefined || facts.drainMs === drains.startedMs(agent.id)) &&
      sameItems(facts.used, agent.used.values(), agent.used.size) &&
      sameItems(facts.users, agent.used.keys(), agent.used.size) &&
      sameExecutors(facts.executors, agent) &&
      (agent.offers.size === 0
        ? facts.offered.length === 0
        : sameItems(facts.offered, offeredOn(offers, agent), agent.offers.size))
    );
  }

  /** What each framework has on it. */
  *holdings(): Generator<readonly [frameworkId: string, held: Resources], void> {
    const { users, used } = this.facts;
    for (const [at, frameworkId] of users.entries()) yield [frameworkId, used[at] ?? Resources.EMPTY];
  }

  get executors(): readonly HeldExecutor[] {
    return this.facts.executors;
  }

  get used(): Resources {
    return Resources.sum(this.facts.used);
  }

  get offered(): Resources {
    return Resources.sum(this.facts.offered);
  }

  get total(): Resources {
    return this.facts.total;
  }

  /** S: an agent that is a member, as the older endpoints show it. */
  block(viewer: Viewer): Json {
    const { active, deactivated } = this;
    const { description, pid, total, drain, drainMs, reregisteredAtMs } = this.facts;
    const { info, version, capabilities } = description;
    const seen = viewer.visible(total);
    return {
      id: this.id,
      hostname: info.hostname,
      port: info.port ?? pid.port,
      attributes: attributesBlock(info.attributes),
      domain: domainBlock(info.domain),
      pid: pid.toUpid(),
      registered_time: seconds(this.registeredAtMs),
      reregistered_time: reregisteredAtMs === undefined ? undefined : seconds(reregisteredAtMs),
      resources: resourcesBlock(seen),
      used_resources: resourcesBlock(viewer.visible(this.used)),
      offered_resources: resourcesBlock(viewer.visible(this.offered)),
      reserved_resources: reservationsBlock(seen),
      unreserved_resources: resourcesBlock(seen.unreserved()),
      active,
      deactivated,
      version,
      capabilities: capabilities.map(({ type }) => enumName(AgentInfoCapabilityType, type)),
      drain_info: drain && new RawJson(toJsonText('mesos.v1.DrainInfo', drain)),
      estimated_drain_start_time_seconds: drainMs === undefined ? undefined : Math.floor(drainMs / 1000),
    };
  }

  /** As the v1 API shows it. */
  message(viewer: Viewer): MasterResponseGetAgentsAgent {
    const { active, deactivated } = this;
    const { description, pid, total, drain, drainMs, reregisteredAtMs } = this.facts;
    return {
      agent_info: {
        ...description.info,
        resources: visibleMessages(description.info.resources, viewer),
      },
      active,
      deactivated,
      version: description.version,
      pid: pid.toUpid(),
      registered_time: timeInfo(this.registeredAtMs),
      reregistered_time: timeInfo(reregisteredAtMs),
      total_resources: endpointFormat(viewer.visible(total)),
      allocated_resources: endpointFormat(viewer.visible(this.used)),
      offered_resources: endpointFormat(viewer.visible(this.offered)),
      capabilities: [...description.capabilities],
      resource_providers: [...this.facts.providers].map(([id, { info }]) => ({
        resource_provider_info: info,
        total_resources: endpointFormat(viewer.visible(resourcesOfProvider(total, id))),
      })),
      drain_info: drain,
      estimated_drain_start_time: timeInfo(drainMs),
    };
  }

  /** The JSON of `block`. */
  blockJson(viewer: Viewer): Uint8Array {
    if (!this.isWholeTo(viewer)) return Buffer.from(jsonText(this.block(viewer)));
    this.legacy ??= Buffer.from(jsonText(this.block(viewer)));
    return this.legacy;
  }

  /** The JSON of `message`. */
  messageJson(viewer: Viewer): Uint8Array {
    if (!this.isWholeTo(viewer)) return Buffer.from(toJsonText(TYPE, this.message(viewer)));
    this.json ??= Buffer.from(toJsonText(TYPE, this.message(viewer)));
    return this.json;
  }

  /** The bytes of `message`. */
  messageBytes(viewer: Viewer): Uint8Array {
    if (!this.isWholeTo(viewer)) return encodeAs(TYPE, this.message(viewer));
    this.bytes ??= encodeAs(TYPE, this.message(viewer));
    return this.bytes;
  }

  /** Whether nothing of it is hidden from the viewer: all who see all of it read the same. */
  private isWholeTo(viewer: Viewer): boolean {
    const { total, used, offered, description } = this.facts;
    const isSeen = (bag: Resources): boolean => viewer.visible(bag) === bag;
    return (
      isSeen(total) &&
      used.every(isSeen) &&
      offered.every(isSeen) &&
      isSeen(Resources.of(description.info.resources))
    );
  }
}

const NONE: readonly never[] = [];

function sameItems(known: readonly unknown[], items: Iterable<unknown>, count: number): boolean {
  if (known.length !== count) return false;
  let at = 0;
  for (const item of items) if (item !== known[at++]) return false;
  return true;
}

function executorsOn({ executors }: AgentRecord): readonly HeldExecutor[] {
  if (executors.size === 0) return NONE;
  return [...executors].flatMap(([frameworkId, held]) =>
    Array.from(held.values(), (executor) => ({ frameworkId, executor })),
  );
}

function sameExecutors(known: readonly HeldExecutor[], agent: AgentRecord): boolean {
  if (known.length === 0 && agent.executors.size === 0) return true;
  const present = executorsOn(agent);
  const same = ({ frameworkId, executor }: HeldExecutor, at: number): boolean =>
    present[at]?.frameworkId === frameworkId && present[at]?.executor === executor;
  return present.length === known.length && known.every(same);
}

function offeredOn(offers: MasterParts['offers'], agent: AgentRecord): readonly Resources[] {
  return agent.offers.size === 0 ? NONE : offers.listed(agent.offers).map(({ resources }) => resources);
}

/** The agent as it is now. */
export function agentSnapshot(parts: MasterParts, agent: AgentRecord): AgentSnapshot {
  const known = agent.snapshot;
  if (known?.isOf(parts, agent) === true) return known;
  const { agents, drains, offers } = parts;
  const made = new AgentSnapshot(parts, agent, {
    description: agent.description,
    pid: agent.pid,
    reregisteredAtMs: agent.reregisteredAtMs,
    total: agent.total,
    providers: agent.providers,
    users: [...agent.used.keys()],
    used: [...agent.used.values()],
    executors: executorsOn(agent),
    offered: offeredOn(offers, agent),
    state: agents.chart.value(agent.id),
    drain: drains.info(agent.id),
    drainMs: drains.startedMs(agent.id),
  });
  agent.snapshot = made;
  return made;
}
