/**
 * A framework over HTTP that a test plays against a real master: one stream, and calls beside it. Updates of tasks are
 * acknowledged as often as they come.
 */
import type { ExecutionContext } from 'ava';
import {
  fromJsonText,
  RecordDecoder,
  type SchedulerCall,
  SchedulerCallType,
  type SchedulerEvent,
  SchedulerEventType,
  toJsonText,
} from '../../proto/index.ts';
import { until } from './until.ts';

const CALL = 'mesos.v1.scheduler.Call';
const EVENT = 'mesos.v1.scheduler.Event';

type Info = NonNullable<SchedulerCall['subscribe']>['framework_info'];

export class SchedulerClient {
  readonly events: SchedulerEvent[] = [];
  private readonly url: string;
  private streamId = '';
  private frameworkId = '';

  private constructor(url: string) {
    this.url = `${url}/api/v1/scheduler`;
  }

  /** Subscribes; the connection ends with the test. */
  static async subscribe(t: ExecutionContext, url: string, info: Info): Promise<SchedulerClient> {
    const client = new SchedulerClient(url);
    const end = new AbortController();
    t.teardown(() => end.abort());
    const call = {
      type: SchedulerCallType.SUBSCRIBE,
      framework_id: info.id,
      subscribe: { framework_info: info },
    };
    const answer = await client.post(call, { signal: end.signal });
    client.streamId = answer.headers.get('mesos-stream-id') ?? '';
    void client.read(answer).catch(() => undefined);
    const { subscribed } = await client.first(SchedulerEventType.SUBSCRIBED);
    client.frameworkId = subscribed?.framework_id.value ?? '';
    return client;
  }

  get id(): string {
    return this.frameworkId;
  }

  /** The first event of the type that fits. */
  first(
    type: SchedulerEventType,
    fits: (event: SchedulerEvent) => boolean = () => true,
  ): Promise<SchedulerEvent> {
    return until(
      () =>
        `an event of type ${type} after ${this.events.map(({ type: each, update }) =>
          update === undefined ? each : JSON.stringify([update.status.state, update.status.message]),
        )}`,
      () => this.events.find((event) => event.type === type && fits(event)),
    );
  }

  /** @returns status and text */
  async call(call: SchedulerCall): Promise<string> {
    const answer = await this.post({ framework_id: { value: this.frameworkId }, ...call });
    return `${answer.status} ${await answer.text()}`;
  }

  private post(call: SchedulerCall, more: RequestInit = {}): Promise<Response> {
    return fetch(this.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(this.streamId === '' ? {} : { 'Mesos-Stream-Id': this.streamId }),
      },
      body: toJsonText(CALL, call),
      ...more,
    });
  }

  private async read(answer: Response): Promise<void> {
    const decoder = new RecordDecoder();
    for await (const chunk of answer.body ?? []) {
      for (const record of decoder.push(chunk))
        this.take(fromJsonText(EVENT, Buffer.from(record).toString()) as SchedulerEvent);
    }
  }

  private take(event: SchedulerEvent): void {
    this.events.push(event);
    const { task_id, agent_id, uuid } = event.update?.status ?? {};
    if (task_id === undefined || agent_id === undefined || uuid === undefined) return;
    const acknowledge = { agent_id, task_id, uuid };
    void this.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge }).catch(() => undefined);
  }
}
