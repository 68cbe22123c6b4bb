/**
 * Operations on reservations and volumes, as an agent carries them out (agent.md §15): one after the other, each durable before
 * anybody is told of it. What cannot be done is answered, and the master, which has counted on it, is told anew what there is.
 */
import { enumName } from '../../../proto/enums.ts';
import type {
  AcknowledgeOperationStatusMessage,
  ApplyOperationMessage,
  CheckpointResourcesMessage,
  ReconcileOperationsMessage,
} from '../../../proto/generated/types/internal.ts';
import {
  type OfferOperation,
  OfferOperationType,
  type Operation,
  OperationState,
  type OperationStatus,
  type UUID,
} from '../../../proto/generated/types/v1.ts';
import {
  conversionProblem,
  conversionsOf,
  convert,
  isSpeculative,
  mapOperationResources,
  providerOf,
  Resources,
  unallocatedConversions,
  unallocatedResource,
  validateResourcesForUse,
  withCheckpointed,
} from '../../../proto/resources/index.ts';
import { agentResourcesMachine } from '../../../statecharts/agentResources.ts';
import { LiveChart } from '../../../statecharts/engine.ts';
import { type AgentHost, chartError } from '../host.ts';
import type { NotTaken } from '../resourceProvider/operations.ts';
import { OperationStreams } from './operationStreams.ts';
import { keyOf, type ResourceJournal } from './resourceJournal.ts';
import { type VolumeChanges, type VolumePort, volumeChanges } from './volumes.ts';

export interface OperationEvents {
  /** Nothing is under way: what waited may go on. */
  settled(): void;
  /** The master believes something else than is: it has to be told, under another resource version. */
  disagreed(): void;
}

/** What an agent is given of an earlier run. */
export interface StoredResources {
  readonly journal: ResourceJournal;
  readonly volumes: VolumePort;
  /** What the agent has, as the journal says, without what is unfinished. */
  readonly total: Resources;
}

/** The change that is under way. */
interface Change {
  readonly operation: Operation | undefined;
  readonly total: Resources;
  /** With the end that the operation comes to when all goes well. */
  readonly ended: Operation | undefined;
  readonly volumes: VolumeChanges;
  failure: string | undefined;
}

export class AgentOperations {
  readonly chart: LiveChart<typeof agentResourcesMachine>;
  readonly streams: OperationStreams;
  private readonly host: AgentHost;
  private readonly journal: ResourceJournal;
  private readonly volumes: VolumePort;
  private readonly events: OperationEvents;
  private present: Resources;
  private change: Change | undefined;
  private changed = 0;

  constructor(host: AgentHost, { journal, volumes, total }: StoredResources, events: OperationEvents) {
    this.host = host;
    this.journal = journal;
    this.volumes = volumes;
    this.present = total;
    this.events = events;
    this.streams = new OperationStreams(host, journal);
    this.chart = this.makeChart();
  }

  /** What the agent has in all. */
  get total(): Resources {
    return this.present;
  }

  /** Orders that count on an operation before them wait until it is done. */
  get isSettled(): boolean {
    return this.chart.hasTag('settled');
  }

  /** Counts the changes of `total`. */
  get changes(): number {
    return this.changed;
  }

  /** Whether the end of an operation is kept here: the agent answers for it. */
  hasEnd(uuid: UUID | undefined): boolean {
    return uuid !== undefined && this.streams.has(keyOf(uuid.value));
  }

  /** All that are not acknowledged, with the one under way. */
  messages(): Operation[] {
    const { operation } = this.change ?? {};
    return [...this.streams.operations(), ...(operation === undefined ? [] : [operation])];
  }

  /** A change that an earlier run of the agent did not finish is finished first. */
  recover(): void {
    const target = this.journal.unfinished;
    if (target === undefined) return;
    const started = Resources.of(this.host.info().resources);
    const total = withCheckpointed(started, Resources.of(target.resources));
    // What does not fit the agent any more is let go: nobody was told of it.
    const next = typeof total === 'string' ? this.present : total;
    const [ended] = target.operations ?? [];
    this.change = {
      operation: ended && { ...ended, statuses: [] },
      total: next,
      ended,
      volumes: volumeChanges(this.host.paths, this.present, next),
      failure: undefined,
    };
    this.host.log.info('Finishing an operation that an earlier run began', {
      operation_id: ended?.info.id?.value,
    });
    this.chart.send({ type: 'FOUND_UNFINISHED' });
  }

