/** Secrets that came with a task, for whom they are not: what is told and kept of a task says that there are some, not what they are. */
import type {
  CommandInfo,
  ContainerInfo,
  EnvironmentVariable,
  ExecutorInfo,
  Secret,
  Volume,
} from './generated/types/v1.ts';

/** The same without values of secrets; what holds none is given back as it is. */
export function veiledContainer(container: ContainerInfo | undefined): ContainerInfo | undefined {
  const config = container?.mesos?.image?.docker?.config;
  const isOpen = container?.volumes?.some(({ source }) => source?.secret?.value !== undefined) === true;
  if (container === undefined || (!isOpen && config?.value === undefined)) return container;
  const { volumes, mesos } = container;
  const docker = mesos?.image?.docker;
  return {
    ...container,
    ...(volumes !== undefined && { volumes: volumes.map(veiledVolume) }),
    ...(mesos?.image !== undefined &&
      docker !== undefined &&
      config !== undefined && {
        mesos: { ...mesos, image: { ...mesos.image, docker: { ...docker, config: veiled(config) } } },
      }),
  };
}

/** The same without values of secrets in its environment; what holds none is given back as it is. */
export function veiledCommand(command: CommandInfo | undefined): CommandInfo | undefined {
  const variables = command?.environment?.variables;
  if (command === undefined || variables?.some(({ secret }) => secret?.value !== undefined) !== true)
    return command;
  return { ...command, environment: { ...command.environment, variables: variables.map(veiledVariable) } };
}

/** The same of an executor's command and container. */
export function veiledExecutor(info: ExecutorInfo): ExecutorInfo {
  const [command, container] = [veiledCommand(info.command), veiledContainer(info.container)];
  return command === info.command && container === info.container ? info : { ...info, command, container };
}

function veiledVariable(variable: EnvironmentVariable): EnvironmentVariable {
  return variable.secret === undefined ? variable : { ...variable, secret: veiled(variable.secret) };
}

function veiledVolume(volume: Volume): Volume {
  const { source } = volume;
  return source?.secret === undefined
    ? volume
    : { ...volume, source: { ...source, secret: veiled(source.secret) } };
}

function veiled({ value: _value, ...secret }: Secret): Secret {
  return secret;
}
