/** Frameworks and executors over HTTP against real processes, some of which are killed (kill -9). */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SchedulerClient } from '../../actors/client/index.ts';
import {
  type ExecutorInfo,
  ExecutorInfoType,
  OfferOperationType,
  SchedulerCallType,
  type SchedulerEvent,
  type TaskInfo,
  TaskState,
  type TaskStatus,
} from '../../proto/index.ts';
import { parseResources } from '../../proto/resources/index.ts';
import { bootAgent, bootMaster, noAgentIsActive, repositoryRoot, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLED } = TaskState;

const SMALL = parseResources('cpus:0.1;mem:32').allocatedTo('*').toMessages();
const CAPABILITIES = [2, 5, 6, 3].map((type) => ({ type: type as 2 | 5 | 6 | 3 }));

class Framework {
  readonly events: SchedulerEvent[] = [];
  readonly refusals: string[] = [];
  readonly client: SchedulerClient;

  constructor(master: string) {
    const framework = {
      user: 'root',
      name: 'test',
      roles: ['*'],
      checkpoint: true,
      failover_timeout: 60,
      capabilities: CAPABILITIES,
    };
    const handlers = {
      event: (event: SchedulerEvent) => this.take(event),
      refused: (text: string) => void this.refusals.push(text),
    };
    this.client = new SchedulerClient({ master, framework, handlers });
    this.client.start();
  }

  get statuses(): TaskStatus[] {
    return this.events.flatMap(({ update }) => update?.status ?? []);
  }

  /** Of one task, each update once. */
  states(taskId: string): TaskState[] {
    const seen = new Set<string>();
    return this.statuses
      .filter(({ task_id, uuid }) => {
        const key = Buffer.from(uuid ?? []).toString('hex');
        if (task_id.value !== taskId || seen.has(key)) return false;
        seen.add(key);
        return true;
      })
      .map(({ state }) => state);
  }

  messages(): string[] {
    return this.events.flatMap(({ message }) =>
      message === undefined ? [] : Buffer.from(message.data).toString(),
    );
  }

  /** Launches on the next offer: `make` is given the agent. */
  async launch(
    make: (task: Pick<TaskInfo, 'agent_id' | 'resources'>) => TaskInfo[],
    group?: ExecutorInfo,
  ): Promise<void> {
    const offer = await until('an offer comes', () =>
      this.events.flatMap(({ offers }) => offers?.offers ?? []).at(-1),
    );
    this.events.splice(0, this.events.length, ...this.events.filter(({ offers }) => offers === undefined));
    const tasks = make({ agent_id: offer.agent_id, resources: SMALL });
    const operation =
      group === undefined
        ? { type: OfferOperationType.LAUNCH, launch: { task_infos: tasks } }
        : { type: OfferOperationType.LAUNCH_GROUP, launch_group: { executor: group, task_group: { tasks } } };
    const filters = { refuse_seconds: 0 };
    this.client.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: [offer.id], operations: [operation], filters },
    });
  }

  private take(event: SchedulerEvent): void {
    const rescinded = event.rescind?.offer_id.value;
    const isVoid = ({ offers }: SchedulerEvent): boolean =>
      offers?.offers?.some(({ id }) => id.value === rescinded) === true;
    if (rescinded !== undefined)
      this.events.splice(0, this.events.length, ...this.events.filter((e) => !isVoid(e)));
    this.events.push(event);
    const status = event.update?.status;
    if (status?.uuid === undefined || status.agent_id === undefined) return;
    const { agent_id, task_id, uuid } = status;
    this.client.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge: { agent_id, task_id, uuid } });
  }
}

const FUNCTIONS: ExecutorInfo = {
  type: ExecutorInfoType.CUSTOM,
  executor_id: { value: 'functions' },
  command: { value: `cd ${repositoryRoot} && exec ${process.execPath} examples/http-executor.mjs` },
  resources: SMALL,
};

const functionTask =
  (id: string, job: object, executor: ExecutorInfo) => (facts: Pick<TaskInfo, 'agent_id' | 'resources'>) => ({
    ...facts,
    name: id,
    task_id: { value: id },
    executor,
    data: Buffer.from(JSON.stringify(job)),
  });

/** Of a GET over a Unix socket. */
function statusBy(socketPath: string, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const made = get({ socketPath, path: target }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    made.on('error', reject);
  });
}

async function cluster(t: ExecutionContext, more: readonly string[] = []) {
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  const key = path.join(folder, 'key');
  writeFileSync(key, 'the key of the tokens\n', { mode: 0o600 });
  const flags = [
    ...['--resources=cpus:4;mem:2048;disk:100', '--executor_reregistration_timeout=15secs'],
    ...['--authenticate_http_executors', `--jwt_secret_key=${key}`],
    ...more,
  ];
  const agent = await bootAgent(t, master, path.join(folder, 'agent'), flags);
  const framework = new Framework(master.url);
  t.teardown(() => framework.client.stop());
  const subscribed = await until(
    'it subscribes',
    () => framework.events.find(({ subscribed: s }) => s)?.subscribed,
  );
  const executor = { ...FUNCTIONS, framework_id: subscribed.framework_id };
  return { folder, master, agent, framework, executor, flags };
}

