/**
 * One agent's process with many tasks that run on: what it costs while nothing happens, how long it takes to find them again
 * after kill -9, and what its statistics hold up.
 */
import { readFileSync } from 'node:fs';
import type { Offer, TaskInfo } from '../../proto/index.ts';
import { type BenchCluster, benchCluster, residentBytes } from '../support/cluster.ts';
import { type Figure, publish } from '../support/figures.ts';
import { pause } from '../support/pause.ts';

const SUITE = 'an agent with tasks';
const IDLE_TASKS = 500;
const TASKS = 1000;
const IDLE_SECONDS = Number(process.env['BENCH_SECONDS'] ?? 20);
const TICKS_PER_SECOND = 100;

let made = 0;

function sleepers(offer: Offer, count: number): TaskInfo[] {
  return Array.from({ length: count }, () => {
    const id = `idle-${++made}`;
    return {
      name: id,
      task_id: { value: id },
      agent_id: offer.agent_id,
      resources: [
        { name: 'cpus', type: 0, scalar: { value: 0.01 } },
        { name: 'mem', type: 0, scalar: { value: 32 } },
      ],
      command: { value: 'exec sleep 100000' },
    };
  });
}

/** Processor seconds of a process so far, its own only. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function metrics({ agent }: BenchCluster): Promise<Readonly<Record<string, number>>> {
  const answer = await fetch(`${agent.url}/metrics/snapshot`);
  return (await answer.json()) as Record<string, number>;
}

const figure = (name: string, value: number, unit: string): Figure => ({ suite: SUITE, name, value, unit });

async function idle(cluster: BenchCluster): Promise<Figure[]> {
  await cluster.start((offer) => sleepers(offer, IDLE_TASKS));
  await pause(2000);
  const { pid } = cluster.agent;
  const before = processorSeconds(pid);
  await pause(IDLE_SECONDS * 1000);
  const percent = ((processorSeconds(pid) - before) / IDLE_SECONDS) * 100;
  return [
    figure(`${IDLE_TASKS} tasks run: memory`, residentBytes(pid) / 1e6, 'MB'),
    figure('the same: processor time', percent, '%'),
  ];
}

async function recovery(cluster: BenchCluster): Promise<Figure[]> {
  const startedAt = performance.now();
  await cluster.restartAgent();
  const listening = (performance.now() - startedAt) / 1000;
  let told = await metrics(cluster);
  while (told['slave/registered'] !== 1 || told['slave/tasks_running'] !== TASKS) {
    await pause(20);
    told = await metrics(cluster);
  }
  const back = (performance.now() - startedAt) / 1000;
  return [
    figure(`killed with ${TASKS} tasks: its process listens again`, listening, 's'),
    figure('the same: recovery', told['slave/recovery_time_secs'] ?? Number.NaN, 's'),
    figure('the same: registered again with all of them', back, 's'),
    figure('the same: processor time until then', processorSeconds(cluster.agent.pid), 's'),
    figure('the same: memory', residentBytes(cluster.agent.pid) / 1e6, 'MB'),
  ];
}

/** Statistics of all, while somebody else asks for something small again and again. */
async function statistics(cluster: BenchCluster): Promise<Figure[]> {
  let isOver = false;
  let slowest = 0;
  const beside = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await (await fetch(`${cluster.agent.url}/health`)).arrayBuffer();
      slowest = Math.max(slowest, performance.now() - startedAt);
    }
  })();
  await pause(500);
  slowest = 0;
  const processor = processorSeconds(cluster.agent.pid);
  const startedAt = performance.now();
  const answer = await fetch(`${cluster.agent.url}/monitor/statistics`);
  const all = (await answer.json()) as readonly object[];
  const seconds = (performance.now() - startedAt) / 1000;
  isOver = true;
  await beside;
  if (all.length !== TASKS) throw new Error(`statistics of ${all.length} containers, not of ${TASKS}`);
  return [
    figure(`statistics of ${TASKS} tasks`, seconds, 's'),
    figure('the same: processor time', processorSeconds(cluster.agent.pid) - processor, 's'),
    figure('the same: /health beside it, at most', slowest, 'ms'),
  ];
}

const cluster = await benchCluster('cpus:1000;mem:1000000;disk:1000', ['--allocation_interval=50ms']);
try {
  const figures = await idle(cluster);
  await cluster.start((offer) => sleepers(offer, TASKS - IDLE_TASKS));
  figures.push(...(await recovery(cluster)), ...(await statistics(cluster)));
  publish(figures);
} finally {
  await cluster.close();
}
