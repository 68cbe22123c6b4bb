import type { CommandInfo } from '../../../proto/generated/types/v1.ts';
import type { ContainerLaunch } from '../containerizer/index.ts';
import type { AgentHost } from '../host.ts';
import type { ExecutorEntry } from '../tables/entries.ts';

/**
 * Makes the sandbox of a run and says what is to be launched in it.
 *
 * @param command of the executor, or of the task that the built-in command executor runs
 * @throws the file system's error, which names the path
 */
export function prepareLaunch(
  { sandboxes }: AgentHost,
  { containerId, directory, framework }: ExecutorEntry,
  command: CommandInfo | undefined,
  environment: Readonly<Record<string, string>>,
): ContainerLaunch {
  sandboxes.create(directory);
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