test.serial(
  'an executor over HTTP runs functions: shared state, progress, a failure that is its task’s own, a kill',
  async (t) => {
    const { agent, framework, executor } = await cluster(t);
    await framework.launch((facts) => [
      functionTask('sum', { function: 'sum', argument: [1, 2, 3] }, executor)(facts),
      functionTask('bad', { function: 'fail' }, executor)(facts),
      functionTask('canary', { function: 'canary' }, executor)(facts),
    ]);
    await until('two have ended', () =>
      [TASK_FINISHED, TASK_FAILED].every((s) => framework.statuses.some(({ state }) => state === s)),
    );
    t.deepEqual(framework.states('sum'), [TASK_RUNNING, TASK_FINISHED]);
    t.deepEqual(framework.states('bad'), [TASK_RUNNING, TASK_FAILED]);
    t.is(framework.statuses.find(({ state }) => state === TASK_FINISHED)?.message, '6');
    t.true(framework.messages().some((text) => text.includes('"percent":50')));
    framework.client.call({ type: SchedulerCallType.KILL, kill: { task_id: { value: 'canary' } } });
    await until('it is killed', () => framework.states('canary').includes(TASK_KILLED));
    t.deepEqual(framework.refusals, []);
    // Without its token nobody speaks for it.
    const ids = { framework_id: executor.framework_id, executor_id: executor.executor_id };
    const stranger = await fetch(`${agent.url}/slave(1)/api/v1/executor`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...ids, type: 'SUBSCRIBE', subscribe: {} }),
    });
    t.is(stranger.status, 401);
    t.is(stranger.headers.get('www-authenticate'), 'Bearer realm="mesos-agent-executor"');
    t.false(agent.output().includes('eyJ'), 'no token in the log');
  },
);

test.serial(
  'an agent killed (kill -9) again and again: no update of its executor is lost or doubled',
  async (t) => {
    const { folder, master, agent, framework, executor, flags } = await cluster(t, [
      '--http_executor_domain_sockets',
    ]);
    await framework.launch((facts) => [functionTask('canary', { function: 'canary' }, executor)(facts)]);
    await until('the canary runs', () => framework.states('canary').includes(TASK_RUNNING));
    let present = agent;
    const ids: string[] = [];
    for (const round of [1, 2]) {
      const names = [`a${round}`, `b${round}`];
      ids.push(...names);
      await framework.launch((facts) =>
        names.map((id) => functionTask(id, { function: 'sum', argument: [round] }, executor)(facts)),
      );
      // Whatever it was doing just then; the first update of the round says only that it is not too early.
      await until('the round has begun', () => framework.states(names[0] ?? '').length > 0);
      await present.end('SIGKILL');
      // What it offered is void before another one is asked for.
      await noAgentIsActive(master);
      await until('its offers are rescinded', () =>
        framework.events.every(({ offers }) => offers === undefined),
      );
      present = await bootAgent(t, master, path.join(folder, 'agent'), flags, { port: agent.port });
    }
    for (const id of ids) {
      await until(`${id} has ended`, () => framework.states(id).includes(TASK_FINISHED));
      t.deepEqual(framework.states(id), [TASK_RUNNING, TASK_FINISHED], id);
    }
    t.deepEqual(framework.states('canary'), [TASK_RUNNING]);
    // It speaks by the socket, which serves nothing but this and what operators call.
    const socketPath = path.join(agent.workDir, 'run/agent.sock');
    const sockets = () => readFileSync('/proc/net/unix', 'utf8').split('\n');
    await until(
      'it is connected to that',
      () => sockets().filter((line) => line.endsWith(socketPath)).length > 1,
    );
    t.is(await statusBy(socketPath, '/slave(1)/state'), 403);
    t.is(await statusBy(socketPath, '/slave(1)/api/v1'), 405);
  },
);

test.serial('a task group over HTTP: both run, the end of one that is killed ends the other', async (t) => {
  const { framework, executor } = await cluster(t);
  const pod: ExecutorInfo = {
    type: ExecutorInfoType.DEFAULT,
    executor_id: { value: 'pod' },
    framework_id: executor.framework_id,
    resources: parseResources('cpus:0.1;mem:32;disk:10').allocatedTo('*').toMessages(),
  };
  const member = (id: string) => ({ name: id, task_id: { value: id }, command: { value: 'sleep 1000' } });
  await framework.launch((facts) => ['one', 'two'].map((id) => ({ ...facts, ...member(id) })), pod);
  await until('both run', () => ['one', 'two'].every((id) => framework.states(id).includes(TASK_RUNNING)));
  framework.client.call({ type: SchedulerCallType.KILL, kill: { task_id: { value: 'one' } } });
  await until('both end', () => ['one', 'two'].every((id) => framework.states(id).includes(TASK_KILLED)));
  t.deepEqual(framework.refusals, []);
});

test.serial('the example of a scheduler runs a command to its end', async (t) => {
  const { master, framework } = await cluster(t);
  // Its offers are for the other one.
  framework.client.stop();
  const child = spawn(process.execPath, ['examples/http-scheduler.mjs', master.url, 'exit 0'], {
    cwd: repositoryRoot,
  });
  t.teardown(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
    });
  await until(
    () => `it ends; it said ${text}`,
    () => child.exitCode !== null,
  );
  t.is(child.exitCode, 0);
  t.regex(text, /TASK_RUNNING[\s\S]*TASK_FINISHED/);
});
