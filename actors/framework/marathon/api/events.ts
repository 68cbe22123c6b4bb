/** `/v2/events` and `/v2/eventSubscriptions` (spec: marathon.md §8). */
import type { HttpReply } from '../../../../runtime/index.ts';
import { ApiError } from '../errors.ts';
import type { MarathonEvent } from '../events/bus.ts';
import type { Marathon } from '../marathon.ts';
import { wrongMethod } from './apps.ts';
import { type Answer, type Call, frameOf } from './call.ts';

/** So that a client who is gone is noticed, and proxies keep the connection. */
const KEEP_ALIVE_MS = 10_000;

/** Opens the stream. @throws ApiError 406 */
export function streamEvents(
  marathon: Marathon,
  call: Call,
  reply: HttpReply,
  headers: Readonly<Record<string, string>>,
): void {
  if (call.method !== 'GET') wrongMethod(call, 'GET');
  const accept = call.request.headers['accept'] ?? '*/*';
  if (!/text\/event-stream|\*\/\*|text\/\*/.test(accept))
    throw new ApiError(406, 'This is a stream of events: accept text/event-stream');
  const { events, context, settings, metrics } = marathon;
  const types = new Set(call.all('event_type'));
  const light = call.query('plan-format') === 'light';
  const { extended } = call;
  const wants = (event: MarathonEvent): boolean =>
    types.size === 0 ? extended || !event.extension : types.has(event.type);
  const lastId = call.request.headers['last-event-id'];
  const missed = lastId === undefined ? [] : events.since(lastId);
  const stream = reply.stream(200, {
    ...headers,
    'Content-Type': 'text/event-stream;charset=UTF-8',
    ...(lastId !== undefined && { 'Marathon-Events-Missed': String(missed === undefined) }),
  });
  // Events that a slow reader has not taken yet.
  let waiting = 0;
  const write = (event: MarathonEvent): void => {
    if (!wants(event)) return;
    const frame = frameOf(event, events.epoch, light);
    waiting++;
    metrics.streamed(frame.length);
    if (waiting > settings.eventStreamMax) stream.end();
    else if (stream.write(frame))
      void stream.drained().then(() => {
        waiting--;
      });
  };
  for (const event of missed ?? []) write(event);
  const leave = events.follow(write);
  const beat = (): void => {
    if (!stream.open) return;
    stream.write('\r\n');
    context.delay(KEEP_ALIVE_MS, beat);
  };
  const remoteAddress = call.clientIp;
  stream.onClose(
    context.defer(() => {
      leave();
      events.publish('event_stream_detached', { remoteAddress });
    }),
  );
  beat();
  events.publish('event_stream_attached', { remoteAddress });
}

export function subscriptionsRoute({ callbacks, events, nowText }: Marathon, call: Call): Answer {
  if (!callbacks.enabled)
    throw new ApiError(
      400,
      'http event callback system is not running on this Marathon instance. Please re-start this instance with "--event_subscriber http_callback".',
    );
  if (call.method === 'GET') return { body: { callbackUrls: callbacks.urls } };
  const callbackUrl = call.query('callbackUrl') ?? '';
  if (!canBeCalled(callbackUrl))
    throw new ApiError(
      400,
      `callbackUrl: expected a URL of http or https, got '${callbackUrl.slice(0, 60)}'`,
    );
  const members = { clientIp: call.clientIp, callbackUrl };
  if (call.method === 'POST') {
    callbacks.subscribe(callbackUrl);
    events.publish('subscribe_event', members);
    return { body: { ...members, eventType: 'subscribe_event', timestamp: nowText } };
  }
  if (call.method !== 'DELETE') return wrongMethod(call, 'GET, POST and DELETE');
  callbacks.unsubscribe(callbackUrl);
  events.publish('unsubscribe_event', members);
  return { body: { ...members, eventType: 'unsubscribe_event', timestamp: nowText } };
}

/** Also its user and password can be read. */
function canBeCalled(url: string): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol);
  } catch {
    return false;
  }
}
