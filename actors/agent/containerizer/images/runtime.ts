/** docker/runtime: which command, environment and folder an image's configuration makes of a task's (agent.md §11). */
import type { ContainerCommand } from '../launchScript.ts';
import type { ImageConfig } from './store.ts';

/** @throws Error when neither the task nor the image has a command */
export function imageCommand(command: ContainerCommand, image: ImageConfig): ContainerCommand {
  if (command.shell !== false) {
    if (command.value === undefined || command.value === '')
      throw new Error('a shell command needs a value, also with an image');
    return command;
  }
  if (command.value !== undefined && command.value !== '') return command;
  const entrypoint = image.Entrypoint ?? [];
  const defaults = image.Cmd ?? [];
  const given = command.arguments ?? [];
  const words =
    given.length === 0
      ? [...entrypoint, ...defaults]
      : entrypoint.length > 0
        ? [...entrypoint, ...given]
        : [...defaults.slice(0, 1), ...given];
  const [value] = words;
  if (value === undefined) throw new Error('neither the task nor its image has a command');
  return { shell: false, value, arguments: words };
}

/** Variables of the image; those of the task win. */
export function imageEnvironment({ Env }: ImageConfig): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of Env ?? []) {
    const at = line.indexOf('=');
    if (at > 0) variables[line.slice(0, at)] = line.slice(at + 1);
  }
  return variables;
}
