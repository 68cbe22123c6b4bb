/**
 * A small resource provider, as an owner of disks would write one: it brings a RAW disk, makes a folder of it on CREATE_DISK, and keeps
 * what became of operations until that is acknowledged. It outlives its agent's process and comes back by itself.
 */
import { mkdirSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import {
  fromJsonText,
  type OfferOperation,
  type Operation,
  OperationState,
  RecordDecoder,
  type Resource,
  ResourceDiskInfoSourceType,
  type ResourceProviderCall,
  ResourceProviderCallType,
  type ResourceProviderEvent,
  ResourceProviderEventType,
  toJsonText,
  type UUID,
  ValueType,
} from '../../../proto/index.ts';
import {
  conversionsOf,
  convert,
  isSpeculative,
  mapOperationResources,
  Resources,
  unallocatedResource,
} from '../../../proto/resources/index.ts';
import { until } from '../../support/until.ts';

let uuids = 0;

function uuid(): UUID {
  const value = Buffer.alloc(16);
  value.writeUInt32BE(++uuids);
  value[6] = 0x40;
  return { value };
}

const keyOf = ({ value }: UUID): string => Buffer.from(value).toString('hex');

export class DiskProvider {
  readonly events: ResourceProviderEvent[] = [];
  id = '';
  total: Resources = Resources.EMPTY;
  /** By uuid: those whose end is not acknowledged. */
  readonly operations = new Map<string, Operation>();
  private readonly url: string;
  private readonly root: string;
  private readonly megabytes: number;
  private streamId = '';
  private over = false;
  private readonly stop = new AbortController();

  private constructor(url: string, root: string, megabytes: number) {
    this.url = `${url}/api/v1/resource_provider`;
    this.root = root;
    this.megabytes = megabytes;
  }

  /** @param root folder that the disk becomes @param megabytes of the disk */
  static start(t: ExecutionContext, url: string, root: string, megabytes: number): DiskProvider {
    const provider = new DiskProvider(url, root, megabytes);
    t.teardown(() => provider.end());
    void provider.live().catch(() => undefined);
    return provider;
  }

  /** Goes away for good. */
  end(): void {
    this.over = true;
    this.stop.abort();
  }

  private async live(): Promise<void> {
    // As often as its agent goes away.
    while (!this.over)
      await until('a stream', () =>
        this.subscribe().then(
          () => true,
          () => this.over,
        ),
      );
  }

  private async subscribe(): Promise<void> {
    const info = {
      type: 'org.example.disks',
      name: 'test',
      ...(this.id === '' ? {} : { id: { value: this.id } }),
    };
    const answer = await this.post(
      { type: ResourceProviderCallType.SUBSCRIBE, subscribe: { resource_provider_info: info } },
      {},
    );
    this.streamId = answer.headers.get('mesos-stream-id') ?? '';
    const decoder = new RecordDecoder();
    for await (const chunk of answer.body ?? []) {
      for (const record of decoder.push(chunk)) {
        const text = Buffer.from(record).toString();
        const event = fromJsonText('mesos.v1.resource_provider.Event', text) as ResourceProviderEvent;
        this.events.push(event);
        await this.take(event);
      }
    }
  }

  private async take(event: ResourceProviderEvent): Promise<void> {
    const { subscribed, apply_operation, publish_resources, acknowledge_operation_status } = event;
    switch (event.type) {
      case ResourceProviderEventType.SUBSCRIBED:
        if (this.id === '') {
          this.id = subscribed?.provider_id.value ?? '';
          this.total = Resources.of([this.raw()]);
        }
        await this.tell();
        return;
      case ResourceProviderEventType.APPLY_OPERATION:
        if (apply_operation === undefined) return;
        await this.carryOut(
          apply_operation.info,
          apply_operation.operation_uuid,
          apply_operation.framework_id,
        );
        return;
      case ResourceProviderEventType.PUBLISH_RESOURCES:
        await this.call({
          type: ResourceProviderCallType.UPDATE_PUBLISH_RESOURCES_STATUS,
          update_publish_resources_status: { uuid: publish_resources?.uuid ?? uuid(), status: 1 },
        });
        return;
      case ResourceProviderEventType.ACKNOWLEDGE_OPERATION_STATUS:
        this.operations.delete(keyOf(acknowledge_operation_status?.operation_uuid ?? uuid()));
        return;
      case ResourceProviderEventType.TEARDOWN:
        this.end();
    }
  }

  private raw(): Resource {
    const source = { type: ResourceDiskInfoSourceType.RAW, profile: 'folders' };
    return this.disk({ source });
  }

  private disk(disk: Resource['disk']): Resource {
    const provider_id = { value: this.id };
    const scalar = { value: this.megabytes };
    return { provider_id, name: 'disk', type: ValueType.SCALAR, scalar, ...(disk && { disk }) };
  }

  private tell(): Promise<Response> {
    return this.call({
      type: ResourceProviderCallType.UPDATE_STATE,
      update_state: {
        resources: this.total.toMessages(),
        operations: [...this.operations.values()],
        resource_version_uuid: uuid(),
      },
    });
  }

  private async carryOut(
    info: OfferOperation,
    operation_uuid: UUID,
    framework_id: Operation['framework_id'],
  ): Promise<void> {
    let converted_resources: Resource[] | undefined;
    if (isSpeculative(info)) {
      const bare = mapOperationResources(info, unallocatedResource);
      const total = convert(this.total, conversionsOf(bare));
      if (typeof total === 'string') throw new Error(total);
      this.total = total;
    } else {
      mkdirSync(this.root, { recursive: true });
      const source = { type: ResourceDiskInfoSourceType.MOUNT, id: 'folder', mount: { root: this.root } };
      converted_resources = [this.disk({ source })];
      this.total = Resources.of(converted_resources);
    }
    const latest_status = {
      operation_id: info.id,
      state: OperationState.OPERATION_FINISHED,
      converted_resources,
      uuid: uuid(),
      resource_provider_id: { value: this.id },
    };
    this.operations.set(keyOf(operation_uuid), {
      framework_id,
      info,
      latest_status,
      statuses: [latest_status],
      uuid: operation_uuid,
    });
    await this.call({
      type: ResourceProviderCallType.UPDATE_OPERATION_STATUS,
      update_operation_status: { framework_id, status: latest_status, operation_uuid },
    });
  }

  private call(call: ResourceProviderCall): Promise<Response> {
    const named = { resource_provider_id: { value: this.id }, ...call };
    return this.post(named, { 'Mesos-Stream-Id': this.streamId });
  }

  private post(call: ResourceProviderCall, headers: Record<string, string>): Promise<Response> {
    return fetch(this.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
      body: toJsonText('mesos.v1.resource_provider.Call', call),
      signal: this.stop.signal,
    });
  }
}
