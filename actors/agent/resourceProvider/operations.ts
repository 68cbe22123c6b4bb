/**
 * Operations on what resource providers bring (agent.md §15): handed on to the provider, which carries them out, keeps what became of
 * them and tells it until it is acknowledged. The agent knows of them as long as the provider's stream is open.
 */
import type {
  AcknowledgeOperationStatusMessage,
  ApplyOperationMessage,
  ReconcileOperationsMessage,
  ReconcileOperationsMessageOperation,
  UpdateOperationStatusMessage,
} from '../../../proto/generated/types/internal.ts';
import {
  type OfferOperation,
  type Operation,
  OperationState,
  type OperationStatus,
  type ResourceProviderCallUpdateOperationStatus,
  ResourceProviderEventType,
  type UUID,
} from '../../../proto/index.ts';
import {
  conversionProblem,
  conversionsOf,
  convert,
  isSpeculative,
  mapOperationResources,
  providerOf,
  type ResourceConversion,
  Resources,
  resourcesOfOperation,
  unallocatedConversions,
  unallocatedResource,
} from '../../../proto/resources/index.ts';
import type { AgentHost } from '../host.ts';
import { keyOf } from '../operations/resourceJournal.ts';
import { isEnd, type ProviderEntry } from './entry.ts';

/** Updates of one operation that are remembered, the newest: there should be one or two. */
const STATUSES_MAX = 16;

/** Why the agent has to answer an operation itself. */
export interface NotTaken {
  readonly state: OperationState;
  readonly why: string;
}

export interface OperationProviders {
  isRegistered(): boolean;
}

export class ProviderOperations {
  private readonly host: AgentHost;
  /** A provider that brings resources, by id. */
  private readonly providing: (id: string) => ProviderEntry | undefined;
  private readonly registration: OperationProviders;

  constructor(
    host: AgentHost,
    providing: (id: string) => ProviderEntry | undefined,
    registration: OperationProviders,
  ) {
    this.host = host;
    this.providing = providing;
    this.registration = registration;
  }

  // ---- orders ---------------------------------------------------------------------------------------------------

  /** An operation on resources of a provider. @returns why it is not handed on */
  apply(message: ApplyOperationMessage): NotTaken | undefined {
    const { framework_id, operation_info: info, operation_uuid, resource_version_uuid } = message;
    const id = providerOf(info) ?? '';
    const entry = this.providing(id);
    const dropped = (why: string): NotTaken => ({ state: OperationState.OPERATION_DROPPED, why });
    if (entry?.version === undefined) return dropped(`Resource provider ${id} is not subscribed`);
    if (keyOf(resource_version_uuid.uuid.value) !== keyOf(entry.version))
      return dropped('The operation assumes outdated resource state of the resource provider');
    const key = keyOf(operation_uuid.value);
    if (entry.operations.has(key)) return undefined;
    const total = isSpeculative(info) ? totalAfter(entry.total, info) : entry.total;
    if (typeof total === 'string') return { state: OperationState.OPERATION_FAILED, why: total };
    entry.total = total;
    const latest_status: OperationStatus = {
      ...this.statusOf(id, info),
      state: OperationState.OPERATION_PENDING,
    };
    const agent_id = { value: this.host.agentId() };
    entry.operations.set(key, { framework_id, agent_id, info, latest_status, uuid: operation_uuid });
    entry.connection?.send({
      type: ResourceProviderEventType.APPLY_OPERATION,
      apply_operation: {
        framework_id,
        info,
        operation_uuid,
        resource_version_uuid: resource_version_uuid.uuid,
      },
    });
    return undefined;
  }

  /** Handed on; one whose end it was is forgotten here. */
  acknowledged({
    operation_uuid,
    status_uuid,
    resource_provider_id,
  }: AcknowledgeOperationStatusMessage): void {
    const entry = this.providing(resource_provider_id?.value ?? '');
    if (entry === undefined) {
      this.host.log.warn(
        'Nobody to take the acknowledgement of an operation: its resource provider is away',
        {
          provider_id: resource_provider_id?.value,
        },
      );
      return;
    }
    entry.connection?.send({
      type: ResourceProviderEventType.ACKNOWLEDGE_OPERATION_STATUS,
      acknowledge_operation_status: { status_uuid, operation_uuid },
    });
    const key = keyOf(operation_uuid.value);
    const last = entry.operations.get(key)?.statuses?.at(-1);
    if (isEnd(last?.state) && sameUuid(last?.uuid, status_uuid)) entry.operations.delete(key);
  }

  /**
   * Providers are asked about operations that the master waits for. What a framework asks about providers that are away is answered here.
   *
   * @param isKnown whether a provider of this id may come back
   */
  reconcile(
    { operations = [], framework_id }: ReconcileOperationsMessage,
    isKnown: (id: string) => boolean,
  ): void {
    const asked = new Map<ProviderEntry, UUID[]>();
    for (const operation of operations) {
      const id = operation.resource_provider_id?.value ?? '';
      const entry = this.providing(id);
      if (entry === undefined) this.tellAway(operation, framework_id, isKnown(id));
      else if (operation.operation_uuid !== undefined)
        asked.set(entry, [...(asked.get(entry) ?? []), operation.operation_uuid]);
      else this.tellUnknown(operation, framework_id);
    }
    for (const [{ connection }, operation_uuids] of asked)
      connection?.send({
        type: ResourceProviderEventType.RECONCILE_OPERATIONS,
        reconcile_operations: { operation_uuids },
      });
  }

