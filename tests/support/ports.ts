/** Ports that are one test's or test file's alone: a node that is started again needs its former one, which must not be another's by then. */
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

/** Below those of `ownPort`. */
const RANGES_FROM = 10_000;
const RANGES = 100;
/** Of each range, without the port that says whose it is. */
export const RANGE_PORTS = 99;

/** The first of `RANGE_PORTS` ports that an agent may offer: tasks of another test would listen on the same. */
export async function ownRange(): Promise<number> {
  return (await claim(RANGES_FROM, RANGES, RANGE_PORTS + 1)) + 1;
}

function claimBlock(): Promise<number> {
  return claim(FIRST, BLOCKS, BLOCK_PORTS);
}

/** A block is whose listens on its first port; the system lets go of it with the process. */
async function claim(from: number, count: number, size: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    const first = from + ((process.pid + i) % count) * size;
    if (await listens(first, () => undefined)) return first;
  }
  throw new Error(`no block of ports is free from ${from} on`);
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
