/** Short command tasks end to end on one agent, beside what spawning alone allows; and the time from ACCEPT to RUNNING. */
import { spawn } from 'node:child_process';
import type { Offer, TaskInfo } from '../../proto/index.ts';
import { benchCluster } from '../support/cluster.ts';
import { type Figure, percentile, publish } from '../support/figures.ts';

const SUITE = 'command tasks';
const TASKS = 2000;
const AT_ONCE = 400;
const LATENCY_ROUNDS = 50;

let made = 0;

function commands(offer: Offer, n: number): TaskInfo[] {
  return Array.from({ length: n }, () => {
    const id = `bench-${++made}`;
    return {
      name: id,
      task_id: { value: id },
      agent_id: offer.agent_id,
      resources: [
        { name: 'cpus', type: 0, scalar: { value: 0.1 } },
        { name: 'mem', type: 0, scalar: { value: 32 } },
      ],
      command: { value: 'true' },
    };
  });
}

/** `sh -c true` from Node, 16 at a time: the raw limit. */
async function rawSpawns(n: number): Promise<number> {
  const startedAt = performance.now();
  let left = n;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      await new Promise((resolve) => {
        spawn('/bin/sh', ['-c', 'true'], { detached: true, stdio: 'ignore' }).once('exit', resolve);
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
  return (n / (performance.now() - startedAt)) * 1000;
}

async function throughput(): Promise<Figure[]> {
  const cluster = await benchCluster('cpus:1000;mem:1000000;disk:1000', ['--allocation_interval=50ms']);
  const round = async (): Promise<number> => {
    const { finished } = await cluster.run((offer) => commands(offer, AT_ONCE));
    return Math.max(...finished.values());
  };
  const first = await round();
  const before = cluster.residentBytes();
  let seconds = 0;
  for (let done = 0; done < TASKS; done += AT_ONCE) seconds += await round();
  const after = cluster.residentBytes();
  await cluster.close();
  const beside = 'raw spawn';
  return [
    { suite: SUITE, name: 'launched and finished', value: TASKS / seconds, unit: 'tasks/s', beside },
    { suite: SUITE, name: `the first ${AT_ONCE} of young nodes`, value: AT_ONCE / first, unit: 'tasks/s' },
    { suite: SUITE, name: 'master and agent, resident before', value: before / 1e6, unit: 'MB' },
    { suite: SUITE, name: `the same after ${TASKS} tasks`, value: after / 1e6, unit: 'MB' },
  ];
}

async function latency(): Promise<Figure[]> {
  const cluster = await benchCluster('cpus:4;mem:4096;disk:1000', ['--allocation_interval=20ms']);
  const running: number[] = [];
  const finished: number[] = [];
  for (let i = 0; i < LATENCY_ROUNDS; i++) {
    const timings = await cluster.run((offer) => commands(offer, 1));
    running.push(...[...timings.running.values()].map((seconds) => seconds * 1000));
    finished.push(...[...timings.finished.values()].map((seconds) => seconds * 1000));
  }
  await cluster.close();
  return [
    {
      suite: SUITE,
      name: 'ACCEPT to RUNNING, idle',
      value: percentile(running, 0.5),
      p99: percentile(running, 0.99),
      unit: 'ms',
    },
    {
      suite: SUITE,
      name: 'ACCEPT to FINISHED, idle',
      value: percentile(finished, 0.5),
      p99: percentile(finished, 0.99),
      unit: 'ms',
    },
  ];
}

const raw: Figure = { suite: SUITE, name: 'raw spawn', value: await rawSpawns(1000), unit: 'tasks/s' };
publish([raw, ...(await throughput()), ...(await latency())]);
