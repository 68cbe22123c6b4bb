/** From a pod as clients write it to a complete, valid one (spec: marathon.md §4). */
import { notValid, wrongShape } from '../errors.ts';
import type { Network } from '../model/app.ts';
import { disruptionBudget, envValue, linuxInfo, resourceLimits } from '../model/appSchema.ts';
import { constraintOf, fetchOf, unreachableOf, upgradeOf } from '../model/complete.ts';
import { parentOf, resolveId } from '../model/ids.ts';
import type { Endpoint, Pod, PodCheck, PodContainer, PodHealthCheck } from '../model/pod.ts';
import {
  anyObject,
  either,
  flag,
  list,
  mapOf,
  number,
  object,
  type Problem,
  type Read,
  text,
  whole,
  word,
} from '../model/schema.ts';
import { type Unversioned, versioned } from '../model/spec.ts';
import { validatePod } from '../model/validatePod.ts';
import { enforcedRole, roleProblems, type WriteContext } from './readApp.ts';

const labels = mapOf(text);
const command = object({ shell: text, argv: list(text) });
const resources = object({ cpus: number, mem: number, disk: number, gpus: whole });
/** Of checks and health checks alike. */
const checkFields = {
  http: object({ endpoint: text, path: text, scheme: text }, ['endpoint']),
  tcp: object({ endpoint: text }, ['endpoint']),
  exec: object({ command }, ['command']),
  intervalSeconds: number,
  timeoutSeconds: number,
  delaySeconds: number,
};

const container = object({
  name: text,
  resources,
  resourceLimits,
  exec: object({ command, overrideEntrypoint: flag }),
  image: object(
    {
      ...{ kind: word('DOCKER'), id: text, forcePull: flag, labels },
      pullConfig: object({ secret: text }, ['secret']),
    },
    ['id'],
  ),
  endpoints: list(
    object({
      ...{ name: text, containerPort: whole, hostPort: whole, protocol: list(text), labels },
      networkNames: list(text),
    }),
  ),
  environment: mapOf(envValue),
  user: text,
  healthCheck: object({ ...checkFields, gracePeriodSeconds: number, maxConsecutiveFailures: whole }),
  check: object(checkFields),
  volumeMounts: list(object({ name: text, mountPath: text, readOnly: flag }, ['name', 'mountPath'])),
  artifacts: list(
    object({ uri: text, extract: flag, executable: flag, cache: flag, destPath: text }, ['uri']),
  ),
  labels,
  lifecycle: object({ killGracePeriodSeconds: number }),
  tty: flag,
  linuxInfo,
});

export const podReader = object({
  id: text,
  labels,
  user: text,
  role: text,
  environment: mapOf(envValue),
  secrets: mapOf(object({ source: text }, ['source'])),
  containers: list(container),
  volumes: list(object({ name: text, host: text, secret: text, persistent: anyObject }, ['name'])),
  networks: list(object({ mode: word('host', 'container', 'container/bridge'), name: text, labels })),
  scaling: object({ kind: text, instances: whole }),
  scheduling: object({
    backoff: object({ backoff: number, backoffFactor: number, maxLaunchDelay: number }),
    upgrade: object({ minimumHealthCapacity: number, maximumOverCapacity: number }),
    placement: object({
      constraints: list(object({ fieldName: text, operator: text, value: text }, ['fieldName', 'operator'])),
      acceptedResourceRoles: list(text),
    }),
    killSelection: word('YOUNGEST_FIRST', 'OLDEST_FIRST'),
    unreachableStrategy: either(
      object({ inactiveAfterSeconds: number, expungeAfterSeconds: number }),
      word('disabled'),
    ),
  }),
  executorResources: object({ cpus: number, mem: number, disk: number }),
  dependencies: list(text),
  disruptionBudget,
  linuxInfo,
  legacySharedCgroups: flag,
  version: text,
});

export type PodInput = Read<typeof podReader>;
type ContainerInput = Read<typeof container>;

/** @throws ApiError 400 */
export function readPodInput(document: unknown): PodInput {
  const problems: Problem[] = [];
  const input = podReader.read(document, '', problems);
  if (input === undefined || problems.length > 0) throw wrongShape(problems);
  return input;
}

/** @throws ApiError 422 */
export function newPod(input: PodInput, id: string, write: WriteContext, earlier?: Pod, prefix = ''): Pod {
  const { marathon, version } = write;
  const enforced = enforcedRole(id, write);
  const role = input.role ?? enforced ?? marathon.settings.role;
  const pod = versioned<Pod>(specOf(input, id, role, write), earlier, version);
  const { plugins } = marathon.settings;
  const problems = [
    ...validateInput(input),
    ...validatePod(pod, marathon.settings),
    ...roleProblems(pod, enforced, marathon.settings.role, earlier),
    ...plugins.problemsOf(pod),
  ];
  if (problems.length > 0)
    throw notValid(problems.map(({ path, error }) => ({ path: `${prefix}${path}`, error })));
  return pod;
}

