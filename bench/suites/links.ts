/**
 * What a link costs while nobody says anything. All nodes live in this process, so a link's memory and CPU time are those of
 * both its ends. Heartbeats are hurried here; what one costs is then counted at the usual pace.
 */
import { connect, createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  defaultLimits,
  type ListeningNode,
  type ListenOptions,
  listen,
  Pid,
  Process,
} from '../../runtime/index.ts';
import { publish } from '../support/figures.ts';
import { pause } from '../support/pause.ts';

const SUITE = 'idle links';
const LINKS = 100;
const HURRIED_MS = 20;
const WATCHED_MS = 3000;
const BEATS_A_MINUTE = 60_000 / defaultLimits.linkHeartbeatMs;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

class Watching extends Process {
  watch(pid: Pid): void {
    this.link(pid);
  }
}

async function heapBytes(): Promise<number> {
  await pause(500);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** CPU milliseconds that this process takes in `WATCHED_MS`. */
async function cpuMs(): Promise<number> {
  const before = process.cpuUsage();
  await pause(WATCHED_MS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Nodes that each watch one process of the first node. */
async function star(
  options: ListenOptions,
  leaves: number,
): Promise<{ nodes: ListeningNode[]; link(): Promise<void> }> {
  const nodes: ListeningNode[] = [];
  for (let i = 0; i <= leaves; i++) nodes.push(await listen(options));
  const hub = nodes[0]?.node;
  hub?.spawn(new Watching('hub'));
  return {
    nodes,
    link: async () => {
      for (const { node } of nodes.slice(1)) {
        const watching = new Watching('leaf');
        node.spawn(watching);
        if (hub !== undefined) watching.watch(hub.pid('hub'));
      }
      while ((hub?.openLinks ?? 0) < leaves) await pause(20);
    },
  };
}

async function memoryAndCpu(): Promise<{ bytes: number; beatUs: number }> {
  const { nodes, link } = await star({ limits: { linkHeartbeatMs: HURRIED_MS } }, LINKS);
  const [before, idleMs] = [await heapBytes(), await cpuMs()];
  await link();
  const [after, busyMs] = [await heapBytes(), await cpuMs()];
  await Promise.all(nodes.map(({ shutdown }) => shutdown()));
  const beats = (LINKS * WATCHED_MS) / HURRIED_MS;
  return { bytes: (after - before) / LINKS, beatUs: ((busyMs - idleMs) * 1000) / beats };
}

/** Bytes on the wire, both ways, for one heartbeat of each end: counted by a go-between. */
async function bytesOfBeats(): Promise<number> {
  const far = await listen({ limits: { linkHeartbeatMs: HURRIED_MS } });
  far.node.spawn(new Watching('hub'));
  let bytes = 0;
  const between = createServer((near) => {
    const there = connect(far.node.address.port, '127.0.0.1');
    for (const [from, to] of [
      [near, there],
      [there, near],
    ] as const) {
      from.on('data', (chunk) => {
        bytes += chunk.length;
        to.write(chunk);
      });
      from.on('error', () => from.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const address = between.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const near = await listen({ limits: { linkHeartbeatMs: HURRIED_MS } });
  const watching = new Watching('leaf');
  near.node.spawn(watching);
  watching.watch(new Pid('hub', '127.0.0.1', port));
  while (near.node.openLinks === 0) await pause(20);
  await pause(500);
  const before = bytes;
  await pause(WATCHED_MS);
  const each = (bytes - before) / (WATCHED_MS / HURRIED_MS);
  await Promise.all([near.shutdown(), far.shutdown()]);
  between.close();
  return each;
}

const { bytes, beatUs } = await memoryAndCpu();
const wire = await bytesOfBeats();
publish([
  { suite: SUITE, name: 'memory of both ends', value: bytes, unit: 'bytes' },
  {
    suite: SUITE,
    name: 'CPU time of both ends',
    value: (beatUs * BEATS_A_MINUTE) / 1000,
    unit: 'ms a minute',
  },
  { suite: SUITE, name: 'on the wire, both ways', value: wire * BEATS_A_MINUTE, unit: 'bytes a minute' },
]);
process.exit(0);
