/** What the HTTP APIs of a master cost: the whole state, streams that idle, events on their way, calls of a scheduler. */
import { fork } from 'node:child_process';
import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { RecordDecoder, SchedulerCallType, TaskState, toJsonText } from '../../proto/index.ts';
import type { HttpTask, HttpTaskDone } from '../peers/httpClient.ts';
import { type ApiCluster, apiCluster, taskOf } from '../support/apiCluster.ts';
import { type Figure, percentile, publish } from '../support/figures.ts';
import { pause } from '../support/pause.ts';

const SUITE = 'api';
const JSON_TYPE = 'application/json';
const AGENTS = 1000;
const TASKS_EACH = 10;
const UUID = '00112233445546778899aabbccddeeff';
const STREAMS = 1000;
const EVENTS = 200;
const POLLS = 15;
const CALLS = 20_000;
const CONNECTIONS = 16;

interface Opened {
  readonly response: http.IncomingMessage;
  readonly request: http.ClientRequest;
}

function open(
  url: string,
  body: string,
  headers: Record<string, string>,
  agent?: http.Agent,
): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers, ...(agent && { agent }) }, (response) =>
      resolve({ response, request }),
    );
    request.on('error', reject);
    request.end(body);
  });
}

function post(url: string, body: string, accept: string): Promise<Buffer> {
  return open(url, body, { 'Content-Type': JSON_TYPE, Accept: accept }).then(
    ({ response }) =>
      new Promise((resolve) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      }),
  );
}

const client = fork(fileURLToPath(new URL('../peers/httpClient.js', import.meta.url)));

/** Done by a process of its own: what a client costs must not look like a cost of the master. */
function byClient(task: HttpTask): Promise<HttpTaskDone> {
  return new Promise((resolve) => {
    client.once('message', (done) => resolve(done as HttpTaskDone));
    client.send(task);
  });
}

/** CPU milliseconds of this process, all its threads. */
function cpuMs(since?: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(since);
  return (used.user + used.system) / 1000;
}

async function timed(runs: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}

function figure(name: string, unit: string, value: number, p99?: number, beside?: string): Figure {
  return { suite: SUITE, name, unit, value, ...(p99 !== undefined && { p99 }), ...(beside && { beside }) };
}

async function state(cluster: ApiCluster): Promise<Figure[]> {
  const call = '{"type":"GET_STATE"}';
  const url = `${cluster.url}/api/v1`;
  const figures: Figure[] = [];
  for (const [name, accept] of [
    ['GET_STATE, 1,000 agents, 10,000 tasks, JSON', JSON_TYPE],
    ['GET_STATE, 1,000 agents, 10,000 tasks, protobuf', 'application/x-protobuf'],
  ] as const) {
    const headers = { 'Content-Type': JSON_TYPE, Accept: accept };
    const task: HttpTask = { url, method: 'POST', headers, body: call, count: 1, connections: 1 };
    figures.push(...(await polled(name, task)));
  }
  const get = { method: 'GET', headers: {}, body: '', count: 1, connections: 1 } as const;
  figures.push(...(await polled('/state, the same cluster', { ...get, url: `${cluster.url}/state` })));
  const parsed: unknown = JSON.parse((await post(url, call, JSON_TYPE)).toString());
  const plain = await timed(8, async () => JSON.stringify(parsed));
  figures.push(figure('JSON.stringify of the same state', 'ms', percentile(plain, 0.5)));
  return figures;
}

/** The first answer, for which everything is written anew, and those of who polls. */
async function polled(name: string, task: HttpTask): Promise<Figure[]> {
  const first = await byClient(task);
  await byClient({ ...task, count: 3 });
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const cpu = process.cpuUsage();
  const { times, refused } = await byClient({ ...task, count: POLLS });
  const used = cpuMs(cpu) / POLLS;
  delays.disable();
  if (refused > 0) throw new Error(`${name}: ${refused} answers were refusals`);
  return [
    figure(name, 'ms', percentile(times, 0.5), percentile(times, 0.99), 'JSON.stringify of the same state'),
    figure(`${name}: the first time`, 'ms', first.wholeMs),
    figure(`${name}: CPU of the master`, 'ms', used),
    figure(`${name}: longest pause of the master's loop`, 'ms', delays.max / 1e6),
  ];
}

