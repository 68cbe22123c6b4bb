/** Reservations and persistent volumes in a cluster of real processes, through a `kill -9` of the agent. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
  FrameworkInfoCapabilityType,
  type OfferOperation,
  OperationState,
  type Resource,
  SchedulerCallType,
  SchedulerEventType,
  TaskState,
} from '../../proto/index.ts';
import { parseResources, pushReservation, Resources } from '../../proto/resources/index.ts';
import { type AgentProcess, boot, bootAgent, bootMaster, getJson, scratch } from '../support/processes.ts';
import { SchedulerClient } from '../support/schedulerClient.ts';
import { until } from '../support/until.ts';

const Capability = FrameworkInfoCapabilityType;
const INFO = {
  user: 'nobody',
  name: 'database',
  roles: ['db'],
  principal: 'p',
  checkpoint: true,
  failover_timeout: 600,
  capabilities: [Capability.MULTI_ROLE, Capability.PARTITION_AWARE, Capability.RESERVATION_REFINEMENT].map(
    (type) => ({ type }),
  ),
};
const FLAGS = ['--resources=cpus:2;mem:512;disk:500;ports:[31000-31001]'];

function reserved(text: string): Resource[] {
  return pushReservation(parseResources(text), { type: 2, role: 'db', principal: 'p' }).toMessages();
}

const [disk = { name: 'disk', type: 0 as const }] = reserved('disk:100');
const DATA: Resource = {
  ...disk,
  disk: { persistence: { id: 'data', principal: 'p' }, volume: { container_path: 'data', mode: 1 } },
};
const HELD = [...reserved('cpus:1;mem:128'), DATA];

function launch(agent_id: { value: string }, id: string, command: string): OfferOperation {
  const task = {
    name: id,
    task_id: { value: id },
    agent_id,
    resources: HELD,
    command: { value: command },
  };
  return { type: 1, launch: { task_infos: [task] } };
}

class Database {
  readonly client: SchedulerClient;
  private used = 0;

  constructor(client: SchedulerClient) {
    this.client = client;
  }

  /** Accepts the next offer that has all of `wanted`. */
  async accept(
    wanted: Resources,
    operations: (agent_id: { value: string }) => OfferOperation[],
  ): Promise<void> {
    const offer = await until('an offer with what is wanted', () => {
      const offers = this.client.events.flatMap((event) => event.offers?.offers ?? []).slice(this.used);
      return offers.find(({ resources }) => Resources.of(resources).unallocated().contains(wanted));
    });
    this.used = this.client.events.flatMap((event) => event.offers?.offers ?? []).indexOf(offer) + 1;
    await this.client.call({
      type: SchedulerCallType.ACCEPT,
      accept: {
        offer_ids: [offer.id],
        operations: operations(offer.agent_id),
        filters: { refuse_seconds: 0 },
      },
    });
  }

  async task(id: string, state: TaskState): Promise<void> {
    await this.client.first(
      SchedulerEventType.UPDATE,
      ({ update }) => update?.status.task_id.value === id && update.status.state === state,
    );
  }

  /** How often the end of an operation was told. */
  told(id: string): number {
    return this.client.events.filter(
      ({ update_operation_status: update }) =>
        update?.status.operation_id?.value === id &&
        update.status.state === OperationState.OPERATION_FINISHED,
    ).length;
  }

  async acknowledge(id: string): Promise<void> {
    const { update_operation_status: update } = await this.client.first(
      SchedulerEventType.UPDATE_OPERATION_STATUS,
      (event) => event.update_operation_status?.status.operation_id?.value === id,
    );
    const { agent_id, uuid } = update?.status ?? {};
    await this.client.call({
      type: SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS,
      acknowledge_operation_status: {
        agent_id,
        operation_id: { value: id },
        uuid: uuid?.value ?? new Uint8Array(),
      },
    });
  }
}

interface Slaves {
  readonly slaves: {
    readonly active: boolean;
    readonly reserved_resources_full: Record<string, unknown[]>;
  }[];
}

function stdoutOf(agent: AgentProcess, task: string): string {
  const root = path.join(agent.workDir, 'slaves');
  const name = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((each) =>
    new RegExp(`/executors/${task}/runs/(?!latest)[^/]+/stdout$`).test(each),
  );
  return name === undefined ? '' : readFileSync(path.join(root, name), 'utf8');
}

