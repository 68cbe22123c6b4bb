/** Checks of commands and containers, as the master makes them of tasks and agents of what they are asked to launch. */
import {
  type CommandInfo,
  type ContainerInfo,
  ContainerInfoType,
  type EnvironmentVariable,
  EnvironmentVariableType,
  type Secret,
  SecretType,
  type Volume,
  VolumeSourceType,
} from '../index.ts';
import { firstProblem, prefixed } from './problems.ts';

/** What is wrong with a command, in words (v1-scheduler-api.md §10.6). */
export function validateCommand(command: CommandInfo | undefined): string | undefined {
  return firstProblem(command?.environment?.variables, validateVariable);
}

function validateVariable({ name, type, value, secret }: EnvironmentVariable): string | undefined {
  const where = `Environment variable '${name}'`;
  switch (type ?? EnvironmentVariableType.VALUE) {
    case EnvironmentVariableType.VALUE:
      if (value === undefined) return `${where} of type 'VALUE' must have a value set`;
      return secret === undefined ? undefined : `${where} of type 'VALUE' must not have a secret set`;
    case EnvironmentVariableType.SECRET:
      if (secret === undefined) return `${where} of type 'SECRET' must have a secret set`;
      if (value !== undefined) return `${where} of type 'SECRET' must not have a value set`;
      return prefixed(where, validateSecret(secret));
    default:
      return `${where} of type 'UNKNOWN' is not allowed`;
  }
}

function validateSecret({ type, reference, value }: Secret): string | undefined {
  if (type === SecretType.REFERENCE) {
    if (reference === undefined) return "Secret of type 'REFERENCE' must have 'reference' set";
    return value === undefined ? undefined : "Secret of type 'REFERENCE' must not have 'value' set";
  }
  if (type !== SecretType.VALUE) return 'Secret must be of a known type';
  if (value === undefined) return "Secret of type 'VALUE' must have 'value' set";
  if (reference !== undefined) return "Secret of type 'VALUE' must not have 'reference' set";
  return value.data.includes(0) ? 'Secret must not contain a NUL byte' : undefined;
}

/** What is wrong with a container, in words; whether this machine can run it is the agent's to say. */
export function validateContainer(container: ContainerInfo | undefined): string | undefined {
  if (container === undefined) return undefined;
  const problem = firstProblem(container.volumes, validateVolume);
  if (problem !== undefined) return problem;
  if (container.type !== ContainerInfoType.DOCKER) return undefined;
  if (container.docker === undefined) return 'DockerInfo must be set for a container of type DOCKER';
  return firstProblem(container.docker.parameters, ({ key }) =>
    key === 'name' ? "Docker parameter 'name' is not allowed: the agent names containers" : undefined,
  );
}

const volumeMembers = {
  [VolumeSourceType.DOCKER_VOLUME]: 'docker_volume',
  [VolumeSourceType.HOST_PATH]: 'host_path',
  [VolumeSourceType.SANDBOX_PATH]: 'sandbox_path',
  [VolumeSourceType.SECRET]: 'secret',
  [VolumeSourceType.CSI_VOLUME]: 'csi_volume',
} as const;

function validateVolume({ container_path, host_path, image, source }: Volume): string | undefined {
  const where = `Volume '${container_path}'`;
  const given = [host_path, image, source].filter((member) => member !== undefined).length;
  if (given !== 1) return `${where} must have exactly one of 'host_path', 'image', 'source'`;
  if (source === undefined) return undefined;
  const type = source.type ?? VolumeSourceType.UNKNOWN;
  if (type === VolumeSourceType.UNKNOWN) return `${where}: 'source.type' is unknown`;
  const member = volumeMembers[type];
  if (source[member] === undefined) return `${where}: 'source.${member}' is not set`;
  if (type === VolumeSourceType.CSI_VOLUME && source.csi_volume?.static_provisioning === undefined) {
    return `${where}: 'source.csi_volume.static_provisioning' is not set`;
  }
  return undefined;
}