function specOf(input: PodInput, id: string, role: string, { marathon }: WriteContext): Unversioned<Pod> {
  const { scheduling = {} } = input;
  const { backoff, placement } = scheduling;
  const roles = placement?.acceptedResourceRoles;
  return {
    id,
    labels: input.labels ?? {},
    role,
    instances: input.scaling?.instances ?? 1,
    constraints: (placement?.constraints ?? []).map(({ fieldName = '', operator = '', value }) =>
      constraintOf(value === undefined ? [fieldName, operator] : [fieldName, operator, value]),
    ),
    ...(roles !== undefined && roles.length > 0 && { acceptedResourceRoles: roles }),
    backoffSeconds: backoff?.backoff ?? 1,
    backoffFactor: backoff?.backoffFactor ?? 1.15,
    maxLaunchDelaySeconds: backoff?.maxLaunchDelay ?? 300,
    killSelection: scheduling.killSelection ?? 'YOUNGEST_FIRST',
    upgradeStrategy: upgradeOf(
      scheduling.upgrade === undefined ? {} : { upgradeStrategy: scheduling.upgrade },
      {},
      false,
    ),
    unreachableStrategy: unreachableOf(
      scheduling.unreachableStrategy === undefined
        ? {}
        : { unreachableStrategy: scheduling.unreachableStrategy },
      false,
    ),
    dependencies: (input.dependencies ?? []).map((each) => resolveId(each, parentOf(id))),
    containers: (input.containers ?? []).map(containerOf),
    volumes: (input.volumes ?? []).map(({ name = '', host, secret }) => ({
      name,
      ...(host !== undefined && { host }),
      ...(secret !== undefined && { secret }),
    })),
    networks: (input.networks ?? [{ mode: 'host' }]).map(({ mode = 'container', name, ...rest }): Network => {
      const named = name ?? (mode === 'container' ? marathon.settings.networkName : undefined);
      return { mode, ...(named !== undefined && { name: named }), ...rest };
    }),
    environment: input.environment ?? {},
    secrets: Object.fromEntries(
      Object.entries(input.secrets ?? {}).map(([name, { source = '' }]) => [name, { source }]),
    ),
    ...(input.user !== undefined && { user: input.user }),
    ...(input.disruptionBudget !== undefined && { disruptionBudget: input.disruptionBudget }),
    ...(input.linuxInfo !== undefined && { linuxInfo: input.linuxInfo }),
    ...(input.legacySharedCgroups !== undefined && { legacySharedCgroups: input.legacySharedCgroups }),
    executorResources: { cpus: 0.1, mem: 32, disk: 10, ...input.executorResources },
  };
}

/** What is not kept, and would be missed. */
function validateInput({ scaling, volumes = [] }: PodInput): Problem[] {
  const problems: Problem[] = [];
  if (scaling?.kind !== undefined && scaling.kind !== 'fixed')
    problems.push({ path: '/scaling/kind', error: `got '${scaling.kind}', expected 'fixed'` });
  volumes.forEach(({ persistent }, index) => {
    if (persistent !== undefined)
      problems.push({ path: `/volumes(${index})/persistent`, error: 'pods keep no persistent volumes here' });
  });
  return problems;
}

function containerOf(given: ContainerInput): PodContainer {
  const { exec, image, user, lifecycle, healthCheck, check, tty, resourceLimits: limits } = given;
  return {
    name: given.name ?? '',
    resources: { cpus: 0, mem: 0, disk: 0, gpus: 0, ...given.resources },
    ...(exec !== undefined && { exec: { ...exec, command: exec.command ?? {} } }),
    ...(limits !== undefined && { resourceLimits: limits }),
    ...(image !== undefined && { image: imageOf(image) }),
    endpoints: (given.endpoints ?? []).map(
      ({
        name = '',
        containerPort,
        hostPort,
        protocol = ['tcp'],
        labels: own = {},
        networkNames,
      }): Endpoint => ({
        name,
        ...(containerPort !== undefined && { containerPort }),
        ...(hostPort !== undefined && { hostPort }),
        protocol,
        labels: own,
        ...(networkNames !== undefined && { networkNames }),
      }),
    ),
    environment: given.environment ?? {},
    ...(user !== undefined && { user }),
    ...(healthCheck !== undefined && { healthCheck: healthCheckOf(healthCheck) }),
    ...(check !== undefined && { check: checkOf(check) }),
    volumeMounts: (given.volumeMounts ?? []).map(({ name = '', mountPath = '', readOnly }) => ({
      name,
      mountPath,
      ...(readOnly !== undefined && { readOnly }),
    })),
    artifacts: (given.artifacts ?? []).map(fetchOf),
    labels: given.labels ?? {},
    ...(lifecycle !== undefined && { lifecycle }),
    ...(tty !== undefined && { tty }),
    ...(given.linuxInfo !== undefined && { linuxInfo: given.linuxInfo }),
  };
}

function imageOf({
  id = '',
  pullConfig,
  ...rest
}: NonNullable<ContainerInput['image']>): NonNullable<PodContainer['image']> {
  return {
    ...{ kind: 'DOCKER', ...rest, id },
    ...(pullConfig?.secret !== undefined && { pullConfig: { secret: pullConfig.secret } }),
  };
}

function healthCheckOf({
  gracePeriodSeconds = 300,
  maxConsecutiveFailures = 3,
  ...check
}: NonNullable<ContainerInput['healthCheck']>): PodHealthCheck {
  return { gracePeriodSeconds, maxConsecutiveFailures, ...checkOf(check) };
}

function checkOf({ http, tcp, exec, ...times }: NonNullable<ContainerInput['check']>): PodCheck {
  return {
    intervalSeconds: 60,
    timeoutSeconds: 20,
    delaySeconds: 15,
    ...times,
    ...(http !== undefined && { http: { ...http, endpoint: http.endpoint ?? '' } }),
    ...(tcp !== undefined && { tcp: { endpoint: tcp.endpoint ?? '' } }),
    ...(exec !== undefined && { exec: { command: exec.command ?? {} } }),
  };
}
