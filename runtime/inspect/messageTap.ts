/** Where the messages of a node can be listened to. While nobody listens it costs one comparison a message. */
import type { HttpRequest } from '../http/request.ts';
import type { Pid } from '../pid.ts';

/** Larger bodies are shown as bytes. */
const JSON_BYTES_MAX = 256 * 1024;

/** A message on its way, or an HTTP request to a process. */
export interface TappedMessage {
  /** PID of the sender; undefined for one from outside of any process. */
  readonly from: Pid | undefined;
  readonly to: Pid;
  /** `mesos.internal.PingSlaveMessage`, or method and path of a request. */
  readonly name: string;
  readonly body: unknown;
  /** Whose request led to it, where that is known. */
  readonly traceId: string | undefined;
}

export type MessageListener = (message: TappedMessage) => void;

export class MessageTap {
  private listeners: readonly MessageListener[] = [];

  get isOpen(): boolean {
    return this.listeners.length > 0;
  }

  tell(message: TappedMessage): void {
    for (const listen of this.listeners) listen(message);
  }

  /** @returns the end of listening */
  follow(listener: MessageListener): () => void {
    const own: MessageListener = (message) => listener(message);
    this.listeners = [...this.listeners, own];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== own);
    };
  }
}

/** An HTTP request as a message to the process that answers it; JSON bodies as values. */
export function requestMessage(to: Pid, { method, path, headers, body, span }: HttpRequest): TappedMessage {
  const isJson = headers['content-type']?.includes('json') === true && body.length <= JSON_BYTES_MAX;
  return {
    from: undefined,
    to,
    name: `${method} ${path}`,
    body: isJson ? jsonOf(body) : body.length === 0 ? undefined : body,
    traceId: span?.traceId,
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return body;
  }
}
