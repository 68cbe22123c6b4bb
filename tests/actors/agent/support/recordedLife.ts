/** The life of the recorded framework at its agent, lived again at one of ours: the same tasks, executors and operations. */
import http from 'node:http';
import {
  type FrameworkInfo,
  fromJson,
  type OfferOperation,
  RecordDecoder,
  type SchedulerCall,
  type TaskGroupInfo,
  TaskState,
} from '../../../../proto/index.ts';
import { exchangeOf, filesOf, type Json } from '../../../support/golden.ts';
import { until } from '../../../support/until.ts';
import type { RealAgent } from './realAgent.ts';
import type { TestMaster } from './testMaster.ts';

export const RECORDED = 'f096210f-078d-4f25-84e9-56a220480b19';
const OURS = '1b7e4c5a-0c1f-4d53-9d3e-6f5d8a4f1a10';

/** Recorded ids as ours. */
export const translated = (text: string): string => text.replaceAll(RECORDED, OURS);
export const FRAMEWORK_ID = `${OURS}-0000`;
export const AGENT_ID = `${OURS}-S0`;

function recordedCall(name: string): SchedulerCall {
  const file = filesOf('scheduler').find((each) => each.includes(name)) ?? name;
  const text = translated(bodyOf('scheduler', file));
  return fromJson('mesos.v1.scheduler.Call', JSON.parse(text)) as SchedulerCall;
}

