/** HTTP requests given to a node without a socket, for simulated worlds. */
import { HttpReply, type HttpRequest, type Node } from '../../runtime/index.ts';

export interface Injected {
  /** 0 until there is an answer. */
  status: number;
  headers: Record<string, string>;
  readonly text: string;
  /** The same as bytes, for what is no text. */
  body: Uint8Array;
  /** How the stream was ended by the node: in order, or cut off. */
  ended: 'open' | 'ended' | 'cut';
  /** The client goes away. */
  leave(): void;
}

export function inject(
  node: Node,
  target: string,
  request: Partial<Pick<HttpRequest, 'method' | 'headers' | 'body'>> = {},
): Injected {
  const url = new URL(target, 'http://node');
  const leavers: (() => void)[] = [];
  const answer: Injected = {
    status: 0,
    headers: {},
    body: new Uint8Array(0),
    ended: 'open',
    get text() {
      return Buffer.from(this.body).toString();
    },
    leave: () => {
      for (const leave of leavers) leave();
    },
  };
  const end = (status: number, headers: Record<string, string>, body: Uint8Array | string): void => {
    Object.assign(answer, { status, headers, body: Buffer.from(body) });
  };
  /** A socket that ends tells of its close, too. */
  const finish = (how: 'ended' | 'cut'): void => {
    answer.ended = how;
    answer.leave();
  };
  const sink = {
    end,
    open: (status: number, headers: Record<string, string>) => {
      end(status, headers, '');
      return {
        bufferedBytes: 0,
        write: (bytes: Uint8Array | string) => {
          answer.body = Buffer.concat([answer.body, Buffer.from(bytes)]);
        },
        whenDrained: (listener: () => void) => listener(),
        end: () => finish('ended'),
        destroy: () => finish('cut'),
      };
    },
    onClose: (listener: () => void) => void leavers.push(listener),
  };
  node.handleRequest(
    {
      method: 'GET',
      path: decodeURIComponent(url.pathname),
      rest: '',
      query: url.searchParams,
      headers: {},
      body: new Uint8Array(0),
      peer: '',
      ...request,
    },
    new HttpReply(sink, 1_000_000, false),
  );
  return answer;
}
