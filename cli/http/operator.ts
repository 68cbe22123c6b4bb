/** The v1 operator APIs of masters and agents, in protobuf, typed (v1-operator-api.md). */

import { DecodeError } from '../../proto/codec.ts';
import {
  type AgentCall,
  type AgentResponse,
  type MasterCall,
  MasterCallType,
  type MasterEvent,
  type MasterResponse,
} from '../../proto/index.ts';
import { fromJson } from '../../proto/json.ts';
import { JSON_TYPE, PROTOBUF_TYPE, readMessage, writeMessage } from '../../proto/mediaTypes.ts';
import { RecordDecoder } from '../../proto/recordio.ts';
import type { Clock } from '../../runtime/ports.ts';
import { Problem } from '../problem.ts';
import { type Access, HttpClient } from './client.ts';

const HEADERS = { 'Content-Type': PROTOBUF_TYPE, Accept: PROTOBUF_TYPE };

/** The leading master. */
export class MasterApi {
  readonly http: HttpClient;

  /** @param find tells where a master is, the leading one if it can */
  constructor(find: () => Promise<URL>, access: Access, clock: Clock) {
    this.http = new HttpClient('master', find, access, clock);
  }

  /** @throws Problem with what the master said */
  async call(call: MasterCall): Promise<MasterResponse> {
    const body = writeMessage('mesos.v1.master.Call', PROTOBUF_TYPE, call);
    const answer = await this.http.ask({ method: 'POST', path: '/api/v1', headers: HEADERS, body });
    return understood(this.http, () => readMessage('mesos.v1.master.Response', PROTOBUF_TYPE, answer.body));
  }

  /** A call that is done or refused, and has nothing to tell. */
  async perform(call: MasterCall): Promise<void> {
    const body = writeMessage('mesos.v1.master.Call', PROTOBUF_TYPE, call);
    await this.http.ask({ method: 'POST', path: '/api/v1', headers: HEADERS, body });
  }

  /**
   * Follows what happens.
   *
   * @param from where to go on, as `LOG:INDEX`; `*` for now, with a snapshot first. What the master has no more of begins anew
   * @throws Problem as `call`
   */
  async subscribe(from: string): Promise<EventStream> {
    const body = writeMessage('mesos.v1.master.Call', JSON_TYPE, { type: MasterCallType.SUBSCRIBE });
    const headers = { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE, [INDEX_HEADER]: from };
    const response = await this.http.open({ method: 'POST', path: '/api/v1', headers, body });
    const begin = response.headers[INDEX_HEADER.toLowerCase()];
    // Apache Mesos knows no indexes: its streams cannot be resumed.
    const log = typeof begin === 'string' ? begin.split(':')[0] : undefined;
    return { log, events: readEvents(response), close: () => response.destroy() };
  }
}

/** A header of Mesostate's own; streams of masters that know it can be resumed. */
const INDEX_HEADER = 'Mesostate-Event-Index';

export interface EventStream {
  /** Whose indexes the events carry; undefined when they carry none. */
  readonly log: string | undefined;
  readonly events: AsyncGenerator<IndexedEvent>;
  /** Hears no more: an open stream would keep the program alive. */
  close(): void;
}

export interface IndexedEvent {
  readonly index: number | undefined;
  readonly event: MasterEvent;
}

async function* readEvents(response: AsyncIterable<unknown>): AsyncGenerator<IndexedEvent> {
  const decoder = new RecordDecoder();
  const text = new TextDecoder();
  try {
    for await (const chunk of response) {
      for (const record of decoder.push(chunk as Uint8Array)) {
        const { index, ...document } = JSON.parse(text.decode(record)) as { index?: number };
        yield { index, event: fromJson('mesos.v1.master.Event', document) as MasterEvent };
      }
    }
  } catch (error) {
    // A master that ends breaks its streams: the reader sees the end, and may come back.
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
}

/** One agent. */
export class AgentApi {
  readonly http: HttpClient;

  constructor(origin: URL, access: Access, clock: Clock) {
    this.http = new HttpClient('agent', origin, access, clock);
  }

  /** @throws Problem with what the agent said */
  async call(call: AgentCall): Promise<AgentResponse> {
    const body = writeMessage('mesos.v1.agent.Call', PROTOBUF_TYPE, call);
    const answer = await this.http.ask({ method: 'POST', path: '/api/v1', headers: HEADERS, body });
    return understood(this.http, () => readMessage('mesos.v1.agent.Response', PROTOBUF_TYPE, answer.body));
  }

  /** A call that is done or refused, and has nothing to tell. */
  async perform(call: AgentCall): Promise<void> {
    const body = writeMessage('mesos.v1.agent.Call', PROTOBUF_TYPE, call);
    await this.http.ask({ method: 'POST', path: '/api/v1', headers: HEADERS, body });
  }
}

/** What reads as nothing that this kind of server says: agents take calls at the same place, in other words. */
async function understood<T>(client: HttpClient, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { host } = await client.origin();
    throw new Problem(`what answers at ${host} is no ${client.what}: ${error.message}`);
  }
}

/** What an answer must hold. @throws Problem when it does not: the server is of another kind */
export function part<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new Problem(`the answer lacks ${name}: is this a master of Mesos or Mesostate?`);
  return value;
}
