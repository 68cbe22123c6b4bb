/** Follows `/v2/events`, as programs do that keep a proxy or a dashboard. */
import type { ExecutionContext } from 'ava';

export interface MarathonEvent {
  readonly eventType: string;
  readonly timestamp: string;
  readonly appId?: string;
  readonly taskId?: string;
  readonly instanceId?: string;
  readonly taskStatus?: string;
  readonly host?: string;
  readonly ports?: readonly number[];
  readonly alive?: boolean;
  readonly healthy?: boolean | null;
  readonly condition?: string;
  readonly id?: string;
  readonly uri?: string;
  readonly callbackUrl?: string;
  readonly plan?: { readonly id: string; readonly target?: object };
}

export interface Followed {
  readonly events: MarathonEvent[];
}

/** @param took told of each event, as it comes @throws when the stream is refused */
export async function followEvents(
  t: ExecutionContext,
  url: string,
  took: (event: MarathonEvent) => void = () => undefined,
): Promise<Followed> {
  const events: MarathonEvent[] = [];
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const answer = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: abort.signal });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  void (async () => {
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString('latin1');
      const frames = text.split('\r\n\r\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data === undefined) continue;
        const event = JSON.parse(Buffer.from(data, 'latin1').toString()) as MarathonEvent;
        events.push(event);
        took(event);
      }
    }
  })().catch(() => undefined);
  return { events };
}
