/** Networks of Docker containers: a bridge with mapped ports, networks of users, and what frameworks are told of addresses. */
import { request } from 'node:http';
import test from 'ava';
import {
  type ContainerInfo,
  ContainerInfoDockerInfoNetwork,
  ContainerInfoType,
  HealthCheckType,
  type TaskInfo,
  TaskState,
} from '../../../../proto/generated/types/v1.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import { canRunDocker, startEngine } from '../../../support/dockerEngine.ts';
import { ownRange } from '../../../support/ports.ts';
import { until } from '../../../support/until.ts';
import { hasCgroups } from '../containerizer/support.ts';
import { RESOURCES, registeredAgent } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED } = TaskState;
const { HOST, BRIDGE, USER, NONE } = ContainerInfoDockerInfoNetwork;

let engine: Awaited<ReturnType<typeof startEngine>> | undefined;
/** Of the host, of which agents here offer ten from this one on. */
let firstPort = 0;
test.before(async () => {
  firstPort = await ownRange();
  if (canRunDocker) engine = await startEngine({ bridged: true });
});
test.after.always(async () => {
  // Its bridge would outlive the engine.
  engine?.docker('network', 'prune', '-f');
  await engine?.stop();
});

/** Serves a page that says `answer`. */
const serving = (answer: string, port: number | string) =>
  `cd $MESOS_SANDBOX && echo ${answer} >index.html && exec busybox httpd -f -p ${port}`;

function docker(
  network: ContainerInfoDockerInfoNetwork,
  more: Partial<ContainerInfo> = {},
  extra: object = {},
) {
  const ports = `ports:[${firstPort}-${firstPort + 1}]`;
  return {
    resources: parseResources(`cpus:0.1;mem:64;${ports}`).allocatedTo('*').toMessages(),
    container: { type: ContainerInfoType.DOCKER, docker: { image: 'shell:1', network, ...extra }, ...more },
  };
}

function page(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, path: '/', agent: false, timeout: 2000 }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.end();
  });
}

async function dockerAgent(t: Parameters<typeof registeredAgent>[0], more: Record<string, string> = {}) {
  const flags = {
    ...more,
    resources: RESOURCES.replace(/\[.*\]/, `[${firstPort}-${firstPort + 9}]`),
    containerizers: 'docker,mesos',
    docker_socket: engine?.socket ?? '/nowhere/docker.sock',
  };
  const { master, agent } = await registeredAgent(t, flags);
  const address = (id: string) =>
    master.statuses(id).findLast(({ container_status }) => container_status?.network_infos !== undefined)
      ?.container_status?.network_infos?.[0];
  /** Runs a task, and waits for it to run. @returns false when there is no engine here, and the task said so */
  const runs = async (id: string, value: string, more: Partial<TaskInfo>): Promise<boolean> => {
    master.run(commandTask(id, value, more));
    await until(
      () => `${id} runs: ${JSON.stringify(master.statuses(id).at(-1))}`,
      () => master.states(id).some((state) => state === TASK_RUNNING || state === TASK_FAILED),
    );
    if (engine === undefined) t.regex(master.statuses(id).at(-1)?.message ?? '', /no Docker engine answers/);
    else t.true(master.states(id).includes(TASK_RUNNING), master.statuses(id).at(-1)?.message);
    return engine !== undefined;
  };
  return { master, agent, address, runs };
}

test('as root with Docker: on a bridge ports of the host lead into the container, and its address is told', async (t) => {
  const { address, runs } = await dockerAgent(t);
  const port_mappings = [{ host_port: firstPort, container_port: 8080, protocol: 'tcp' }];
  const isThere = await runs('web', serving('mapped', 8080), docker(BRIDGE, {}, { port_mappings }));
  if (!isThere) return;
  t.is(await until('the port of the host answers', () => page('127.0.0.1', firstPort)), 'mapped\n');
  const { name, ip_addresses } = await until('its address is told', () => address('web'));
  t.is(name, 'bridge');
  const ip = ip_addresses?.[0]?.ip_address ?? '';
  t.is(await until('its own port answers', () => page(ip, 8080)), 'mapped\n');
});

test('as root with Docker: checks look at the loopback of a bridged container, which has the agent’s resolvers and tells what it uses', async (t) => {
  const entry = { network_mode: 'BRIDGE', dns: { nameservers: ['10.0.0.54'], search: ['flag.test'] } };
  const { master, agent, runs } = await dockerAgent(t, {
    default_container_dns: JSON.stringify({ docker: [entry] }),
  });
  const often = { delay_seconds: 0, interval_seconds: 0.2, grace_period_seconds: 1000 };
  const health_check = { type: HealthCheckType.TCP, tcp: { port: 8082 }, ...often };
  const command = serving('inner', '127.0.0.1:8082');
  if (!(await runs('inner', command, { ...docker(BRIDGE), health_check }))) return;
  await until('it is healthy', () => master.statuses('inner').some(({ healthy }) => healthy === true));
  const response = await fetch(`${agent.url}/slave(1)/monitor/statistics`);
  const [{ statistics }] = (await response.json()) as [{ statistics: Record<string, number> }];
  if (hasCgroups(['cpu', 'memory']))
    t.true((statistics['mem_total_bytes'] ?? 0) > 0 && (statistics['cpus_user_time_secs'] ?? -1) >= 0);
  t.is(statistics['cpus_soft_limit'], 0.2);
  const container = master.statuses('inner').at(-1)?.container_status?.container_id?.value;
  const resolvers = engine?.docker('exec', `mesos-${container}`, 'cat', '/etc/resolv.conf');
  t.regex(resolvers ?? '', /nameserver 10\.0\.0\.54/);
  t.regex(resolvers ?? '', /search flag\.test/);
});

test('as root with Docker: tasks of a network of users reach each other, by its name in network_infos or a parameter', async (t) => {
  const { master, address, runs } = await dockerAgent(t);
  engine?.docker('network', 'create', '--subnet', `10.214.${process.pid % 250}.0/24`, 'own');
  const inOwn = docker(USER, { network_infos: [{ name: 'own' }] });
  if (!(await runs('server', serving('neighbour', 8081), inOwn))) return;
  const { name, ip_addresses } = await until('its address is told', () => address('server'));
  t.is(name, 'own');
  const ip = ip_addresses?.[0]?.ip_address ?? '';
  t.true(ip.startsWith(`10.214.${process.pid % 250}.`), ip);
  const client = `until busybox wget -q -O - http://${ip}:8081/ | busybox grep neighbour; do sleep 0.2; done`;
  const byParameter = docker(USER, {}, { parameters: [{ key: 'network', value: 'own' }] });
  master.run(commandTask('client', client, byParameter));
  await until('the client reaches it', () => master.states('client').includes(TASK_FINISHED));
});

test('as root with Docker: the host’s network is the default, none has none', async (t) => {
  const { master, address, runs } = await dockerAgent(t);
  const inHost = docker(HOST);
  if (!(await runs('host', serving('of the host', firstPort + 1), inHost))) return;
  t.is(await until('it answers on the host', () => page('127.0.0.1', firstPort + 1)), 'of the host\n');
  const interfaces = 'ls /sys/class/net; [ "$(ls /sys/class/net)" = lo ]';
  master.run(commandTask('none', interfaces, docker(NONE)));
  await until('it ends', () => master.states('none').some((state) => state === TASK_FINISHED));
  t.is(address('none')?.name, undefined);
});