function bodyOf(folder: string, file: string): string {
  const { body = '' } = exchangeOf(folder, file).request;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The update between the recorded ones. */
const RUNNING = {
  state: 'TASK_RUNNING',
  message: 'hello',
  source: 'SOURCE_EXECUTOR',
  data: 'ZGF0YQ==',
  uuid: 'yoaIDk+CQE+pQyn7xsVJgA==',
  labels: { labels: [{ key: 'k', value: 'v' }] },
};

const operationsOf = (name: string): readonly OfferOperation[] => recordedCall(name).accept?.operations ?? [];

export class RecordedLife {
  private readonly agent: RealAgent;
  private readonly master: TestMaster;
  private readonly framework: FrameworkInfo;

  constructor(agent: RealAgent, master: TestMaster) {
    this.agent = agent;
    this.master = master;
    const info = recordedCall('stream-1').subscribe?.framework_info ?? { user: '', name: '' };
    // Whoever tests need not be root.
    this.framework = { ...info, id: { value: FRAMEWORK_ID } };
    // The recorded scheduler acknowledged.
    master.acknowledges = false;
  }

  private states(id: string): TaskState[] {
    return this.master.states(id);
  }

  /** What the scheduler has not acknowledged yet. */
  acknowledge(): void {
    for (const { update } of this.master.messages('mesos.internal.StatusUpdateMessage'))
      this.master.acknowledge(update.status, this.framework);
  }

  private async reach(state: TaskState, ...ids: string[]): Promise<void> {
    await until(`${ids.join()} in state ${state}`, () => {
      this.acknowledge();
      return ids.every((id) => this.states(id).includes(state));
    });
    this.acknowledge();
  }

  /** The agent has heard that so many tasks' ends were acknowledged. */
  private async completed(count: number): Promise<void> {
    await until(`${count} tasks are completed`, async () => {
      const headers = { 'Content-Type': 'application/json', connection: 'close' };
      const url = `${this.agent.url}/slave(1)/api/v1`;
      const answer = await fetch(url, { method: 'POST', headers, body: '{"type":"GET_TASKS"}' });
      const { get_tasks } = (await answer.json()) as { get_tasks: { completed_tasks: readonly unknown[] } };
      return get_tasks.completed_tasks.length === count;
    });
  }

  /** g-sleep runs; g-true, g-fail and g-kill9 are over and acknowledged. */
  async launched(): Promise<void> {
    for (const { launch } of operationsOf('ACCEPT-launch.'))
      for (const task of launch?.task_infos ?? []) this.master.run(task, this.framework);
    await this.reach(TaskState.TASK_RUNNING, 'g-sleep');
    await this.reach(TaskState.TASK_FINISHED, 'g-true');
    await this.reach(TaskState.TASK_FAILED, 'g-fail', 'g-kill9');
    await this.completed(3);
  }

  /** g-sleep is killed; a group with checks runs. */
  async grouped(): Promise<void> {
    this.master.kill('g-sleep', undefined, this.framework);
    await this.reach(TaskState.TASK_KILLED, 'g-sleep');
    await this.completed(4);
    for (const { launch_group } of operationsOf('ACCEPT-launch-group')) {
      const { executor, task_group } = launch_group ?? {};
      if (executor === undefined) continue;
      const group: TaskGroupInfo = task_group ?? {};
      this.master.tell('mesos.internal.RunTaskGroupMessage', {
        framework: this.framework,
        executor,
        task_group: group,
        launch_executor: true,
      });
    }
    await until('both were checked', () => {
      this.acknowledge();
      const of = (id: string) =>
        this.master.statuses(id).map(({ check_status, healthy }) => ({ check_status, healthy }));
      return (
        of('grp-a').some(({ check_status }) => check_status?.command?.exit_code === 0) &&
        of('grp-b').some(({ healthy }) => healthy)
      );
    });
    this.acknowledge();
    await until('no check looks into the group any more', async () => {
      const body = { type: 'GET_CONTAINERS', get_containers: { show_nested: true } };
      const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
      const answer = await fetch(`${this.agent.url}/api/v1`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      const { get_containers } = (await answer.json()) as { get_containers: { containers: unknown[] } };
      return get_containers.containers.length === 3;
    });
  }

  /** The group is killed; an executor that nobody here wrote has a task, until it is shut down. */
  async custom(environmentOf: () => string) {
    this.master.kill('grp-a', undefined, this.framework);
    await this.reach(TaskState.TASK_KILLED, 'grp-a', 'grp-b');
    const [operation] = operationsOf('ACCEPT-custom-executor');
    for (const task of operation?.launch?.task_infos ?? []) {
      const executor = task.executor && {
        ...task.executor,
        command: { value: 'env > environment; exec sleep 1000' },
      };
      this.master.run({ ...task, ...(executor && { executor }) }, this.framework);
    }
    await until('the executor has written its environment', () => environmentOf().includes('MESOS_SANDBOX'));
    const { events, heads, close } = await this.subscribeExecutor();
    const told = (count: number) => until(`event ${count} of the executor`, () => events.length >= count);
    const ids = { framework_id: { value: FRAMEWORK_ID }, executor_id: { value: 'cexec' } };
    const slave_id = { value: AGENT_ID };
    await told(2);
    await this.postExecutor(bodyOf('executor', '002-update-starting.json'));
    await told(3);
    const running = { ...RUNNING, task_id: { value: 'c1' } };
    await this.postExecutor(JSON.stringify({ ...ids, type: 'UPDATE', update: { status: running } }));
    await told(4);
    const data = Buffer.from('to executor');
    this.master.tell('mesos.internal.FrameworkToExecutorMessage', { ...ids, slave_id, data });
    await told(5);
    this.master.kill('c1', undefined, this.framework);
    await told(6);
    await this.postExecutor(bodyOf('executor', '010-update-killed.json'));
    await told(7);
    await this.reach(TaskState.TASK_KILLED, 'c1');
    this.master.tell('mesos.internal.ShutdownExecutorMessage', ids);
    await told(8);
    close();
    return { environment: environmentOf(), events, heads };
  }

  /** With the body that was recorded. */
  private async subscribeExecutor() {
    const decoder = new RecordDecoder();
    const events: Json[] = [];
    let heads: { status: number; headers: http.IncomingHttpHeaders } | undefined;
    const request = this.executorRequest((response) => {
      heads = { status: response.statusCode ?? 0, headers: response.headers };
      response.on('data', (chunk: Buffer) => {
        for (const record of decoder.push(chunk))
          events.push(JSON.parse(Buffer.from(record).toString()) as Json);
      });
    });
    request.end(translated(bodyOf('executor', 'stream.json')));
    const answered = await until('the executor is answered', () => heads);
    return { events, heads: answered, close: () => request.destroy() };
  }

  private postExecutor(body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = this.executorRequest((response) => response.resume().on('end', () => resolve()));
      request.on('error', reject);
      request.end(translated(body));
    });
  }

  private executorRequest(listener: (response: http.IncomingMessage) => void): http.ClientRequest {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const url = `${this.agent.url}/slave(1)/api/v1/executor`;
    const request = http.request(url, { method: 'POST', headers, agent: false }, listener);
    request.on('error', () => undefined);
    return request;
  }

  /** Two operations are carried out; the framework is shut down and nothing of it runs. */
  async over(): Promise<void> {
    const { master } = this;
    const version = master.messages('mesos.internal.RegisterSlaveMessage')[0]?.resource_version_uuid;
    const recorded = exchangeOf('operator-agent', '017-bare-GET_OPERATIONS.json').response.json as {
      get_operations: { operations: readonly { info: unknown; uuid: { value: string } }[] };
    };
    for (const { info, uuid } of [...recorded.get_operations.operations].reverse()) {
      master.tell('mesos.internal.ApplyOperationMessage', {
        framework_id: { value: FRAMEWORK_ID },
        operation_info: fromJson('mesos.v1.Offer.Operation', info) as OfferOperation,
        operation_uuid: { value: Buffer.from(uuid.value, 'base64') },
        resource_version_uuid: { uuid: version ?? { value: new Uint8Array() } },
      });
    }
    await until(
      'both operations are done',
      () => master.messages('mesos.internal.UpdateOperationStatusMessage').length >= 2,
    );
    master.tell('mesos.internal.ShutdownFrameworkMessage', { framework_id: { value: FRAMEWORK_ID } });
    await until('nothing runs', async () => {
      this.acknowledge();
      const answer = await fetch(`${this.agent.url}/state`, { headers: { connection: 'close' } });
      const { frameworks } = (await answer.json()) as { frameworks: readonly unknown[] };
      return frameworks.length === 0;
    });
  }
}
