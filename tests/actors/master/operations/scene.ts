/** A master with one agent that takes operations, and one framework over HTTP that was offered all the agent has. */
import {
  type AgentInfo,
  type AgentInfoCapability,
  AgentInfoCapabilityType,
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  type Offer,
  type OfferOperation,
  OperationState,
  type OperationStatus,
  type Resource,
  SchedulerCallType,
  SchedulerEventType,
} from '../../../../proto/index.ts';
import { parseResourceMessages, pushReservation, Resources } from '../../../../proto/resources/index.ts';
import { agentInfo, frameworkInfo, type Puppet, TestCluster } from '../support/cluster.ts';
import { HttpScheduler } from '../support/httpScheduler.ts';

export const PRINCIPAL = 'p';
export const ROLE = 'dev';

const Capability = AgentInfoCapabilityType;

/** All that Mesos 1.12 announces, without one. */
export function capabilities(without?: AgentInfoCapabilityType): AgentInfoCapability[] {
  return [
    Capability.MULTI_ROLE,
    Capability.HIERARCHICAL_ROLE,
    Capability.RESERVATION_REFINEMENT,
    Capability.RESOURCE_PROVIDER,
    Capability.RESIZE_VOLUME,
    Capability.AGENT_OPERATION_FEEDBACK,
    Capability.TASK_RESOURCE_LIMITS,
  ]
    .filter((type) => type !== without)
    .map((type) => ({ type }));
}

export function developer(fields: Partial<FrameworkInfo> = {}): FrameworkInfo {
  const info = frameworkInfo({ roles: [ROLE], principal: PRINCIPAL, ...fields });
  const shared = { type: FrameworkInfoCapabilityType.SHARED_RESOURCES };
  return { ...info, capabilities: [...(info.capabilities ?? []), shared] };
}

/** Version of the agent's resources, as it registered. */
export const VERSION = { value: new Uint8Array(16).fill(7) };

export interface SceneOptions {
  readonly info?: AgentInfo;
  readonly framework?: FrameworkInfo;
  readonly capabilities?: AgentInfoCapability[];
  readonly flags?: Record<string, string>;
}

export class Scene {
  readonly cluster: TestCluster;
  readonly agent: Puppet;
  readonly agentId: string;
  readonly scheduler: HttpScheduler;

  constructor(options: SceneOptions = {}) {
    this.cluster = new TestCluster(options.flags);
    this.agent = this.cluster.agent();
    this.agentId = this.cluster.register(this.agent, options.info ?? agentInfo(), {
      agent_capabilities: options.capabilities ?? capabilities(),
      resource_version_uuid: VERSION,
    });
    this.scheduler = new HttpScheduler(this.cluster, options.framework ?? developer());
    this.cluster.run(10);
  }

  get parts() {
    return this.cluster.master.parts;
  }

  get total(): Resources {
    return this.parts.agents.find(this.agentId)?.total ?? Resources.EMPTY;
  }

  get offer(): Offer {
    const offer = this.scheduler.offers.at(-1);
    if (offer === undefined) throw new Error('there is no offer');
    return offer;
  }

  accept(operations: OfferOperation[], refuse_seconds = 0, offer = this.offer): void {
    this.scheduler.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds } },
    });
  }

  /** The offers of the next batch, put together. */
  next(): Resources {
    const before = this.scheduler.offers.length;
    this.cluster.run(1100);
    return Resources.sum(
      this.scheduler.offers.slice(before).map(({ resources }) => Resources.of(resources).unallocated()),
    );
  }

  /** Statuses of operations that the framework was told, oldest first. */
  get feedback(): OperationStatus[] {
    return this.scheduler
      .all(SchedulerEventType.UPDATE_OPERATION_STATUS)
      .flatMap(({ update_operation_status: update }) => update?.status ?? []);
  }

  /** Operations that the agent was told to apply. */
  get applied() {
    return this.agent.all('mesos.internal.ApplyOperationMessage');
  }

  /** The agent has carried out an operation. @returns uuid of its update */
  report(
    operation = this.applied.at(-1),
    state: OperationState = OperationState.OPERATION_FINISHED,
    agent = this.agent,
  ): Uint8Array {
    if (operation === undefined) throw new Error('there is no operation');
    const uuid = new Uint8Array(16).fill(this.reports++ + 65);
    agent.say('mesos.internal.UpdateOperationStatusMessage', {
      framework_id: operation.framework_id,
      slave_id: { value: this.agentId },
      operation_uuid: operation.operation_uuid,
      status: { operation_id: operation.operation_info.id, state, uuid: { value: uuid } },
    });
    this.cluster.run(5);
    return uuid;
  }

  private reports = 0;

  /** Every invariant that operations could break: what is offered, used and free is all there is. */
  checkBooks(): void {
    const [error] = this.cluster.errors;
    if (error !== undefined) throw new Error(`the master logged ${JSON.stringify(error)}`);
    const { allocator } = this.parts.allocation;
    const total = allocator.total(this.agentId);
    if (!total.equals(this.total)) throw new Error(`the master says ${this.total}, the allocator ${total}`);
    const held = Resources.sum(allocator.held(this.agentId).values()).unallocated();
    const sum = allocator.available(this.agentId).nonShared().plus(held.nonShared());
    if (!sum.equals(total.nonShared())) throw new Error(`held and free are ${sum}, in all ${total}`);
  }
}

/** `cpus:1;mem:64`, dynamically reserved. */
export function reserved(text: string, role = ROLE, principal: string | undefined = PRINCIPAL): Resource[] {
  const reservation = { type: 2, role, ...(principal === '' ? {} : { principal }) } as const;
  return pushReservation(Resources.of(parseResourceMessages(text)), reservation).toMessages();
}

/** A persistent volume of reserved disk. */
export function volume(id: string, megabytes: number, more: Partial<Resource> = {}): Resource {
  const [disk] = reserved(`disk:${megabytes}`);
  if (disk === undefined) throw new Error('a volume has a size');
  return {
    ...disk,
    disk: {
      persistence: { id, principal: PRINCIPAL },
      volume: { container_path: 'data', mode: 1 },
    },
    ...more,
  };
}

export const reserve = (resources: Resource[], id?: string): OfferOperation => ({
  type: 2,
  ...named(id),
  reserve: { resources },
});
export const unreserve = (resources: Resource[], id?: string): OfferOperation => ({
  type: 3,
  ...named(id),
  unreserve: { resources },
});
export const create = (volumes: Resource[], id?: string): OfferOperation => ({
  type: 4,
  ...named(id),
  create: { volumes },
});
export const destroy = (volumes: Resource[], id?: string): OfferOperation => ({
  type: 5,
  ...named(id),
  destroy: { volumes },
});

function named(id: string | undefined): { id?: { value: string } } {
  return id === undefined ? {} : { id: { value: id } };
}
