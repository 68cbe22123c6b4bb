/** What a process costs: its start and end and its memory, beside nact's actors; and what timers cost, by how many there are. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { listen, type Node, Process } from '../../runtime/index.ts';
import { type Figure, measure, publish } from '../support/figures.ts';
import { nact } from '../support/nact.ts';

const SUITE = 'processes';
const BATCH = 20_000;
const IDLE = 100_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

class Empty extends Process {}

class OneHandler extends Process {
  private heard = 0;
  override initialize(): void {
    this.install('x', () => this.heard++);
  }
}

let named = 0;

async function spawnAndEnd(node: Node): Promise<void> {
  let last = node.pid('none');
  for (let i = 0; i < BATCH; i++) {
    last = node.spawn(new Empty(`short-${++named}`));
    node.terminate(last, { inject: false });
  }
  await node.wait(last);
}

/** Waits until everything spawned so far ran its `initialize`. */
async function settled(node: Node): Promise<void> {
  const pid = node.spawn(new Empty(`marker-${++named}`));
  node.terminate(pid, { inject: false });
  await node.wait(pid);
}

async function bytesEach(
  what: string,
  make: (i: number) => unknown,
  settle: () => Promise<void>,
): Promise<Figure> {
  const kept: unknown[] = new Array(IDLE);
  await settle();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < IDLE; i++) kept[i] = make(i);
  await settle();
  collect();
  const value = (process.memoryUsage().heapUsed - before) / kept.length;
  return { suite: SUITE, name: what, value, unit: 'bytes' };
}

/** Setting and cancelling, with so many others pending; due times in no order. */
function timerNs(node: Node, pending: number): Figure {
  const due = (i: number): number => 1e6 + ((i * 7919) % pending);
  const others = Array.from({ length: pending }, (_, i) => node.clock.setTimer(due(i), () => {}));
  const rounds = 50_000;
  const startedAt = performance.now();
  for (let i = 0; i < rounds; i++) node.clock.setTimer(due(i * 31), () => {}).cancel();
  const value = ((performance.now() - startedAt) * 1e6) / rounds;
  for (const timer of others) timer.cancel();
  return { suite: SUITE, name: `set and cancel a timer, ${pending} pending`, value, unit: 'ns' };
}

const { node, shutdown } = await listen();
const system = nact.start();
const speeds = await measure(SUITE, [
  {
    name: 'spawn and stop, nact',
    unit: 'actors/s',
    size: 2000,
    run: () => {
      const actors = Array.from({ length: 2000 }, () =>
        nact.spawnStateless(system, () => {}, `short-${++named}`),
      );
      for (const actor of actors) nact.stop(actor);
    },
  },
  {
    name: 'spawn and terminate',
    unit: 'actors/s',
    size: BATCH,
    beside: 'spawn and stop, nact',
    run: () => spawnAndEnd(node),
  },
]);
const settle = (): Promise<void> => settled(node);
const bytes = [
  await bytesEach('an idle actor, nact', (i) => nact.spawnStateless(system, () => {}, `idle-${i}`), settle),
  await bytesEach('an idle process', (i) => node.spawn(new Empty(`idle-${i}`)), settle),
  await bytesEach('an idle process, one handler', (i) => node.spawn(new OneHandler(`h-${i}`)), settle),
].map((figure) => (figure.name.endsWith('nact') ? figure : { ...figure, beside: 'an idle actor, nact' }));
timerNs(node, 1000);
const few = timerNs(node, 1000);
const many = { ...timerNs(node, 100_000), beside: few.name };
publish([...speeds, ...bytes, few, many]);
await shutdown();
process.exit(0);
