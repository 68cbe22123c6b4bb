/**
 * What a real Mesos agent answered, held against ours: status, headers, keys with their types and order, both ways. The recorded framework's
 * life is lived again at a real agent, and each exchange is replayed at its moment of it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { spawnEndpoints } from '../../../runtime/endpoints/index.ts';
import {
  differences,
  type Exchange,
  exchangeOf,
  exchangesOf,
  haveGolden,
  headOf,
} from '../../support/golden.ts';
import { registeredAgent, temporaryFolder } from './support/realAgent.ts';
import { AGENT_ID, FRAMEWORK_ID, RecordedLife, translated } from './support/recordedLife.ts';

/** Where answers are not made as Mesos' are, and why. */
const DIFFERENT: readonly RegExp[] = [
  // Flags are those that take effect here.
  /\.flags\.\w+: (Mesos has no such key|only Mesos has it)$/,
  // Of what was built there is a tag, no commit.
  /\.git_(tag: Mesos has no such key|sha: only Mesos has it|branch: only Mesos has it)$/,
  // Logs go where the node's process sends them, unless the flag says otherwise.
  /\.log_dir: only Mesos has it$/,
  // A command's executor is part of the agent: what it runs is the task's command, and there is no process yet when it says TASK_STARTING.
  /\.executor_info\.command\.arguments: only Mesos has it$/,
  /_tasks\[\]\.statuses\[\]\.container_status\.executor_pid: only Mesos has it$/,
  // What a container inside another uses is measured here by posix/cpu and posix/mem, too.
  /^006.*\.(cpus_user_time_secs|cpus_system_time_secs|mem_rss_bytes): Mesos has no such key$/,
  // In the recorded session an operator had destroyed the volume and unreserved its disk.
  /^00[67]\S+ \.reserved_resources(_full)?\.golden: Mesos has no such key$/,
  // Paths of sandboxes are the machine's.
  /^016\S+ \.\/(frameworks|tmp|var)\/\S+: (Mesos has no such key|only Mesos has it)$/,
];

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** With the headers that were recorded and no others that a client might add. */
function replay(url: string, { request: sent }: Exchange): Promise<Answer> {
  const body = typeof sent.body === 'object' ? JSON.stringify(sent.body) : (sent.body ?? '');
  const headers = { ...sent.headers };
  delete headers['Content-Length'];
  return new Promise((resolve, reject) => {
    const options = { method: sent.method, path: sent.path, headers, agent: false };
    const request = http.request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(translated(body));
  });
}

/** Status, headers and the body's making, in words where they are not Mesos'. */
function wrongIn(answer: Answer, { response }: Exchange): string[] {
  const heads = [headOf(answer.status, answer.headers), headOf(response.status, response.headers)];
  const problems =
    JSON.stringify(heads[0], keysSorted) === JSON.stringify(heads[1], keysSorted)
      ? []
      : [JSON.stringify(heads)];
  if ((response.text ?? '') !== '' && answer.text === '') problems.push('says nothing');
  if (response.json === undefined || answer.headers['content-type'] !== 'application/json') return problems;
  return [...problems, ...differences(JSON.parse(answer.text), response.json, '')];
}

function keysSorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function wrongAnswers(url: string, files: readonly [string, Exchange][]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [file, exchange] of files)
    for (const problem of wrongIn(await replay(url, exchange), exchange)) wrong.push(`${file} ${problem}`);
  return wrong.filter((line) => !DIFFERENT.some((known) => known.test(line)));
}

if (haveGolden) {
  test('an agent answers through the life of a framework as Mesos does', async (t) => {
    const logFile = join(temporaryFolder(t), 'agent.log');
    writeFileSync(logFile, 'A line\n');
    const { agent, master, workDir } = await registeredAgent(
      t,
      {
        attributes: 'rack:r1;zone:z1',
        resources: 'cpus:8;mem:8192;disk:20000;ports:[31000-32000]',
      },
      { agentId: AGENT_ID, logFile },
    );
    spawnEndpoints(agent.listening.node, {
      version: '1.12.0',
      build_date: 'x',
      build_time: 1,
      build_user: '',
    });
    const life = new RecordedLife(agent, master);
    const operator = exchangesOf('operator-agent');
    const at = (from: number, to: number) =>
      operator.filter(([file]) => Number(file.slice(0, 3)) >= from && Number(file.slice(0, 3)) <= to);
    const wrong: string[] = [];
    await life.launched();
    wrong.push(...(await wrongAnswers(agent.url, at(1, 5))));
    await life.grouped();
    wrong.push(...(await wrongAnswers(agent.url, at(6, 7))));
    const runs = join(workDir, 'slaves', AGENT_ID, 'frameworks', FRAMEWORK_ID, 'executors/cexec/runs/latest');
    const executor = await life.custom(() => readFileSync(join(runs, 'environment'), 'utf8'));
    await life.over();
    wrong.push(...(await wrongAnswers(agent.url, [...at(8, 99), ...exchangesOf('legacy-agent')])));
    t.deepEqual(wrong, []);
    const metrics = exchangeOf('operator-agent', '028-GET_METRICS-timeout.json').response.json as {
      get_metrics: { metrics: readonly { name: string }[] };
    };
    const ours = agent.listening.node.metrics.snapshot();
    t.deepEqual(
      metrics.get_metrics.metrics.map(({ name }) => name).filter((name) => !(name in ours)),
      [],
    );
    const has = new Set(executor.environment.split('\n').map((line) => line.split('=')[0]));
    const named = Object.keys(exchangeOf('executor', '000-environment.json'));
    // The machine that was recorded had set a variable for all programs of libprocess.
    t.deepEqual(
      named.filter((name) => !has.has(name)),
      ['LIBPROCESS_NUM_WORKER_THREADS'],
    );
    const stream = exchangeOf('executor', 'stream.json');
    const { status, headers } = executor.heads;
    t.is(status, stream.response.status);
    t.is(headers['content-type'], stream.response.headers['content-type']);
    t.deepEqual(
      executor.events.flatMap((event, at) => differences(event, stream.events?.[at]?.event, `${at}`)),
      [],
    );
    t.is(executor.events.length, stream.events?.length ?? 0);
  });
}
