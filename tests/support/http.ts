/** HTTP requests given to a node without a socket, for simulated worlds. */
import { HttpReply, type HttpRequest, type Node } from '../../runtime/index.ts';

export interface Injected {
  /** 0 until there is an answer. */
  status: number;
  headers: Record<string, string>;
  text: string;
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
    text: '',
    leave: () => {
      for (const leave of leavers) leave();
    },
  };
  const end = (status: number, headers: Record<string, string>, body: Uint8Array | string): void => {
    Object.assign(answer, {
      status,
      headers,
      text: typeof body === 'string' ? body : Buffer.from(body).toString(),
    });
  };
  const sink = {
    end,
    open: (status: number, headers: Record<string, string>) => {
      end(status, headers, '');
      return {
        bufferedBytes: 0,
        write: (bytes: Uint8Array | string) => {
          answer.text += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
        },
        whenDrained: (listener: () => void) => listener(),
        end: () => {},
        destroy: () => {},
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
