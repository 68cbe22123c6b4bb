import type { CommandInfo } from '../../../proto/generated/types/v1.ts';
import type { ContainerLaunch } from '../containerizer/index.ts';
import type { AgentHost } from '../host.ts';
import type { ExecutorEntry } from '../tables/entries.ts';

/**
 * What is to be launched for an executor, in the sandbox of its run.
 *
 * @param command of the executor, or of the task that the built-in command executor runs
 */
export function prepareLaunch(
  { sandboxes }: AgentHost,
  { containerId, directory, framework }: ExecutorEntry,
  command: CommandInfo | undefined,
  environment: Readonly<Record<string, string>>,
): ContainerLaunch {
  const user = sandboxes.userOf(command?.user ?? framework.info.user);
  return {
    containerId,
    sandbox: directory,
    command: {
      shell: command?.shell !== false,
      ...(command?.value === undefined ? {} : { value: command.value }),
      ...(command?.arguments === undefined ? {} : { arguments: command.arguments }),
    },
    environment,
    ...(user === undefined ? {} : { user }),
  };
}
