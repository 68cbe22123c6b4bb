/**
 * The resource providers of an agent (agent.md §15): programs that bring it resources of theirs, each over a stream of its own.
 *
 * Which of them have ids is on disk; all else a provider tells anew when it subscribes, also what became of its operations.
 */
import {
  OperationState,
  type Resource,
  type ResourceProviderCallUpdateState,
  ResourceProviderEventType,
  type ResourceProviderInfo,
  type UpdateSlaveMessageResourceProvider,
} from '../../../proto/index.ts';
import {
  providersOf,
  Resources,
  resourcesOfProvider,
  unallocatedResource,
} from '../../../proto/resources/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { resourceProviderMachine } from '../../../statecharts/resourceProvider.ts';
import { type AgentHost, chartError } from '../host.ts';
import { type AdmittedProvider, keyOf, type ResourceJournal } from '../operations/resourceJournal.ts';
import type { ProviderConnection } from './connection.ts';
import { isEnd, newProvider, type ProviderEntry, type Published } from './entry.ts';
import { ProviderOperations } from './operations.ts';

/** More providers than an agent can have use for: ids are kept for ever. */
const PROVIDERS_MAX = 1000;

export interface ProviderEvents {
  /** The agent has other resources than the master knows of. */
  changed(): void;
  isRegistered(): boolean;
}

export class ResourceProviders {
  /** By the id of the provider. */
  readonly chart: ChartTable<typeof resourceProviderMachine>;
  readonly operations: ProviderOperations;
  private readonly host: AgentHost;
  private readonly journal: ResourceJournal;
  private readonly events: ProviderEvents;
  private readonly entries = new Map<string, ProviderEntry>();

  constructor(host: AgentHost, journal: ResourceJournal, events: ProviderEvents) {
    this.host = host;
    this.journal = journal;
    this.events = events;
    this.chart = new ChartTable(resourceProviderMachine, { onError: chartError(host) });
    this.operations = new ProviderOperations(host, (id) => this.providing(id), events);
    for (const { id, type = '', name = '' } of journal.providers) {
      this.entries.set(id.value, newProvider(id.value, { type, name }));
      this.chart.start(id.value);
      this.chart.step(id.value, { type: 'RECOVERED' });
    }
  }

  /** What all of them bring. */
  get total(): Resources {
    return Resources.sum(Array.from(this.entries.values(), ({ total }) => total));
  }

  /** How many have a stream. */
  get subscribed(): number {
    return [...this.entries.keys()].filter((id) => this.chart.hasTag(id, 'connected')).length;
  }

  get isFull(): boolean {
    return this.entries.size >= PROVIDERS_MAX;
  }

  /** Those that have a stream, with what they have told of. */
  connected(): ProviderEntry[] {
    return [...this.entries.values()].filter(({ id }) => this.chart.hasTag(id, 'connected'));
  }

  /** One that has a stream. */
  find(id: string): ProviderEntry | undefined {
    return this.chart.hasTag(id, 'connected') ? this.entries.get(id) : undefined;
  }

  /** One that brings resources. */
  providing(id: string): ProviderEntry | undefined {
    return this.chart.hasTag(id, 'providing') ? this.entries.get(id) : undefined;
  }

  isKnown(id: string): boolean {
    return this.entries.has(id);
  }

  /** What the master is told. */
  messages(): UpdateSlaveMessageResourceProvider[] {
    return this.connected().flatMap(({ info, total, version, operations }) =>
      version === undefined
        ? []
        : [
            {
              info,
              total_resources: total.toMessages(),
              operations: { operations: [...operations.values()] },
              resource_version_uuid: { value: version },
            },
          ],
    );
  }

  // ---- subscriptions --------------------------------------------------------------------------------------------

  /** SUBSCRIBE. One that nobody knows, or that is not who it was, has its stream closed. */
  subscribe(info: ResourceProviderInfo, connection: ProviderConnection): void {
    if (info.id === undefined) {
      this.admit(info, connection);
      return;
    }
    const id = info.id.value;
    const entry = this.entries.get(id);
    const isItself = entry?.info.type === info.type && entry.info.name === info.name;
    if (entry !== undefined && this.chart.hasTag(id, 'connected') && isItself) this.withdraw(entry);
    if (entry === undefined || !isItself || !this.chart.can(id, { type: 'SUBSCRIBED' })) {
      const why =
        entry === undefined
          ? 'it is not known'
          : isItself
            ? 'it is being marked gone'
            : 'its id is of another';
      this.host.log.warn('Turned a resource provider away', { provider_id: id, name: info.name, why });
      connection.close();
      return;
    }
    entry.info = info;
    this.chart.step(id, { type: 'SUBSCRIBED' });
    this.welcome(entry, connection);
  }

  private admit(info: ResourceProviderInfo, connection: ProviderConnection): void {
    const id = this.host.ids.uuid();
    const entry = newProvider(id, info);
    this.entries.set(id, entry);
    this.chart.start(id);
    const admitted = this.host.defer(() => {
      this.chart.step(id, { type: 'ADMITTED' });
      this.welcome(entry, connection);
    });
    this.journal.providerAdmitted(recordOf(entry), (error) => {
      if (error === undefined) admitted();
    });
  }

  private welcome(entry: ProviderEntry, connection: ProviderConnection): void {
    const { id, info } = entry;
    entry.connection = connection;
    this.host.metrics.providersSubscribed.value += 1;
    this.host.log.info('A resource provider subscribed', {
      provider_id: id,
      type: info.type,
      name: info.name,
    });
    connection.send({
      type: ResourceProviderEventType.SUBSCRIBED,
      subscribed: { provider_id: { value: id } },
    });
    if (!connection.isOpen) this.lost(connection);
  }

