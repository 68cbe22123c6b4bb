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
import { Resources } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { AgentDescription, AgentRecord } from '../agents/record.ts';
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

/** What an agent is shown by; each part is replaced when it changes. */
interface Facts {
  readonly description: AgentDescription;
  readonly pid: Pid;
  readonly reregisteredAtMs: number | undefined;
  readonly total: Resources;
  /** By its frameworks. */
  readonly used: readonly Resources[];
  readonly offered: readonly Resources[];
  readonly active: boolean;
  readonly deactivated: boolean;
  readonly drain: DrainInfo | undefined;
  readonly drainMs: number | undefined;
}

export class AgentSnapshot {
  readonly id: string;
  private readonly registeredAtMs: number;
  private readonly facts: Facts;
  private legacy: Uint8Array | undefined;
  private json: Uint8Array | undefined;
  private bytes: Uint8Array | undefined;

  constructor({ id, registeredAtMs }: AgentRecord, facts: Facts) {
    this.id = id;
    this.registeredAtMs = registeredAtMs;
    this.facts = facts;
  }

  isOf(facts: Facts): boolean {
    return sameFacts(this.facts, facts);
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
    const { description, pid, total, active, deactivated, drain, drainMs, reregisteredAtMs } = this.facts;
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
    const { description, pid, total, active, deactivated, drain, drainMs, reregisteredAtMs } = this.facts;
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

const NONE: readonly Resources[] = [];

function sameFacts(one: Facts, other: Facts): boolean {
  return (
    one.description === other.description &&
    one.pid === other.pid &&
    one.reregisteredAtMs === other.reregisteredAtMs &&
    one.total === other.total &&
    one.active === other.active &&
    one.deactivated === other.deactivated &&
    one.drain === other.drain &&
    one.drainMs === other.drainMs &&
    sameItems(one.used, other.used) &&
    sameItems(one.offered, other.offered)
  );
}

function sameItems(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((each, i) => each === other[i]);
}

/** The agent as it is now. */
export function agentSnapshot(parts: MasterParts, agent: AgentRecord): AgentSnapshot {
  const { agents, drains, offers } = parts;
  const { id } = agent;
  const facts: Facts = {
    description: agent.description,
    pid: agent.pid,
    reregisteredAtMs: agent.reregisteredAtMs,
    total: agent.total,
    used: [...agent.used.values()],
    offered: agent.offers.size === 0 ? NONE : offers.listed(agent.offers).map(({ resources }) => resources),
    active: agents.isActive(id),
    deactivated: !agents.chart.hasTag(id, 'schedulable'),
    drain: drains.info(id),
    drainMs: drains.startedMs(id),
  };
  if (agent.snapshot?.isOf(facts) !== true) agent.snapshot = new AgentSnapshot(agent, facts);
  return agent.snapshot;
}
