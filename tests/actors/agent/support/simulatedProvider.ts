/** A resource provider of an agent in a simulated world, over HTTP as a real one. */
import {
  fromJsonText,
  type Operation,
  type OperationStatus,
  type Resource,
  type ResourceProviderCall,
  ResourceProviderCallType,
  type ResourceProviderEvent,
  ResourceProviderEventType,
  toJsonText,
  ValueType,
} from '../../../../proto/index.ts';
import { type Injected, inject } from '../../../support/http.ts';
import { JSON_HEADERS } from './operatorCalls.ts';
import type { SimulatedAgent } from './simulatedAgent.ts';

const PATH = '/slave(1)/api/v1/resource_provider';

/** A UUID that is told from others by `n`. */
export function uuidOf(n: number): { value: Uint8Array } {
  const value = new Uint8Array(16).fill(n);
  value[6] = 0x40;
  return { value };
}

export class SimulatedProvider {
  readonly info = { type: 'org.example.disks', name: 'one' };
  id = '';
  stream: Injected | undefined;
  /** Sent with each request. */
  headers: Record<string, string> = {};
  private readonly simulation: SimulatedAgent;

  constructor(simulation: SimulatedAgent) {
    this.simulation = simulation;
  }

  /** @param info as it says who it is; by default with the id that it has */
  subscribe(info: object = this.id === '' ? this.info : { ...this.info, id: { value: this.id } }): Injected {
    const { agent, world } = this.simulation;
    const body = JSON.stringify({ type: 'SUBSCRIBE', subscribe: { resource_provider_info: info } });
    this.stream = inject(agent.node, PATH, {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...this.headers },
      body: Buffer.from(body),
    });
    world.run(10);
    this.id = this.of(ResourceProviderEventType.SUBSCRIBED)[0]?.subscribed?.provider_id.value ?? this.id;
    return this.stream;
  }

  /** All that it was told on its present stream. */
  get events(): ResourceProviderEvent[] {
    const events: ResourceProviderEvent[] = [];
    let rest = this.stream?.body ?? new Uint8Array(0);
    while (rest.length > 0) {
      const at = rest.indexOf(10);
      const end = at + 1 + Number(Buffer.from(rest.subarray(0, at)).toString());
      const text = Buffer.from(rest.subarray(at + 1, end)).toString();
      events.push(fromJsonText('mesos.v1.resource_provider.Event', text) as ResourceProviderEvent);
      rest = rest.subarray(end);
    }
    return events;
  }

  of(type: ResourceProviderEventType): ResourceProviderEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  call(call: ResourceProviderCall, headers: Record<string, string> = {}): Injected {
    const { agent, world } = this.simulation;
    const stream = { 'mesos-stream-id': this.stream?.headers['Mesos-Stream-Id'] ?? '' };
    const complete = { resource_provider_id: { value: this.id }, ...call };
    const answer = inject(agent.node, PATH, {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...this.headers, ...stream, ...headers },
      body: Buffer.from(toJsonText('mesos.v1.resource_provider.Call', complete)),
    });
    world.run(10);
    return answer;
  }

  /** UPDATE_STATE. @param version of the state, one byte */
  tell(resources: Resource[], version: number, operations: Operation[] = []): Injected {
    return this.call({
      type: ResourceProviderCallType.UPDATE_STATE,
      update_state: { resources, operations, resource_version_uuid: uuidOf(version) },
    });
  }

  /** UPDATE_OPERATION_STATUS. @param n of the operation, as in `uuidOf` */
  update(n: number, status: OperationStatus): Injected {
    const resource_provider_id = { value: this.id };
    return this.call({
      type: ResourceProviderCallType.UPDATE_OPERATION_STATUS,
      update_operation_status: {
        framework_id: { value: 'framework-0000' },
        operation_uuid: uuidOf(n),
        status: { resource_provider_id, ...status },
      },
    });
  }

  /** Answers the last PUBLISH_RESOURCES. @param status `OK` or `FAILED` */
  published(status: 1 | 2): Injected {
    const { uuid } = this.of(ResourceProviderEventType.PUBLISH_RESOURCES).at(-1)?.publish_resources ?? {};
    return this.call({
      type: ResourceProviderCallType.UPDATE_PUBLISH_RESOURCES_STATUS,
      update_publish_resources_status: { uuid: uuid ?? uuidOf(0), status },
    });
  }

  disk(megabytes: number, more: Partial<Resource> = {}): Resource {
    return {
      provider_id: { value: this.id },
      name: 'disk',
      type: ValueType.SCALAR,
      scalar: { value: megabytes },
      ...more,
    };
  }
}