  private tellAway(
    operation: ReconcileOperationsMessageOperation,
    framework_id: ReconcileOperationsMessage['framework_id'],
    known: boolean,
  ): void {
    const state = known ? OperationState.OPERATION_RECOVERING : OperationState.OPERATION_UNKNOWN;
    const message = known
      ? 'Reconciliation: the resource provider is not subscribed'
      : 'Reconciliation: the resource provider is not known';
    this.answer(operation, framework_id, state, message);
  }

  private tellUnknown(
    operation: ReconcileOperationsMessageOperation,
    framework_id: ReconcileOperationsMessage['framework_id'],
  ): void {
    const message = 'Reconciliation: Operation is unknown';
    this.answer(operation, framework_id, OperationState.OPERATION_UNKNOWN, message);
  }

  private answer(
    { operation_uuid, operation_id, resource_provider_id }: ReconcileOperationsMessageOperation,
    framework_id: ReconcileOperationsMessage['framework_id'],
    state: OperationState,
    message: string,
  ): void {
    const agent_id = { value: this.host.agentId() };
    const status = { operation_id, state, message, agent_id, resource_provider_id };
    this.send({ framework_id, operation_uuid, status, slave_id: agent_id });
  }

  // ---- what providers say ---------------------------------------------------------------------------------------

  /** UPDATE_STATE: what it does not name it never had, or has forgotten after its end; what it does it has. */
  takeOver({ operations }: ProviderEntry, told: readonly Operation[]): void {
    const named = new Map(told.map((operation) => [keyOf(operation.uuid.value), operation]));
    for (const key of [...operations.keys()]) if (!named.has(key)) operations.delete(key);
    const agent_id = { value: this.host.agentId() };
    for (const [key, operation] of named) {
      const known = operations.get(key);
      if (known === undefined) operations.set(key, { ...operation, agent_id });
      // What it has reflects the end already: that is not done again when the update comes.
      else if (isEnd(operation.latest_status.state))
        operations.set(key, { ...known, latest_status: operation.latest_status });
    }
  }

  /** UPDATE_OPERATION_STATUS, of the provider that has it. @returns what cannot be, in words; then nothing has changed */
  update(
    entry: ProviderEntry,
    { framework_id, status, latest_status, operation_uuid }: ResourceProviderCallUpdateOperationStatus,
  ): string | undefined {
    const operation = entry.operations.get(keyOf(operation_uuid.value));
    const complete = (each: OperationStatus): OperationStatus => ({
      ...each,
      operation_id: operation?.info.id ?? each.operation_id,
      agent_id: { value: this.host.agentId() },
    });
    const problem =
      operation === undefined
        ? undefined
        : this.move(entry, operation, complete(status), complete(latest_status ?? status));
    if (problem !== undefined) return problem;
    this.send({
      framework_id: framework_id ?? operation?.framework_id,
      slave_id: { value: this.host.agentId() },
      status: complete(status),
      latest_status: complete(latest_status ?? status),
      operation_uuid,
    });
    return undefined;
  }

  /** The operation itself moves on; one that ends well changes what there is, if that was not known before. */
  private move(
    entry: ProviderEntry,
    operation: Operation,
    status: OperationStatus,
    latest: OperationStatus,
  ): string | undefined {
    const { info, latest_status, statuses = [], uuid } = operation;
    const isNews = !isEnd(latest_status.state) && isEnd(latest.state);
    if (isNews && latest.state === OperationState.OPERATION_FINISHED && !isSpeculative(info)) {
      const total = convert(entry.total, [conversionOf(info, latest)]);
      if (typeof total === 'string') return total;
      entry.total = total;
    }
    const isNamed = status.uuid !== undefined && !statuses.some((each) => sameUuid(each.uuid, status.uuid));
    entry.operations.set(keyOf(uuid.value), {
      ...operation,
      latest_status: isEnd(latest_status.state) ? latest_status : latest,
      statuses: isNamed ? [...statuses, status].slice(-STATUSES_MAX) : statuses,
    });
    return undefined;
  }

  /** The agent's own word on an operation that no provider will tell of; not to be acknowledged. */
  tellEnd(providerId: string, operation: Operation, state: OperationState, message: string): void {
    const { framework_id, info, uuid } = operation;
    const status = { ...this.statusOf(providerId, info), state, message };
    this.send({
      framework_id,
      slave_id: { value: this.host.agentId() },
      status,
      latest_status: status,
      operation_uuid: uuid,
    });
  }

  private statusOf(providerId: string, info: OfferOperation): Omit<OperationStatus, 'state'> {
    return {
      operation_id: info.id,
      agent_id: { value: this.host.agentId() },
      resource_provider_id: { value: providerId },
    };
  }

  /** Lost while there is no master: providers tell again until they are acknowledged. */
  private send(message: UpdateOperationStatusMessage): void {
    if (!this.registration.isRegistered()) return;
    this.host.send(this.host.master(), 'mesos.internal.UpdateOperationStatusMessage', message);
  }
}

function totalAfter(total: Resources, info: OfferOperation): Resources | string {
  try {
    const bare = mapOperationResources(info, unallocatedResource);
    return convert(total, unallocatedConversions(conversionsOf(bare)));
  } catch (error) {
    return conversionProblem(error);
  }
}

/** Of an operation whose outcome its provider alone knows. */
function conversionOf(info: OfferOperation, { converted_resources }: OperationStatus): ResourceConversion {
  return {
    consumed: Resources.of(resourcesOfOperation(info).map(unallocatedResource)),
    converted: Resources.of(converted_resources?.map(unallocatedResource)),
  };
}

function sameUuid(one: UUID | undefined, other: UUID | undefined): boolean {
  return one !== undefined && other !== undefined && keyOf(one.value) === keyOf(other.value);
}
