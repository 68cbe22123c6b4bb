/** The environment of a task (spec: marathon.md §24). */
import {
  type EnvironmentVariable,
  EnvironmentVariableType,
  type Secret,
  SecretType,
} from '../../../../proto/index.ts';
import type { App, EnvValue } from '../model/app.ts';
import type { AssignedPort } from './ports.ts';

export interface EnvironmentOptions {
  readonly hostname: string;
  readonly taskId: string;
  /** Stands before `PORT…` and `HOST`. */
  readonly prefix: string;
  readonly enforceGroupRole: boolean;
  /** Ours: 0, 1, …, stable over restarts. */
  readonly number: number;
}

const LABEL_KEY_MAX = 493;
const LABEL_VALUE_MAX = 512;

/** What is computed, then labels, then what the app says, which wins. */
export function environmentOf(
  app: App,
  ports: readonly AssignedPort[],
  options: EnvironmentOptions,
): EnvironmentVariable[] {
  const computed = {
    ...portVariables(ports, options),
    ...appVariables(app, options),
    ...labelVariables(app.labels),
  };
  const own = Object.keys(app.env);
  return [
    ...Object.entries(computed)
      .filter(([name]) => !own.includes(name))
      .map(([name, value]) => ({ name, value })),
    ...own.map((name) => variableOf(name, app.env[name] ?? '', app.secrets)),
  ];
}

/** A variable as the service says it: secrets go as references, their values are never seen here. */
export function variableOf(
  name: string,
  value: EnvValue,
  secrets: Readonly<Record<string, { readonly source: string }>>,
): EnvironmentVariable {
  if (typeof value === 'string') return { name, value };
  return {
    name,
    type: EnvironmentVariableType.SECRET,
    secret: secretOf(secrets[value.secret]?.source ?? value.secret),
  };
}

export function secretOf(source: string): Secret {
  return { type: SecretType.REFERENCE, reference: { name: source } };
}

function portVariables(
  ports: readonly AssignedPort[],
  { prefix, hostname }: EnvironmentOptions,
): Record<string, string> {
  const variables: Record<string, string> = { [`${prefix}HOST`]: hostname };
  const numbers = ports.map(({ hostPort, containerPort }) => hostPort ?? containerPort ?? 0);
  if (numbers.length === 0) return variables;
  variables[`${prefix}PORT`] = String(numbers[0]);
  numbers.forEach((number, index) => {
    variables[`${prefix}PORT${index}`] = String(number);
  });
  // By the number that it has on the host, where none was asked for; a number that was asked for wins.
  ports.forEach(({ requested, containerPort }, index) => {
    const number = numbers[index] ?? 0;
    if (requested === 0 || containerPort === undefined) variables[`${prefix}PORT_${number}`] = String(number);
  });
  ports.forEach(({ requested, name }, index) => {
    const number = numbers[index] ?? 0;
    if (requested !== 0) variables[`${prefix}PORT_${requested}`] = String(number);
    if (name !== undefined) variables[`${prefix}PORT_${escaped(name).toUpperCase()}`] = String(number);
  });
  variables[`${prefix}PORTS`] = numbers.join(',');
  return variables;
}

function appVariables(
  app: App,
  { taskId, enforceGroupRole, number }: EnvironmentOptions,
): Record<string, string> {
  const image = app.container?.docker?.image;
  return {
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(image !== undefined && { MARATHON_APP_DOCKER_IMAGE: image }),
    MARATHON_APP_RESOURCE_CPUS: decimal(app.cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(app.mem),
    MARATHON_APP_RESOURCE_DISK: decimal(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: String(enforceGroupRole),
    MARATHON_APP_INSTANCE_NUMBER: String(number),
  };
}

/** Labels that are not too long, and the list of their names. */
export function labelVariables(labels: Readonly<Record<string, string>>): Record<string, string> {
  const short = Object.entries(labels)
    .filter(([key, value]) => key.length < LABEL_KEY_MAX && value.length < LABEL_VALUE_MAX)
    .map(([key, value]) => [escaped(key).toUpperCase(), value] as const);
  return {
    MARATHON_APP_LABELS: short.map(([key]) => key).join(' '),
    ...Object.fromEntries(short.map(([key, value]) => [`MARATHON_APP_LABEL_${key}`, value])),
  };
}

function escaped(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_]+/g, '_');
}

function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
