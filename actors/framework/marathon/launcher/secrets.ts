/** Where the values of secrets come from: files below `--secrets_dir`, read when a task is launched and kept nowhere (spec: marathon.md §28). */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import {
  ImageType,
  type OfferOperation,
  type Secret,
  SecretType,
  type TaskInfo,
} from '../../../../proto/index.ts';

const BYTES_MAX = 64 * 1024;

/** The value of a secret by its name; undefined when nobody here knows it: then the agent is asked. */
export type SecretValues = (name: string) => Uint8Array | undefined;

/** @param folder of `--secrets_dir` */
export function secretValues(folder: string | undefined): SecretValues {
  if (folder === undefined) return () => undefined;
  const root = path.resolve(folder);
  return (name) => {
    const file = path.resolve(root, name.replace(/^\/+/, ''));
    return file.startsWith(`${root}${path.sep}`) ? contentOf(file) : undefined;
  };
}

/** The task with the values that are known in the place of references to them. */
export function withSecrets(task: TaskInfo, values: SecretValues): TaskInfo {
  const { command, container } = task;
  const resolved = (secret: Secret): Secret => {
    const data = secret.reference === undefined ? undefined : values(secret.reference.name);
    return data === undefined ? secret : { type: SecretType.VALUE, value: { data } };
  };
  const variables = command?.environment?.variables?.map((variable) =>
    variable.secret === undefined ? variable : { ...variable, secret: resolved(variable.secret) },
  );
  const volumes = container?.volumes?.map((volume) =>
    volume.source?.secret === undefined
      ? volume
      : { ...volume, source: { ...volume.source, secret: resolved(volume.source.secret) } },
  );
  const docker = container?.mesos?.image?.docker;
  const mesos = docker?.config !== undefined && {
    mesos: {
      ...container?.mesos,
      image: {
        ...container?.mesos?.image,
        type: ImageType.DOCKER,
        docker: { ...docker, config: resolved(docker.config) },
      },
    },
  };
  return {
    ...task,
    ...(command !== undefined &&
      variables !== undefined && {
        command: { ...command, environment: { ...command.environment, variables } },
      }),
    ...(container !== undefined && {
      container: { ...container, ...(volumes !== undefined && { volumes }), ...mesos },
    }),
  };
}

/** The same for the tasks of a group that is launched together. */
export function groupWithSecrets(operation: OfferOperation, values: SecretValues): OfferOperation {
  const { launch_group } = operation;
  if (launch_group === undefined) return operation;
  const tasks = (launch_group.task_group.tasks ?? []).map((task) => withSecrets(task, values));
  return { ...operation, launch_group: { ...launch_group, task_group: { tasks } } };
}

/** Undefined for what cannot be read, is no file (a pipe would be waited for), or is larger than any secret. */
function contentOf(file: string): Uint8Array | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFile()) return undefined;
    const bytes = Buffer.alloc(BYTES_MAX + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    return length > BYTES_MAX ? undefined : new Uint8Array(bytes.subarray(0, length));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
