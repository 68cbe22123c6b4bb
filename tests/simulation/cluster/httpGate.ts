/**
 * HTTP between machines of a simulation: a gate beside the server hands on requests that come as messages, and sends back what is
 * answered, so that requests and streams are late, lost and cut as all else is. What a connection is to HTTP a link is here.
 */
import { HttpReply, type Pid, Process } from '../../../runtime/index.ts';

export const GATE_ID = 'gate';

/** Of one client; numbers of requests are its own. */
export interface HttpMessages {
  'http.Request': {
    readonly id: number;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  };
  /** The head of an answer, with its body unless it is a stream. */
  'http.Answer': {
    readonly id: number;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
    readonly ended: boolean;
  };
  'http.Chunk': { readonly id: number; readonly body: Uint8Array };
  /** The server ended or cut the stream. */
  'http.End': { readonly id: number };
  /** The client lets go of its requests. */
  'http.Leave': Record<string, never>;
}

/** Sees what passes, at the server's end: a handler answers in the step in which it runs. */
export interface HttpWatch {
  asked(client: Pid, id: number, body: Uint8Array): void;
  chunk(client: Pid, body: Uint8Array): void;
  answered(client: Pid, id: number, status: number): void;
}

const BUFFER_BYTES_MAX = 1_000_000;

/** On the server's node. */
export class HttpGate extends Process<HttpMessages> {
  /** Client → what ends when it goes. */
  private readonly leavers = new Map<string, (() => void)[]>();

  private readonly watch: () => HttpWatch | undefined;

  constructor(watch: () => HttpWatch | undefined) {
    super(GATE_ID);
    this.watch = watch;
  }

  override initialize(): void {
    this.install('http.Request', (request, from) => {
      if (from !== undefined) this.take(request, from);
    });
    this.install('http.Leave', (_none, from) => this.left(from));
  }

  override exited(pid: Pid): void {
    this.left(pid);
  }

  private left(client: Pid | undefined): void {
    const leavers = this.leavers.get(client?.text ?? '') ?? [];
    this.leavers.delete(client?.text ?? '');
    for (const leave of leavers) leave();
  }

  private take({ id, path, headers, body }: HttpMessages['http.Request'], client: Pid): void {
    const leavers = this.leavers.get(client.text) ?? [];
    this.leavers.set(client.text, leavers);
    this.link(client);
    this.watch()?.asked(client, id, body);
    const answered = (ended: boolean) => (status: number, head: Record<string, string>, bytes: unknown) => {
      this.watch()?.answered(client, id, status);
      this.send(client, 'http.Answer', { id, status, headers: head, body: asBytes(bytes), ended });
    };
    const over = (): void => this.send(client, 'http.End', { id });
    const sink = {
      end: answered(true),
      open: (status: number, head: Record<string, string>) => {
        answered(false)(status, head, '');
        return {
          bufferedBytes: 0,
          write: (bytes: Uint8Array | string) => {
            this.watch()?.chunk(client, asBytes(bytes));
            this.send(client, 'http.Chunk', { id, body: asBytes(bytes) });
          },
          whenDrained: (listener: () => void) => listener(),
          end: over,
          destroy: over,
        };
      },
      onClose: (listener: () => void) => void leavers.push(listener),
    };
    const request = { method: 'POST', path, rest: '', query: new URLSearchParams(), headers, body, peer: '' };
    this.node.handleRequest(request, new HttpReply(sink, BUFFER_BYTES_MAX, false));
  }
}

function asBytes(bytes: unknown): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes) : (bytes as Uint8Array);
}