  stop(): void {
    this.chart.send({ type: 'STOPPED' });
    this.streams.stop();
  }

  // ---- orders ---------------------------------------------------------------------------------------------------

  /** @param version the agent's present resource version */
  apply(message: ApplyOperationMessage, version: Uint8Array): void {
    const operation = this.pending(message);
    const key = keyOf(operation.uuid.value);
    if (this.streams.has(key)) return;
    this.host.log.info('Applying an operation', {
      type: enumName(OfferOperationType, operation.info.type),
      framework_id: operation.framework_id?.value,
      operation_id: operation.info.id?.value,
    });
    const told = message.resource_version_uuid;
    const outdated = keyOf(told.uuid.value) !== keyOf(version);
    if (told.resource_provider_id !== undefined || !isSpeculative(operation.info)) {
      const text = 'The operation is not on resources of a resource provider';
      this.refuse(operation, OperationState.OPERATION_DROPPED, text);
    } else if (outdated) {
      const text = 'The operation assumes outdated resource state';
      this.refuse(operation, OperationState.OPERATION_DROPPED, text);
    } else this.carryOut(operation);
  }

  /** One on resources of a provider that it was not handed on to: its end is kept and told like that of another. */
  decline(message: ApplyOperationMessage, { state, why }: NotTaken): void {
    if (!this.streams.has(keyOf(message.operation_uuid.value)))
      this.refuse(this.pending(message), state, why);
  }

  /** Of masters that know no operations: everything that shall be kept. */
  checkpoint({ resources = [] }: CheckpointResourcesMessage): void {
    const kept = resources.map(unallocatedResource);
    const started = Resources.of(this.host.info().resources);
    const total = validateResourcesForUse(kept) ?? withCheckpointed(started, Resources.of(kept));
    if (typeof total !== 'string') {
      this.begin(undefined, total);
      return;
    }
    this.host.log.error('The master wants to keep what this agent does not have', { why: total });
    this.events.disagreed();
  }

  acknowledged({ operation_uuid, status_uuid }: AcknowledgeOperationStatusMessage): void {
    this.streams.acknowledge(operation_uuid.value, status_uuid.value);
  }

  /**
   * Operations that the master waits for. Those that are not known here were never carried out, and never will be, or their end
   * was acknowledged.
   */
  reconcile({ operations = [], framework_id }: ReconcileOperationsMessage): void {
    const { host } = this;
    const slave_id = { value: host.agentId() };
    for (const { operation_uuid, operation_id, resource_provider_id } of operations) {
      if (operation_uuid === undefined || this.streams.awaits(keyOf(operation_uuid.value))) continue;
      host.send(host.master(), 'mesos.internal.UpdateOperationStatusMessage', {
        framework_id,
        slave_id,
        operation_uuid,
        status: {
          operation_id,
          state: OperationState.OPERATION_DROPPED,
          message: 'Reconciliation: the agent does not know the operation',
          agent_id: slave_id,
          resource_provider_id,
        },
      });
    }
  }

  // ---- carrying out ---------------------------------------------------------------------------------------------

  private pending({ framework_id, operation_info, operation_uuid }: ApplyOperationMessage): Operation {
    const latest_status = this.status(operation_info, OperationState.OPERATION_PENDING);
    const agent_id = { value: this.host.agentId() };
    return { framework_id, agent_id, info: operation_info, latest_status, uuid: operation_uuid };
  }

  private status(info: OfferOperation, state: OperationState, message?: string): OperationStatus {
    const provider = providerOf(info);
    const resource_provider_id = provider === undefined ? undefined : { value: provider };
    const agent_id = { value: this.host.agentId() };
    return { operation_id: info.id, state, message, agent_id, resource_provider_id };
  }

  private carryOut(operation: Operation): void {
    const total = this.totalAfter(operation.info);
    if (typeof total === 'string') this.refuse(operation, OperationState.OPERATION_FAILED, total);
    else this.begin(operation, total);
  }