  /** Nobody reads the stream any more. */
  lost(connection: ProviderConnection): void {
    const entry = [...this.entries.values()].find((each) => each.connection === connection);
    if (entry === undefined) return;
    this.host.log.info('The stream of a resource provider was closed', { provider_id: entry.id });
    this.withdraw(entry);
  }

  /** What it brought is here no more; it brings it again, and what became of its operations, when it comes back. */
  private withdraw(entry: ProviderEntry): void {
    const { id, connection } = entry;
    const brought = entry.version !== undefined;
    this.clear(entry, 'its stream was closed');
    connection?.close();
    this.chart.step(id, { type: 'DISCONNECTED' });
    this.host.metrics.providersDisconnected.value += 1;
    if (brought) this.events.changed();
  }

  private clear(entry: ProviderEntry, why: string): void {
    entry.connection = undefined;
    entry.total = Resources.EMPTY;
    entry.version = undefined;
    entry.operations.clear();
    const waiting = [...entry.publishing.values()];
    entry.publishing.clear();
    for (const published of waiting) published(`Resource provider ${entry.id}: ${why}`);
  }

  /** UPDATE_STATE, its resources checked to be its own: that is all there is, whatever was told before. */
  stateTold(
    entry: ProviderEntry,
    { resources, operations, resource_version_uuid }: ResourceProviderCallUpdateState,
  ) {
    entry.total = Resources.of(resources?.map(unallocatedResource));
    entry.version = resource_version_uuid.value;
    this.operations.takeOver(entry, operations ?? []);
    this.chart.step(entry.id, { type: 'STATE_TOLD' });
    this.host.log.info('A resource provider told what it has', {
      provider_id: entry.id,
      resources: entry.total.toString(),
      operations: entry.operations.size,
    });
    this.events.changed();
  }

  // ---- publishing -----------------------------------------------------------------------------------------------

  /**
   * Has providers make ready what a container needs: each is told of all of it that is in use, so that it can be told again.
   *
   * @param needed of the container
   * @param published told once; at once when there is nothing of any provider among it
   */
  publish(needed: readonly Resource[], published: Published): void {
    const ids = providersOf(needed);
    if (ids.size === 0) {
      published();
      return;
    }
    const away = [...ids].find((id) => this.providing(id) === undefined);
    if (away !== undefined) {
      published(`Resource provider ${away} is not subscribed`);
      return;
    }
    const used = this.host.tables.used();
    const open = new Set(ids);
    const answered = (id: string): Published => {
      return (problem) => {
        if (!open.delete(id)) return;
        if (problem !== undefined) open.clear();
        if (open.size === 0) published(problem);
      };
    };
    for (const id of ids) this.sendPublish(id, resourcesOfProvider(used, id), answered(id));
  }

  private sendPublish(id: string, used: Resources, published: Published): void {
    const entry = this.providing(id);
    if (entry === undefined) {
      published(`Resource provider ${id} is not subscribed`);
      return;
    }
    const uuid = this.host.ids.uuidBytes();
    entry.publishing.set(keyOf(uuid), published);
    entry.connection?.send({
      type: ResourceProviderEventType.PUBLISH_RESOURCES,
      publish_resources: { uuid: { value: uuid }, resources: used.toMessages() },
    });
  }

  /** UPDATE_PUBLISH_RESOURCES_STATUS. @returns whether anybody waited for it */
  publishTold({ id, publishing }: ProviderEntry, uuid: Uint8Array, ok: boolean): boolean {
    const key = keyOf(uuid);
    const published = publishing.get(key);
    publishing.delete(key);
    published?.(ok ? undefined : `Resource provider ${id} could not publish them`);
    return published !== undefined;
  }

  // ---- removal --------------------------------------------------------------------------------------------------

  /**
   * MARK_RESOURCE_PROVIDER_GONE.
   *
   * @param done told when it is on disk; at once for one that is not here and so cannot come back
   * @returns why it cannot be, in words
   */
  remove(id: string, done: () => void): string | undefined {
    const entry = this.entries.get(id);
    if (entry !== undefined && entry.whenGone.length > 0) {
      entry.whenGone.push(done);
      return undefined;
    }
    if (entry === undefined || !this.chart.hasTag(id, 'removable')) {
      done();
      return undefined;
    }
    if (!entry.total.isEmpty)
      return `Could not mark resource provider '${id}' as gone: Resource provider has resources`;
    this.chart.step(id, { type: 'REMOVAL_REQUESTED' });
    entry.whenGone.push(done);
    const removed = this.host.defer(() => {
      this.removed(entry);
      for (const told of entry.whenGone.splice(0)) told();
    });
    this.journal.providerRemoved(recordOf(entry), (error) => {
      if (error === undefined) removed();
    });
    return undefined;
  }

  private removed(entry: ProviderEntry): void {
    const { id, connection, operations } = entry;
    connection?.send({ type: ResourceProviderEventType.TEARDOWN });
    for (const operation of operations.values()) {
      if (isEnd(operation.latest_status.state)) continue;
      const message = 'The resource provider was removed before it told of the end of the operation';
      this.operations.tellEnd(id, operation, OperationState.OPERATION_GONE_BY_OPERATOR, message);
    }
    const brought = entry.version !== undefined;
    this.clear(entry, 'it was marked gone');
    connection?.close();
    this.chart.step(id, { type: 'REMOVED' });
    this.chart.stop(id);
    this.entries.delete(id);
    this.host.log.info('A resource provider is marked gone', { provider_id: id });
    if (brought) this.events.changed();
  }
}

function recordOf({ id, info: { type, name } }: ProviderEntry): AdmittedProvider {
  return { id: { value: id }, type, name };
}
