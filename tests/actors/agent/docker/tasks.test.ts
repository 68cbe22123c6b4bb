/** Tasks in containers of a real Docker engine. Without root or Docker an agent says so and runs other tasks. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import {
  type ContainerInfo,
  type ContainerInfoDockerInfo,
  ContainerInfoDockerInfoNetwork,
  ContainerInfoType,
  TaskState,
  TaskStatusReason,
  VolumeMode,
} from '../../../../proto/generated/types/v1.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import { canRunDocker, startEngine } from '../../../support/dockerEngine.ts';
import { until } from '../../../support/until.ts';
import { realAgent, registeredAgent } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const { TASK_FINISHED, TASK_FAILED, TASK_RUNNING, TASK_KILLED } = TaskState;

let engine: Awaited<ReturnType<typeof startEngine>> | undefined;
test.before(async () => {
  if (canRunDocker) engine = await startEngine();
});
test.after.always(() => engine?.stop());

function flags(): Record<string, string> {
  return { containerizers: 'docker,mesos', docker_socket: engine?.socket ?? '/nowhere/docker.sock' };
}

function docker(
  more: Partial<ContainerInfoDockerInfo> = {},
  info: Partial<ContainerInfo> = {},
): ContainerInfo {
  return { type: ContainerInfoType.DOCKER, docker: { image: 'shell:1', ...more }, ...info };
}

test('without an engine: a Docker task fails and says why, others run', async (t) => {
  const { master } = await registeredAgent(t, { ...flags(), docker_socket: '/nowhere/docker.sock' });
  master.run(commandTask('docker', 'true', { container: docker() }));
  master.run(commandTask('plain', 'true'));
  await until('both end', () => ['docker', 'plain'].every((id) => master.states(id).length >= 2));
  await until('the plain one ends well', () => master.states('plain').includes(TASK_FINISHED));
  const last = master.statuses('docker').at(-1);
  t.is(last?.reason, TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED);
  t.regex(last?.message ?? '', /no Docker engine answers at \/nowhere\/docker\.sock \(ENOENT\)$/);
});

test('as root with Docker: states, environment, volumes and output of a task', async (t) => {
  const { master, workDir } = await registeredAgent(t, flags());
  const volume = { container_path: '/data', host_path: workDir, mode: VolumeMode.RO };
  const command = {
    value: 'env; pwd; ls /data; touch $MESOS_SANDBOX/made; touch /data/x; echo bad >&2; exit 3',
    environment: { variables: [{ name: 'OWN', value: 'mine' }] },
  };
  master.run(commandTask('d', '', { command, container: docker({}, { volumes: [volume] }) }));
  await until('it ends', () => master.states('d').some((state) => state === TASK_FAILED));
  const last = master.statuses('d').at(-1);
  if (engine === undefined) {
    t.regex(last?.message ?? '', /no Docker engine answers/);
    return;
  }
  t.is(last?.message, 'Command exited with status 3');
  t.true(master.states('d').includes(TASK_RUNNING));
  const sandbox = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/d/runs/latest`;
  const stdout = readFileSync(`${sandbox}/stdout`, 'utf8');
  for (const line of ['OWN=mine', 'MESOS_SANDBOX=/mnt/mesos/sandbox', 'meta', 'slaves'])
    t.true(stdout.split('\n').includes(line), line);
  t.regex(stdout, /^MESOS_CONTAINER_NAME=mesos-/m);
  t.regex(readFileSync(`${sandbox}/stderr`, 'utf8'), /x: Read-only.*\nbad\n$/);
  t.is(readFileSync(`${sandbox}/made`, 'utf8'), '');
});

test('as root with Docker: kill, memory, parameters and what is wrong with a container', async (t) => {
  const { master } = await registeredAgent(t, flags());
  const resources = parseResources('cpus:0.1;mem:64;ports:[31000-31000]').allocatedTo('*').toMessages();
  const label = { key: 'label', value: 'a=b' };
  const network = ContainerInfoDockerInfoNetwork.NONE;
  const container = docker({ network, parameters: [label] });
  master.run(commandTask('long', 'sleep 1000', { container, resources }));
  const port = { host_port: 5000, container_port: 80 };
  const wrong: [string, ContainerInfo, RegExp][] = [
    ['image', docker({ image: '../x' }), /is no name of an image/],
    ['absent', docker({ image: '127.0.0.1:1/absent:1' }), /image '127.0.0.1:1\/absent:1' cannot be pulled: /],
    [
      'parameter',
      docker({ parameters: [{ key: 'frobnicate', value: '1' }] }),
      /parameter 'frobnicate' is not known/,
    ],
    [
      'port',
      docker({ network: 2, port_mappings: [port] }),
      /port 5000 of the host is not among the resources/,
    ],
    ['hostname', docker({}, { hostname: 'h' }), /host network has no hostname/],
  ];
  for (const [id, info] of wrong) master.run(commandTask(id, 'true', { container: info, resources }));
  for (const [id, , message] of wrong) {
    await until(`${id} fails`, () => master.states(id).includes(TASK_FAILED));
    const said = master.statuses(id).at(-1)?.message ?? '';
    if (engine !== undefined || !/pulled/.test(message.source)) t.regex(said, message);
  }
  if (engine === undefined) return;
  await until('it runs', () => master.states('long').includes(TASK_RUNNING));
  const [name = ''] = engine.docker('ps', '--filter', 'label=a=b', '--format', '{{.Names}}').split('\n');
  const facts = engine.docker(
    'inspect',
    '--format',
    '{{.HostConfig.Memory}} {{.HostConfig.CpuShares}}',
    name,
  );
  // With the overhead of the command executor.
  t.is(facts.trim(), `${96 * 2 ** 20} 204`);
  master.kill('long', 100);
  await until('it ends', () => master.states('long').includes(TASK_KILLED));
  t.is(master.statuses('long').at(-1)?.message, 'Command terminated with signal Killed');
});

test('as root with Docker: a task outlives its agent, loses no line, and orphans go', async (t) => {
  const { master, agent, workDir, world } = await registeredAgent(t, flags());
  master.run(
    commandTask('d', 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i; sleep 0.1; done', {
      container: docker(),
    }),
  );
  if (engine === undefined) {
    await until('it fails', () => master.states('d').includes(TASK_FAILED));
    t.regex(master.statuses('d').at(-1)?.message ?? '', /no Docker engine answers/);
    return;
  }
  const stdout = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/d/runs/latest/stdout`;
  await until('it says something', () => readFileSync(stdout, 'utf8').includes('3\n'));
  const name = `mesos-${master.statuses('d').at(-1)?.container_status?.container_id?.value}`;
  const label = engine
    .docker('inspect', '--format', '{{index .Config.Labels "mesostate.agent"}}', name)
    .trim();
  await agent.leave();
  engine.docker(
    'run',
    '-d',
    '--net',
    'none',
    '--name',
    'mesos-orphan',
    '--label',
    `mesostate.agent=${label}`,
    'shell:1',
    'sleep',
    '1000',
  );
  const port = String(agent.listening.node.address.port);
  await realAgent(t, world, workDir, { ...flags(), port, docker_remove_delay: '10ms' });
  await until('it ends well', () => master.states('d').includes(TASK_FINISHED));
  t.is(readFileSync(stdout, 'utf8'), Array.from({ length: 40 }, (_, i) => `${i + 1}\n`).join(''));
  await until(
    'nothing is left',
    () => engine?.docker('ps', '-aq', '--filter', `label=mesostate.agent=${label}`) === '',
  );
});

test('as root with Docker: a container is there until its end was acknowledged, for an agent that is killed before', async (t) => {
  const { master } = await registeredAgent(t, { ...flags(), docker_remove_delay: '1ms' });
  const ended = engine === undefined ? TASK_FAILED : TASK_FINISHED;
  master.run(commandTask('acknowledged', 'true', { container: docker() }));
  await until('the first one ends', () => master.states('acknowledged').includes(ended));
  if (engine === undefined) return;
  const stateOf = (id: string): string | undefined => {
    const name = `mesos-${master.statuses(id).at(-1)?.container_status?.container_id?.value}`;
    return engine?.docker('ps', '-a', '--filter', `name=${name}`, '--format', '{{.State}}');
  };
  await until('it is removed', () => stateOf('acknowledged') === '');
  master.acknowledges = false;
  master.run(commandTask('silent', 'true', { container: docker() }));
  await until('the other one begins', () => master.states('silent').length > 0);
  await until('it has ended', () => stateOf('silent')?.includes('exited') === true);
  // Meanwhile it could have been removed.
  engine.docker('run', '--rm', '--net', 'none', 'shell:1', 'true');
  t.regex(stateOf('silent') ?? '', /exited/);
});