  /** @returns or why it cannot be, in words */
  private totalAfter(info: OfferOperation): Resources | string {
    try {
      const bare = mapOperationResources(info, unallocatedResource);
      const conversions = unallocatedConversions(conversionsOf(bare));
      const used = this.host.tables.used().unallocated();
      for (const { gone } of conversions) {
        for (const volume of gone ?? [])
          if (used.holders(volume) > 0) return `${Resources.of([volume])} is in use`;
      }
      return convert(this.present, conversions);
    } catch (error) {
      return conversionProblem(error);
    }
  }

  private begin(operation: Operation | undefined, total: Resources): void {
    let volumes: VolumeChanges;
    try {
      volumes = volumeChanges(this.host.paths, this.present, total);
    } catch (error) {
      const { message } = error as Error;
      if (operation !== undefined) this.refuse(operation, OperationState.OPERATION_FAILED, message);
      return;
    }
    const ended = operation && this.ended(operation, OperationState.OPERATION_FINISHED);
    this.change = { operation, total, ended, volumes, failure: undefined };
    this.chart.send({ type: 'BEGUN' });
    const state = {
      resources: total.checkpointed().toMessages(),
      operations: ended === undefined ? [] : [ended],
    };
    if (volumes.make.length + volumes.remove.length === 0)
      this.journal.state(state, this.later({ type: 'RECORDED' }));
    else this.journal.target(state, this.later({ type: 'TARGET_RECORDED' }));
  }

  /** An operation that changes nothing: who asked for it is told, and the master what there is. */
  private refuse(operation: Operation, state: OperationState, why: string): void {
    this.host.log.warn('An operation is not carried out', { operation_id: operation.info.id?.value, why });
    const ended = this.ended(operation, state, why);
    this.change = { operation, total: this.present, ended, volumes: { make: [], remove: [] }, failure: why };
    this.chart.send({ type: 'BEGUN' });
    this.journal.operation(ended, this.later({ type: 'RECORDED' }));
  }

  private ended(operation: Operation, state: OperationState, message?: string): Operation {
    const uuid = { value: this.host.ids.uuidBytes() };
    const status = { ...this.status(operation.info, state, message), uuid };
    return { ...operation, latest_status: status, statuses: [...(operation.statuses ?? []), status] };
  }

  /** When the disk has failed the agent ends, and nothing follows. */
  private later(event: Parameters<typeof this.chart.send>[0]): (error?: Error) => void {
    const send = this.host.defer(() => void this.chart.send(event));
    return (error) => {
      if (error === undefined) send();
    };
  }

  private changeVolumes(): void {
    const { change } = this;
    if (change === undefined) return;
    const changed = this.host.defer((failure: string | undefined) => {
      change.failure = failure;
      this.chart.send({ type: failure === undefined ? 'VOLUMES_CHANGED' : 'VOLUMES_FAILED' });
    });
    this.volumes.change(change.volumes, (error) => changed(error?.message));
  }

  private abandon(): void {
    const { change } = this;
    if (change === undefined) return;
    const { operation, failure } = change;
    const failed = operation && this.ended(operation, OperationState.OPERATION_FAILED, failure);
    this.host.log.error('Volumes cannot be made or removed', { why: failure });
    this.change = { ...change, total: this.present, ended: failed };
    this.journal.abandoned(failed, this.later({ type: 'RECORDED' }));
  }

  private concluded(): void {
    const { change } = this;
    this.change = undefined;
    if (change === undefined) return;
    const { total, ended, failure } = change;
    if (total !== this.present) this.changed++;
    this.present = total;
    if (ended !== undefined) this.streams.begin(ended);
    if (failure !== undefined) this.events.disagreed();
    this.events.settled();
  }

  private makeChart(): LiveChart<typeof agentResourcesMachine> {
    return new LiveChart(agentResourcesMachine, {
      onError: chartError(this.host),
      actions: {
        changeVolumes: () => this.changeVolumes(),
        commit: () => this.journal.committed(this.later({ type: 'RECORDED' })),
        abandon: () => this.abandon(),
        // The chart has settled only after this step.
        conclude: () => this.host.dispatch(() => this.concluded()),
      },
    });
  }
}