test('a persistent volume outlives its tasks and a killed agent, and goes when it is destroyed', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  const workDir = path.join(folder, 'agent');
  const first = await bootAgent(t, master, workDir, FLAGS);
  const database = new Database(await SchedulerClient.subscribe(t, master.url, INFO));
  const volume = path.join(workDir, 'volumes/roles/db/data');

  await database.accept(parseResources('cpus:1;mem:128;disk:100'), (agent) => [
    { type: 2, id: { value: 'reserve' }, reserve: { resources: reserved('cpus:1;mem:128;disk:100') } },
    { type: 4, id: { value: 'create' }, create: { volumes: [DATA] } },
    launch(agent, 'one', 'echo one >> data/log'),
  ]);
  await database.task('one', TaskState.TASK_FINISHED);
  t.is(readFileSync(path.join(volume, 'log'), 'utf8'), 'one\n');
  await database.acknowledge('reserve');
  t.is(database.told('create'), 1);

  // A task uses the volume, and the end of CREATE is not acknowledged, when the agent is killed.
  await database.accept(Resources.of(HELD), (agent) => [
    launch(agent, 'two', 'echo two >> data/log; exec sleep 600'),
  ]);
  await database.task('two', TaskState.TASK_RUNNING);
  await until('the task writes', () => readFileSync(path.join(volume, 'log'), 'utf8') === 'one\ntwo\n');
  first.child.kill('SIGKILL');
  await first.exited;
  const second = await bootAgent(t, master, workDir, FLAGS, { port: first.port });
  await until('the agent is back', async () => {
    const { slaves } = await getJson<Slaves>(`${master.url}/slaves`);
    return slaves.length === 1 && slaves[0]?.active === true;
  });
  await until('the end of CREATE is told again', () => database.told('create') > 1);
  t.is(database.told('reserve'), 1, 'what was acknowledged is not');
  await database.acknowledge('create');
  const { slaves } = await getJson<Slaves>(`${master.url}/slaves`);
  t.is(slaves[0]?.reserved_resources_full['db']?.length, 3);

  await database.client.call({ type: SchedulerCallType.KILL, kill: { task_id: { value: 'two' } } });
  await database.task('two', TaskState.TASK_KILLED);
  await database.accept(Resources.of(HELD), (agent) => [launch(agent, 'three', 'cat data/log')]);
  await database.task('three', TaskState.TASK_FINISHED);
  t.is(stdoutOf(second, 'three'), 'one\ntwo\n');

  await database.accept(Resources.of(HELD), () => [
    { type: 5, id: { value: 'destroy' }, destroy: { volumes: [DATA] } },
    { type: 3, id: { value: 'unreserve' }, unreserve: { resources: reserved('cpus:1;mem:128;disk:100') } },
  ]);
  await until('both are done', () => database.told('destroy') > 0 && database.told('unreserve') > 0);
  t.false(existsSync(volume));
  await until('nothing is reserved', async () => {
    const after = await getJson<Slaves>(`${master.url}/slaves`);
    return Object.keys(after.slaves[0]?.reserved_resources_full ?? { x: 1 }).length === 0;
  });
});

test('an agent that was given less than it has made of it does not start', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  const workDir = path.join(folder, 'agent');
  const first = await bootAgent(t, master, workDir, [...FLAGS, '--reconfiguration_policy=additive']);
  const slaveId = await until('the agent is registered', async () => {
    const { slaves } = await getJson<{ slaves: { id: string }[] }>(`${master.url}/slaves`);
    return slaves[0]?.id;
  });
  const resources = JSON.stringify([
    { name: 'cpus', type: 'SCALAR', scalar: { value: 2 }, reservations: [{ type: 'DYNAMIC', role: 'db' }] },
  ]);
  const form = new URLSearchParams({ slaveId, resources });
  t.is((await fetch(`${master.url}/reserve`, { method: 'POST', body: form })).status, 202);
  await until('it is reserved', async () => {
    const { reserved_resources } = await getJson<{ reserved_resources: object }>(`${first.url}/state`);
    return 'db' in reserved_resources;
  });
  t.is(await first.end(), 0);
  const small = ['--resources=cpus:1;mem:512;disk:500;ports:[31000-31001]'];
  rmSync(path.join(workDir, 'meta/slaves/latest'));
  const again = boot(t, [
    '--role=agent',
    `--master=127.0.0.1:${master.port}`,
    `--port=${first.port}`,
    `--work_dir=${workDir}`,
    ...small,
  ]);
  t.not(await again.exited, 0);
  t.regex(again.output(), /do not fit what was made of them before/);
});
