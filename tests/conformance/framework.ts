/** A framework over HTTP, as the stories play it. */
import {
  type Answer,
  at,
  type EventStream,
  type Json,
  jsonCall,
  openStream,
  protobufCall,
  send,
} from './client.ts';

const CALL = 'mesos.v1.scheduler.Call';
const EVENT = 'mesos.v1.scheduler.Event';

export const ROLE = 'conformance';

export const INFO = {
  user: 'root',
  name: 'conformance',
  roles: [ROLE],
  failover_timeout: 60,
  checkpoint: true,
  capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }, { type: 'RESERVATION_REFINEMENT' }],
};

export interface Way {
  readonly binary?: boolean;
  readonly headers?: Record<string, string>;
  /** More fields of `subscribe`. */
  readonly more?: object;
}

/** Whatever comes of it. */
export function subscribe(
  master: string,
  info: object,
  { binary, headers, more }: Way = {},
): Promise<EventStream> {
  const id = at(info, 'id');
  const call = {
    type: 'SUBSCRIBE',
    ...(id === undefined ? {} : { framework_id: id }),
    subscribe: { framework_info: info, ...more },
  };
  const sent = binary === true ? protobufCall(CALL, call, headers) : jsonCall(call, headers);
  return openStream(`${master}/api/v1/scheduler`, sent, EVENT);
}

export class Framework {
  readonly id: string;
  readonly stream: EventStream;
  private readonly master: string;
  private readonly binary: boolean;

  private constructor(master: string, id: string, stream: EventStream, binary: boolean) {
    this.master = master;
    this.id = id;
    this.stream = stream;
    this.binary = binary;
  }

  static async join(master: string, info: object = INFO, way: Way = {}): Promise<Framework> {
    const stream = await subscribe(master, info, way);
    const id = String(at(await stream.first('SUBSCRIBED'), 'subscribed', 'framework_id', 'value'));
    return new Framework(master, id, stream, way.binary ?? false);
  }

  get streamId(): string {
    return String(this.stream.headers['mesos-stream-id']);
  }

  /** @param headers instead of the stream's id */
  call(type: string, body: object = {}, headers?: Record<string, string>): Promise<Answer> {
    const call = { framework_id: { value: this.id }, type, ...body };
    const given = headers ?? { 'Mesos-Stream-Id': this.streamId };
    const sent = this.binary ? protobufCall(CALL, call, given) : jsonCall(call, given);
    return send(`${this.master}/api/v1/scheduler`, sent);
  }

  private readonly taken = new Set<unknown>();

  /** An offer of so much, of that agent, that was not taken before. */
  async offer(cpus: number, agentId?: string): Promise<Json> {
    const has = (offer: unknown): boolean => {
      const resources = at(offer, 'resources');
      return (
        !this.taken.has(at(offer, 'id', 'value')) &&
        (agentId === undefined || at(offer, 'agent_id', 'value') === agentId) &&
        Array.isArray(resources) &&
        resources.some((each) => at(each, 'name') === 'cpus' && Number(at(each, 'scalar', 'value')) >= cpus)
      );
    };
    const listed = (event: Json) => at(event, 'offers', 'offers') as Json[];
    const event = await this.stream.first('OFFERS', (each) => listed(each).some(has));
    const offer = listed(event).find(has) ?? {};
    this.taken.add(at(offer, 'id', 'value'));
    return offer;
  }

  async teardown(): Promise<void> {
    if (!this.stream.ended) await this.call('TEARDOWN');
    this.stream.close();
  }

  /** With a framework that is torn down whatever comes of it. */
  static async with(
    master: string,
    play: (framework: Framework) => Promise<void>,
    info: object = INFO,
    way: Way = {},
  ): Promise<void> {
    const framework = await Framework.join(master, info, way);
    try {
      await play(framework);
    } finally {
      await framework.teardown();
    }
  }
}
