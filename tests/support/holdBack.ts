/** Answers that come late on a busy machine, late each time: a connection stands still until it is let go. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

export interface HeldBack {
  /** Where the node is, seen from who is held back. */
  readonly url: string;
  /** How many connections stand still. */
  waiting(): number;
  /** Lets them go, and all that come. */
  letGo(): void;
}

/**
 * Stands before a node, and holds back connections by what they begin with.
 * @param begins of a connection, in its first bytes: `GET /path HTTP/1.1`
 */
export async function holdBack(t: ExecutionContext, port: number, begins: RegExp): Promise<HeldBack> {
  let held: (() => void)[] | undefined = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    join(client, open);
    client.once('data', (first) => {
      client.pause();
      const go = () => {
        const node = connect(port, '127.0.0.1');
        join(node, open);
        for (const [one, other] of [
          [client, node],
          [node, client],
        ] as const)
          one.once('close', () => other.destroy());
        node.write(first);
        client.pipe(node).pipe(client);
      };
      if (held === undefined || !begins.test(first.toString('latin1'))) go();
      else held.push(go);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    waiting: () => held?.length ?? 0,
    letGo: () => {
      const all = held ?? [];
      held = undefined;
      for (const go of all) go();
    },
  };
}

/** Whoever ends a connection, with an error or without: it is over, and that is all. */
function join(socket: Socket, open: Set<Socket>): void {
  open.add(socket);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => open.delete(socket));
}
