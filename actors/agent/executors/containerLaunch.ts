import {
  type CommandInfo,
  type Resource,
  TaskState,
  type TTYInfo,
} from '../../../proto/generated/types/v1.ts';
import {
  type ContainerCommand,
  type ContainerLaunch,
  type ContainerResources,
  containerResources,
  type Limitation,
  type TerminalSize,
} from '../containerizer/index.ts';
import type { AgentHost } from '../host.ts';
import { mountVolumes } from '../operations/volumeLinks.ts';
import type { ExecutorEntry, Verdict } from '../tables/entries.ts';
import type { Tables } from '../tables/tables.ts';

/**
 * Says what is to be launched for a run; a sandbox that needs volumes is made at once, others by the launch.
 *
 * @param command of the executor, or of the task that the built-in command executor runs
 * @throws the file system's error, which names the path
 */
export function prepareLaunch(
  host: AgentHost,
  executor: ExecutorEntry,
  command: CommandInfo | undefined,
  environment: Readonly<Record<string, string>>,
): ContainerLaunch {
  const { sandboxes, tables } = host;
  const { containerId, directory, framework, info } = executor;
  const user = sandboxes.userOf(command?.user ?? framework.info.user);
  const volumes = [...volumesOf(host, executor)].filter(({ disk }) => disk?.persistence !== undefined);
  if (volumes.length > 0) {
    sandboxes.create(directory);
    mountVolumes(host, { root: directory, below: '' }, volumes, user);
  }
  return {
    containerId,
    sandbox: directory,
    makesSandbox: volumes.length === 0,
    command: containerCommand(command),
    environment,
    ...(user === undefined ? {} : { user }),
    ...(info.container === undefined ? {} : { container: info.container }),
    ...(command?.uris === undefined ? {} : { uris: command.uris }),
    // Summed up when somebody asks.
    get resources() {
      return resourcesOf(tables, executor);
    },
  };
}

/** Resources of the executor and of its live tasks, one after the other. */
export function* volumesOf({ tables }: AgentHost, { info, tasks }: ExecutorEntry): Generator<Resource> {
  yield* info.resources ?? [];
  for (const task of tasks.values()) if (tables.isLive(task)) yield* task.info.resources ?? [];
}

/** How tasks end whose container broke a limit. */
export function limitationVerdict({ reason, message, resources }: Limitation): Verdict {
  return { state: TaskState.TASK_FAILED, reason, message, limitation: { resources: [...resources] } };
}

/** What the container of an executor may use now: its own and its live tasks' resources. */
export function resourcesOf(tables: Tables, { info, tasks }: ExecutorEntry): ContainerResources {
  const live = [...tasks.values()].filter((task) => tables.isLive(task));
  return containerResources(
    info,
    live.map((task) => task.info),
  );
}

export function terminalOf({ window_size }: TTYInfo): TerminalSize {
  return window_size === undefined ? {} : { rows: window_size.rows, columns: window_size.columns };
}

/** A CommandInfo as far as the process is concerned. */
export function containerCommand(command: CommandInfo | undefined): ContainerCommand {
  return {
    shell: command?.shell !== false,
    ...(command?.value === undefined ? {} : { value: command.value }),
    ...(command?.arguments === undefined ? {} : { arguments: command.arguments }),
  };
}