async function streams(cluster: ApiCluster): Promise<Figure[]> {
  global.gc?.();
  const before = process.memoryUsage().rss;
  const agent = new http.Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const headers = { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE };
  const opened: Opened[] = [];
  for (let i = 0; i < STREAMS; i++)
    opened.push(await open(`${cluster.url}/api/v1`, '{"type":"SUBSCRIBE"}', headers, agent));
  for (const { response } of opened) response.resume();
  global.gc?.();
  const mb = (process.memoryUsage().rss - before) / 1e6;
  const cpu = process.cpuUsage();
  await pause(16_000);
  const used = process.cpuUsage(cpu);
  for (const { request } of opened) request.destroy();
  return [
    figure('1,000 idle event streams, both ends', 'MB', mb),
    figure('CPU of 1,000 idle event streams', 'ms/s', (used.user + used.system) / 16_000),
  ];
}

async function events(cluster: ApiCluster): Promise<Figure[]> {
  const headers = { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE };
  const { response, request } = await open(`${cluster.url}/api/v1`, '{"type":"SUBSCRIBE"}', headers);
  const decoder = new RecordDecoder();
  let heard: () => void = () => undefined;
  response.on('data', (chunk: Buffer) => {
    for (const record of decoder.push(chunk)) if (Buffer.from(record).includes('TASK_UPDATED')) heard();
  });
  const [agent] = cluster.agents;
  const task = taskOf(0, 0);
  let n = 0;
  const times = await timed(EVENTS, () => {
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const states = [TaskState.TASK_KILLING, TaskState.TASK_RUNNING];
    agent?.report(task, states[n++ % 2] ?? TaskState.TASK_RUNNING, new Uint8Array(16).fill(n % 256));
    return arrived;
  });
  request.destroy();
  return [
    figure('a status update at an operator’s stream', 'ms', percentile(times, 0.5), percentile(times, 0.99)),
  ];
}

async function calls(cluster: ApiCluster): Promise<Figure[]> {
  const url = `${cluster.url}/api/v1/scheduler`;
  const subscribe = { framework_info: { user: 'nobody', name: 'caller', failover_timeout: 1e6 } };
  const body = toJsonText('mesos.v1.scheduler.Call', { type: SchedulerCallType.SUBSCRIBE, subscribe });
  const { response, request } = await open(url, body, { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE });
  const first = await new Promise<Uint8Array>((resolve) => {
    const decoder = new RecordDecoder();
    response.on('data', (chunk: Buffer) => {
      const [record] = decoder.push(chunk);
      if (record !== undefined) resolve(record);
    });
  });
  const id = (
    JSON.parse(Buffer.from(first).toString()) as { subscribed: { framework_id: { value: string } } }
  ).subscribed.framework_id;
  const acknowledge = { agent_id: { value: 'a' }, task_id: { value: 't' }, uuid: Buffer.from(UUID, 'hex') };
  const call = toJsonText('mesos.v1.scheduler.Call', {
    framework_id: id,
    type: SchedulerCallType.ACKNOWLEDGE,
    acknowledge,
  });
  const task: HttpTask = {
    url,
    method: 'POST',
    headers: {
      ...{ 'Content-Type': JSON_TYPE, Accept: JSON_TYPE, 'Content-Length': String(Buffer.byteLength(call)) },
      'Mesos-Stream-Id': String(response.headers['mesos-stream-id']),
    },
    body: call,
    count: CALLS,
    connections: CONNECTIONS,
  };
  await byClient({ ...task, count: CALLS / 4 });
  const cpu = process.cpuUsage();
  const { wholeMs, times, refused } = await byClient(task);
  const used = cpuMs(cpu);
  request.destroy();
  if (refused > 0) throw new Error(`${refused} calls were refused`);
  return [
    figure('calls of a scheduler in JSON', 'calls/s', (CALLS / wholeMs) * 1000),
    figure('a call, 16 at a time', 'ms', percentile(times, 0.5), percentile(times, 0.99)),
    figure('CPU of a call, master', 'µs', (used / CALLS) * 1000),
  ];
}

const cluster = await apiCluster();
const figures = await streams(cluster);
figures.push(...(await calls(cluster)));
await cluster.add(AGENTS, TASKS_EACH);
figures.push(...(await state(cluster)), ...(await events(cluster)));
publish(figures);
client.kill();
await cluster.stop();
process.exit(0);
