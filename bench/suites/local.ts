/**
 * Messages between two actors of one node, beside the barest mailbox JavaScript allows (an array on a microtask) and nact.
 */
import { listen } from '../../runtime/index.ts';
import { Counter, Sender } from '../support/actors.ts';
import { type Figure, measure, percentile, publish } from '../support/figures.ts';
import { nact } from '../support/nact.ts';

const SUITE = 'local messages';
const BATCH = 50_000;

/** The limit: push to an array, drain it on one microtask. */
function bareMailbox(): { burst(n: number): Promise<void>; rally(n: number): Promise<void> } {
  let queue: ((n: number) => void)[] = [];
  let pending = false;
  const send = (handler: (n: number) => void): void => {
    queue.push(handler);
    if (pending) return;
    pending = true;
    queueMicrotask(() => {
      pending = false;
      const now = queue;
      queue = [];
      for (let i = 0; i < now.length; i++) now[i]?.(i);
    });
  };
  return {
    burst: (n) =>
      new Promise((resolve) => {
        let seen = 0;
        const handler = (): void => {
          if (++seen === n) resolve();
        };
        for (let i = 0; i < n; i++) send(handler);
      }),
    rally: (n) =>
      new Promise((resolve) => {
        let left = 2 * n;
        const handler = (): void => {
          if (--left > 0) send(handler);
          else resolve();
        };
        send(handler);
      }),
  };
}

/** The same burst between actors of nact, which handles a first message at once and each later one in a turn of its own. */
function nactBurst(): (n: number) => Promise<void> {
  let left = 0;
  let done: () => void = () => {};
  const system = nact.start();
  const counting = (): void => {
    if (--left === 0) done();
  };
  const actor = nact.spawnStateless(system, counting, 'counter');
  return (n) =>
    new Promise((resolve) => {
      left = n;
      done = resolve;
      for (let i = 0; i < n; i++) nact.dispatch(actor, 1);
    });
}

/** Time from a send in an otherwise idle node to the receiver's handler. */
async function idleLatencyUs(node: Awaited<ReturnType<typeof listen>>['node']): Promise<Figure> {
  const sample: number[] = [];
  const counter = new Counter('idle-counter', 1);
  node.spawn(counter);
  for (let i = 0; i < 5000; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    const sentAt = performance.now();
    await new Promise<void>((resolve) => {
      node.dispatch(counter.self, () => {
        sample.push((performance.now() - sentAt) * 1000);
        resolve();
      });
    });
  }
  const p99 = percentile(sample, 0.99);
  return {
    suite: SUITE,
    name: 'send to handler, idle node',
    value: percentile(sample, 0.5),
    p99,
    unit: 'µs',
  };
}

const { node, shutdown } = await listen();
const counter = new Counter('counter', 1000);
const to = node.spawn(counter);
const sender = new Sender('sender', to, 10_000, 1);
node.spawn(sender);
const bare = bareMailbox();
const throughNact = nactBurst();

const figures = await measure(SUITE, [
  { name: 'one way, bare mailbox', unit: 'messages/s', size: BATCH, run: () => bare.burst(BATCH) },
  {
    name: 'one way',
    unit: 'messages/s',
    size: BATCH,
    beside: 'one way, bare mailbox',
    run: () => sender.burst(BATCH),
  },
  { name: 'one way, nact', unit: 'messages/s', size: BATCH, run: () => throughNact(BATCH) },
  { name: 'ping-pong, bare mailbox', unit: 'round trips/s', size: BATCH, run: () => bare.rally(BATCH) },
  {
    name: 'ping-pong',
    unit: 'round trips/s',
    size: BATCH,
    beside: 'ping-pong, bare mailbox',
    run: () => sender.rally(BATCH),
  },
]);
publish([...figures, await idleLatencyUs(node)]);
await shutdown();
