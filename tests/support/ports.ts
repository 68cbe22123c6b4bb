/** Ports that are one test file's alone: a node that is started again needs its former one, which must not be another's by then. */
import { createServer } from 'node:net';

/** Below those that the system gives out by itself. */
const FIRST = 20_000;
const BLOCKS = 200;
const BLOCK_PORTS = 50;

let next = 0;
let end = 0;

/** A port that no other test process or thread takes from here while this one lives. */
export async function ownPort(): Promise<number> {
  for (;;) {
    if (next === end) {
      const first = await claimBlock();
      next = first + 1;
      end = first + BLOCK_PORTS;
    }
    const port = next++;
    if (await canListen(port)) return port;
  }
}

/** A block is whose listens on its first port; the system lets go of it with the thread. */
async function claimBlock(): Promise<number> {
  for (let i = 0; i < BLOCKS; i++) {
    const first = FIRST + ((process.pid + i) % BLOCKS) * BLOCK_PORTS;
    if (await listens(first, () => undefined)) return first;
  }
  throw new Error(`no block of ports is free from ${FIRST} on`);
}

function canListen(port: number): Promise<boolean> {
  return listens(port, (close) => close());
}

/** @param then told when it listens, with how to stop */
function listens(port: number, then: (close: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(false));
    server.once('close', () => resolve(true));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      then(() => server.close());
      if (server.listening) resolve(true);
    });
  });
}
