/** Checks of a task in a network of its own: what they look at is the task's loopback, and what is told of it is its address. */
import test from 'ava';
import {
  CheckInfoType,
  ContainerInfoType,
  HealthCheckType,
  TaskState,
} from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { bridgedNetworks, canNetwork } from '../containerizer/isolators/network/networks.ts';
import { registeredAgent } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

test('as root: HTTP and TCP checks look into the network of a task, whose address its status tells', async (t) => {
  const networks = bridgedNetworks(t);
  const { master, agent } = await registeredAgent(t, networks.flags);
  const container = { type: ContainerInfoType.MESOS, network_infos: [{ name: 'bridged' }] };
  const often = { delay_seconds: 0, interval_seconds: 0.1, timeout_seconds: 120, grace_period_seconds: 600 };
  const listen = 'require("http").createServer((_, answer) => answer.end()).listen(8000, "127.0.0.1")';
  const task = commandTask('task', `exec '${process.execPath}' -e '${listen}'`, {
    container,
    health_check: { type: HealthCheckType.HTTP, http: { port: 8000, scheme: 'http' }, ...often },
    check: { type: CheckInfoType.TCP, tcp: { port: 8000 }, ...often },
  });
  master.run(task);
  if (!canNetwork) {
    await until('it fails', () => master.states('task').includes(TaskState.TASK_FAILED));
    t.regex(master.statuses('task').at(-1)?.message ?? '', /network 'bridged': networks need root/);
    return;
  }
  await until('it is healthy', () => master.statuses('task').some(({ healthy }) => healthy === true));
  await until('it is connected to', () =>
    master.statuses('task').some(({ check_status }) => check_status?.tcp?.succeeded === true),
  );
  const infos = master.statuses('task').at(-1)?.container_status?.network_infos ?? [];
  t.is(infos[0]?.name, 'bridged');
  t.true(infos[0]?.ip_addresses?.[0]?.ip_address?.startsWith(networks.subnet));
  const response = await fetch(`${agent.url}/slave(1)/containers`);
  const [{ status }] = (await response.json()) as [{ status: { network_infos: { name: string }[] } }];
  t.is(status.network_infos[0]?.name, 'bridged');
  master.kill('task');
  await until('its address is given back', () => networks.leases().length === 0);
});

test('as root: a task of a group on a network of its own tells its address, not its executor’s', async (t) => {
  const networks = bridgedNetworks(t);
  const { master } = await registeredAgent(t, networks.flags);
  const container = { type: ContainerInfoType.MESOS, network_infos: [{ name: 'bridged' }] };
  master.runGroup([commandTask('apart', 'sleep 1000', { container }), commandTask('along', 'sleep 1000')]);
  if (!canNetwork) {
    await until('it fails', () => master.states('apart').includes(TaskState.TASK_FAILED));
    t.regex(master.statuses('apart').at(-1)?.message ?? '', /network 'bridged': networks need root/);
    return;
  }
  const running = (id: string) => master.statuses(id).find(({ state }) => state === TaskState.TASK_RUNNING);
  await until('both run', () => running('apart') !== undefined && running('along') !== undefined);
  const address = (id: string) =>
    running(id)?.container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address;
  t.true(address('apart')?.startsWith(networks.subnet), address('apart'));
  t.is(address('along'), '127.0.0.1');
  for (const id of ['apart', 'along']) master.kill(id);
  await until('its address is given back', () => networks.leases().length === 0);
});
