/** Runs a task or a task group and waits for it, as `mesos-execute` does. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import {
  type CommandInfo,
  type ContainerInfo,
  type TaskGroupInfo,
  type TaskInfo,
  VolumeMode,
} from '../../proto/index.ts';
import { fromJsonText } from '../../proto/json.ts';
import { parseResourceMessages } from '../../proto/resources/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import { defineCommand, type Values } from '../command.ts';
import { Problem, usageProblem } from '../problem.ts';
import { Runner } from '../run/runner.ts';

const OPTIONS = {
  name: { kind: 'text', value: 'NAME', help: 'How the task is called; default: its command' },
  resources: { kind: 'text', value: 'RESOURCES', help: 'What it needs; default cpus:1;mem:128' },
  role: { kind: 'text', value: 'ROLE', help: 'In this role; default *' },
  user: { kind: 'text', short: 'u', value: 'USER', help: 'As this user; default: yours' },
  env: {
    kind: 'list',
    short: 'e',
    value: 'NAME=VALUE',
    help: 'A variable of its environment; may be repeated',
  },
  uri: { kind: 'list', value: 'URI', help: 'Fetched into its sandbox before it starts; may be repeated' },
  'docker-image': { kind: 'text', value: 'IMAGE', help: "In a container of Docker's" },
  volume: {
    kind: 'list',
    short: 'v',
    value: 'HOST:PATH[:ro]',
    help: 'A folder of the machine, seen at PATH; may be repeated',
  },
  'task-group': { kind: 'text', value: 'FILE', help: 'A TaskGroupInfo in JSON in place of a command' },
  quiet: { kind: 'flag', short: 'q', help: 'Print only what the task prints' },
} as const;

type RunValues = Values<typeof OPTIONS>;

export const run = defineCommand({
  name: 'run',
  words: 'COMMAND [ARGUMENT…]',
  summary: 'Runs a command on the cluster, prints what it prints, ends with its exit code',
  details: [
    'mesostate run -- python3 train.py --epochs 3       as it stands, word by word',
    "mesostate run 'echo $HOSTNAME; sleep 10'           one word: a line for a shell",
    'Ctrl-C kills it. The framework of a run ends with it.',
  ].join('\n'),
  options: OPTIONS,
  arity: { min: 0, max: 10_000 },
  literalAfter: 0,
  run: (context, values, words) => {
    const group = values['task-group'];
    if ((group === undefined) === (words.length === 0))
      throw usageProblem('run: expected a COMMAND, or --task-group=FILE');
    const tasks = group === undefined ? [taskOf(values, words)] : groupOf(group);
    const user = values.user ?? os.userInfo().username;
    const runner = new Runner(context, {
      tasks,
      isGroup: group !== undefined,
      name: values.name ?? tasks[0]?.name ?? 'run',
      user,
      role: values.role ?? '*',
      isQuiet: values.quiet,
    });
    return runner.run();
  },
});

/** A task without its agent. */
function taskOf(values: RunValues, words: readonly string[]): Omit<TaskInfo, 'agent_id'> {
  const [line = ''] = words;
  const id = `run-${realPorts().ids.uuid()}`;
  const command: CommandInfo = {
    ...(words.length === 1 ? { value: line } : { shell: false, value: line, arguments: [...words] }),
    uris: values.uri.map((value) => ({ value })),
    environment: { variables: [{ name: 'MESOS_TASK_ID', value: id }, ...values.env.map(variableOf)] },
    ...(values.user === undefined ? {} : { user: values.user }),
  };
  const container = containerOf(values);
  return {
    name: values.name ?? words.join(' ').slice(0, 64),
    task_id: { value: id },
    resources: resourcesOf(values.resources ?? 'cpus:1;mem:128'),
    command,
    ...(container === undefined ? {} : { container }),
  };
}

function variableOf(text: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at < 1) throw usageProblem(`--env: expected NAME=VALUE, got '${text}'`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

function resourcesOf(text: string) {
  try {
    return parseResourceMessages(text);
  } catch (error) {
    throw usageProblem(`--resources: ${(error as Error).message}`);
  }
}

function containerOf({ 'docker-image': image, volume }: RunValues): ContainerInfo | undefined {
  if (image === undefined && volume.length === 0) return undefined;
  const volumes = volume.map((text) => {
    const [host_path = '', container_path = '', mode = 'rw', ...more] = text.split(':');
    if (host_path === '' || container_path === '' || !/^r[ow]$/.test(mode) || more.length > 0)
      throw usageProblem(`--volume: expected HOST:PATH or HOST:PATH:ro, got '${text}'`);
    return { host_path, container_path, mode: mode === 'ro' ? VolumeMode.RO : VolumeMode.RW };
  });
  // DOCKER is 1, MESOS 2.
  return image === undefined ? { type: 2, volumes } : { type: 1, docker: { image }, volumes };
}

/** @throws Problem naming the file */
function groupOf(file: string): Omit<TaskInfo, 'agent_id'>[] {
  try {
    const document = JSON.parse(readFileSync(file, 'utf8')) as { tasks?: object[] };
    // Which agent it will be is not known yet; the message wants to be told.
    const tasks = (document.tasks ?? []).map((task) => ({ agent_id: { value: '' }, ...task }));
    const group = fromJsonText('mesos.v1.TaskGroupInfo', JSON.stringify({ tasks })) as TaskGroupInfo;
    if ((group.tasks?.length ?? 0) === 0) throw new Error('it has no tasks');
    return group.tasks ?? [];
  } catch (error) {
    throw new Problem(`--task-group: ${file}: ${(error as Error).message}`);
  }
}
