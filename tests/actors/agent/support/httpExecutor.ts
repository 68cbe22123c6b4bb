/** An executor over HTTP that a test plays by hand, without a socket; and what a recorded one of Mesos said. */
import {
  type ExecutorCall,
  type ExecutorEvent,
  ExecutorEventType,
  enumName,
  fromJsonText,
  RecordDecoder,
  toJsonText,
} from '../../../../proto/index.ts';
import type { HttpRequest } from '../../../../runtime/index.ts';
import { type Injected, inject } from '../../../support/http.ts';
import type { SimulatedAgent } from './simulatedAgent.ts';

export const EXECUTOR_PATH = '/slave(1)/api/v1/executor';
export const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

const IDS = { executor_id: { value: 'custom' }, framework_id: { value: 'framework-0000' } };

type Rest = Partial<Pick<HttpRequest, 'method' | 'headers' | 'body'>>;

/** Posts a call, or any other request. */
export function post(
  { agent, world }: SimulatedAgent,
  call: Partial<ExecutorCall>,
  more: Rest = {},
): Injected {
  const body = Buffer.from(toJsonText('mesos.v1.executor.Call', { ...IDS, ...call }));
  const answer = inject(agent.node, EXECUTOR_PATH, { method: 'POST', headers: JSON_HEADERS, body, ...more });
  world.settle();
  return answer;
}

/** The events of a stream so far. */
export function eventsOf({ body }: Injected): ExecutorEvent[] {
  return new RecordDecoder()
    .push(body)
    .map(
      (record) => fromJsonText('mesos.v1.executor.Event', Buffer.from(record).toString()) as ExecutorEvent,
    );
}

export function typesOf(stream: Injected): string[] {
  return eventsOf(stream).map(({ type }) => enumName(ExecutorEventType, type ?? 0));
}
