/** The members of an app as clients write them, of every age of the API (spec: marathon.md §10, §11). */
import type { EnvValue } from './app.ts';
import {
  anyObject,
  either,
  flag,
  list,
  mapOf,
  number,
  object,
  type Problem,
  type Reader,
  type ReadFields,
  text,
  whole,
  word,
} from './schema.ts';

const labels = mapOf(text);

/** A variable: text, a number or a boolean as clients carelessly write them, or a secret's name. */
export const envValue: Reader<EnvValue> = {
  schema: { anyOf: [{ type: 'string' }, { type: 'object', properties: { secret: { type: 'string' } } }] },
  read: (value, path, problems) => {
    if (typeof value === 'string') return text.read(value, path, problems);
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    const secret = object({ secret: text }, ['secret']).read(value, path, problems);
    return secret?.secret === undefined ? undefined : { secret: secret.secret };
  },
};

/** A constraint's members are texts; numbers are read as such. */
const constraint: Reader<readonly string[]> = {
  schema: { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 3 },
  read: (value, path, problems: Problem[]) => {
    const items = Array.isArray(value)
      ? value.map((each: unknown) => (typeof each === 'number' ? String(each) : each))
      : value;
    return list(text).read(items, path, problems);
  },
};

const portFields = { protocol: text, name: text, labels };

export const portMapping = object({
  containerPort: whole,
  hostPort: whole,
  servicePort: whole,
  networkNames: list(text),
  ...portFields,
});

const volume = object({
  containerPath: text,
  hostPath: text,
  mode: word('RO', 'RW'),
  persistent: object({
    type: word('root', 'path', 'mount'),
    size: whole,
    maxSize: whole,
    profileName: text,
    constraints: list(constraint),
  }),
  external: object({ name: text, provider: text, size: whole, options: mapOf(text), shared: flag }),
  secret: text,
});

const docker = object({
  image: text,
  forcePullImage: flag,
  privileged: flag,
  parameters: list(object({ key: text, value: text }, ['key', 'value'])),
  pullConfig: object({ secret: text }, ['secret']),
  network: text,
  portMappings: list(portMapping),
});

export const healthCheck = object({
  protocol: word('HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'),
  path: text,
  portIndex: whole,
  port: whole,
  command: object({ value: text }, ['value']),
  gracePeriodSeconds: number,
  intervalSeconds: number,
  timeoutSeconds: number,
  maxConsecutiveFailures: whole,
  delaySeconds: number,
  ignoreHttp1xx: flag,
  ipProtocol: text,
  minConsecutiveSuccesses: whole,
});

const check = object({
  http: object({ path: text, port: whole, portIndex: whole }),
  tcp: object({ port: whole, portIndex: whole }),
  exec: object({ command: object({ shell: text, argv: list(text) }) }, ['command']),
  intervalSeconds: number,
  timeoutSeconds: number,
  delaySeconds: number,
});

const readinessCheck = object({
  name: text,
  protocol: word('HTTP', 'HTTPS'),
  path: text,
  portName: text,
  intervalSeconds: number,
  timeoutSeconds: number,
  httpStatusCodesForReady: list(whole),
  preserveLastResponse: flag,
});

const network = object({ mode: word('host', 'container', 'container/bridge'), name: text, labels });

/** Shared with pods. */
export const linuxInfo = object({
  seccomp: object({ profileName: text, unconfined: flag }),
  ipcInfo: object({ mode: word('PRIVATE', 'SHARE_PARENT'), shmSize: whole }),
});
export const disruptionBudget = object({ maxUnavailable: whole, drainTimeoutSeconds: number });
const unlimited = either(number, word('unlimited'));
export const resourceLimits = object({ cpus: unlimited, mem: unlimited });

/** Members that apps have in common with no other document of this folder. */
const fields = {
  id: text,
  cmd: text,
  args: list(text),
  user: text,
  env: mapOf(envValue),
  instances: whole,
  cpus: number,
  mem: number,
  disk: number,
  gpus: whole,
  resourceLimits,
  executor: text,
  executorResources: object({ cpus: number, mem: number, disk: number }),
  constraints: list(constraint),
  acceptedResourceRoles: list(text),
  role: text,
  fetch: list(object({ uri: text, extract: flag, executable: flag, cache: flag, destPath: text }, ['uri'])),
  container: object({
    type: word('DOCKER', 'MESOS'),
    docker,
    portMappings: list(portMapping),
    volumes: list(volume),
    linuxInfo,
  }),
  networks: list(network),
  portDefinitions: list(object({ port: whole, ...portFields })),
  requirePorts: flag,
  healthChecks: list(healthCheck),
  startupCheck: object({
    protocol: word('HTTP', 'HTTPS', 'TCP'),
    path: text,
    portIndex: whole,
    port: whole,
    intervalSeconds: number,
    timeoutSeconds: number,
    maxConsecutiveFailures: whole,
  }),
  check,
  readinessChecks: list(readinessCheck),
  backoffSeconds: number,
  backoffFactor: number,
  maxLaunchDelaySeconds: number,
  taskKillGracePeriodSeconds: number,
  httpShutdown: object({
    portIndex: whole,
    port: whole,
    gracefulPath: text,
    gracefulWaitSeconds: number,
    abortPath: text,
    abortWaitSeconds: number,
  }),
  maxRuntimeSeconds: number,
  killSelection: word('YOUNGEST_FIRST', 'OLDEST_FIRST'),
  upgradeStrategy: object({ minimumHealthCapacity: number, maximumOverCapacity: number }),
  unreachableStrategy: either(
    object({ inactiveAfterSeconds: number, expungeAfterSeconds: number }),
    word('disabled'),
  ),
  residency: anyObject,
  dependencies: list(text),
  labels,
  secrets: mapOf(object({ source: text }, ['source'])),
  tty: flag,
  version: text,
  versionInfo: anyObject,
  update: object({
    watchSeconds: number,
    maxTotalFailures: whole,
    maxFailures: whole,
    maxInstanceFailures: whole,
    autoRollback: flag,
    deadlineSeconds: number,
    canarySteps: list(whole),
    batchSizes: list(whole),
    autoPause: flag,
    range: list(whole),
  }),
  disruptionBudget,
  // Members of the API before 1.5.
  uris: list(text),
  ports: list(whole),
  storeUrls: list(text),
  ipAddress: object({
    groups: list(text),
    labels,
    networkName: text,
    discovery: object({ ports: list(object({ number: whole, name: text, protocol: text, labels })) }),
  }),
};

/** Members that clients send back because they read them; they say nothing. */
const ANSWERED = [
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'deployments',
  'tasks',
  'lastTaskFailure',
  'readinessCheckResults',
  'taskStats',
  'tasksStats',
  'taskRateLimit',
  'whyWaiting',
];

export const appReader: Reader<AppInput> = object(fields);

/** An app as a client wrote it, read but not completed. */
export type AppInput = ReadFields<typeof fields>;

/** Whether a member is one that only answers carry. */
export function isAnswered(name: string): boolean {
  return ANSWERED.includes(name);
}
