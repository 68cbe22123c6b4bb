/** From a pod as clients write it to a complete, valid one (spec: marathon.md §4). */
import { notValid, wrongShape } from '../errors.ts';
import type { Network } from '../model/app.ts';
import { envValue } from '../model/appSchema.ts';
import { constraintOf, fetchOf, unreachableOf, upgradeOf } from '../model/complete.ts';
import { idProblem } from '../model/ids.ts';
import type { Endpoint, Pod, PodContainer, PodHealthCheck } from '../model/pod.ts';
import {
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
import { versioned } from '../model/spec.ts';
import { PORT_NAME, validateUpgrade } from '../model/validate.ts';
import { validateConstraints } from '../model/validateConstraints.ts';
import { enforcedRole, type WriteContext } from './readApp.ts';

const labels = mapOf(text);
const command = object({ shell: text, argv: list(text) });
const resources = object({ cpus: number, mem: number, disk: number, gpus: whole });
const checkFields = {
  gracePeriodSeconds: number,
  intervalSeconds: number,
  timeoutSeconds: number,
  maxConsecutiveFailures: whole,
  delaySeconds: number,
};

const container = object({
  name: text,
  resources,
  exec: object({ command, overrideEntrypoint: flag }),
  image: object({ kind: text, id: text, forcePull: flag }, ['id']),
  endpoints: list(
    object({ name: text, containerPort: whole, hostPort: whole, protocol: list(text), labels }),
  ),
  environment: mapOf(envValue),
  user: text,
  healthCheck: object({
    http: object({ endpoint: text, path: text, scheme: text }, ['endpoint']),
    tcp: object({ endpoint: text }, ['endpoint']),
    exec: object({ command }, ['command']),
    ...checkFields,
  }),
  volumeMounts: list(object({ name: text, mountPath: text, readOnly: flag }, ['name', 'mountPath'])),
  artifacts: list(
    object({ uri: text, extract: flag, executable: flag, cache: flag, destPath: text }, ['uri']),
  ),
  labels,
  lifecycle: object({ killGracePeriodSeconds: number }),
});

export const podReader = object({
  id: text,
  labels,
  user: text,
  role: text,
  environment: mapOf(envValue),
  secrets: mapOf(object({ source: text }, ['source'])),
  containers: list(container),
  volumes: list(object({ name: text, host: text, secret: text }, ['name'])),
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
  const { scheduling = {} } = input;
  const { backoff, placement } = scheduling;
  const roles = placement?.acceptedResourceRoles;
  const pod = versioned<Pod>(
    {
      id,
      labels: input.labels ?? {},
      role: input.role ?? enforcedRole(id, marathon) ?? marathon.settings.role,
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
      dependencies: input.dependencies ?? [],
      containers: (input.containers ?? []).map(containerOf),
      volumes: (input.volumes ?? []).map(({ name = '', host, secret }) => ({
        name,
        ...(host !== undefined && { host }),
        ...(secret !== undefined && { secret }),
      })),
      networks: (input.networks ?? [{ mode: 'host' }]).map(
        ({ mode = 'container', ...rest }): Network => ({ mode, ...rest }),
      ),
      environment: input.environment ?? {},
      secrets: Object.fromEntries(
        Object.entries(input.secrets ?? {}).map(([name, { source = '' }]) => [name, { source }]),
      ),
      ...(input.user !== undefined && { user: input.user }),
      executorResources: { cpus: 0.1, mem: 32, disk: 10, ...input.executorResources },
    },
    earlier,
    version,
  );
  const problems = validatePod(pod, marathon.settings.features);
  if (problems.length > 0)
    throw notValid(problems.map(({ path, error }) => ({ path: `${prefix}${path}`, error })));
  return pod;
}

function containerOf(given: ContainerInput): PodContainer {
  const { exec, image, user, lifecycle, healthCheck: check } = given;
  return {
    name: given.name ?? '',
    resources: { cpus: 0, mem: 0, disk: 0, gpus: 0, ...given.resources },
    ...(exec !== undefined && { exec: { ...exec, command: exec.command ?? {} } }),
    ...(image !== undefined && { image: { kind: 'DOCKER', ...image, id: image.id ?? '' } }),
    endpoints: (given.endpoints ?? []).map(
      ({ name = '', containerPort, hostPort, protocol = ['tcp'], labels: own = {} }): Endpoint => ({
        name,
        ...(containerPort !== undefined && { containerPort }),
        ...(hostPort !== undefined && { hostPort }),
        protocol,
        labels: own,
      }),
    ),
    environment: given.environment ?? {},
    ...(user !== undefined && { user }),
    ...(check !== undefined && { healthCheck: checkOf(check) }),
    volumeMounts: (given.volumeMounts ?? []).map(({ name = '', mountPath = '', readOnly }) => ({
      name,
      mountPath,
      ...(readOnly !== undefined && { readOnly }),
    })),
    artifacts: (given.artifacts ?? []).map(fetchOf),
    labels: given.labels ?? {},
    ...(lifecycle !== undefined && { lifecycle }),
  };
}

function checkOf({ http, tcp, exec, ...times }: NonNullable<ContainerInput['healthCheck']>): PodHealthCheck {
  return {
    gracePeriodSeconds: 300,
    intervalSeconds: 60,
    timeoutSeconds: 20,
    maxConsecutiveFailures: 3,
    delaySeconds: 15,
    ...times,
    ...(http !== undefined && { http: { ...http, endpoint: http.endpoint ?? '' } }),
    ...(tcp !== undefined && { tcp: { endpoint: tcp.endpoint ?? '' } }),
    ...(exec !== undefined && { exec: { command: exec.command ?? {} } }),
  };
}

function validatePod(pod: Pod, features: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: string, error: string): void => void problems.push({ path, error });
  const wrong = idProblem(pod.id);
  if (wrong !== undefined) refuse('/id', wrong);
  if (pod.containers.length === 0) refuse('/containers', 'must not be empty');
  if (pod.instances < 0) refuse('/scaling/instances', `got ${pod.instances}, expected 0 or more`);
  const names = pod.containers.map(({ name }) => name);
  if (new Set(names).size < names.length) refuse('/containers', 'container names must be unique');
  pod.containers.forEach((each, index) => {
    validateContainer(pod, each, `/containers(${index})`, refuse);
  });
  if (Object.keys(pod.secrets).length > 0 && !features.has('secrets'))
    refuse('/secrets', 'Feature secrets is not enabled. Enable with --enable_features secrets');
  validateConstraints(pod.constraints, '/scheduling/placement/constraints', problems);
  validateUpgrade(pod.upgradeStrategy, false, '/scheduling/upgrade', refuse);
  return problems;
}

function validateContainer(
  pod: Pod,
  { name, exec, image, resources: amounts, healthCheck: check, volumeMounts, endpoints }: PodContainer,
  at: string,
  refuse: (path: string, error: string) => void,
): void {
  if (!PORT_NAME.test(name))
    refuse(`${at}/name`, `must fully match regular expression '${PORT_NAME.source}'`);
  if (exec === undefined && image === undefined) refuse(at, 'needs exec or image');
  for (const [kind, amount] of Object.entries(amounts))
    if (amount < 0) refuse(`${at}/resources/${kind}`, `got ${amount}, expected 0 or more`);
  if (check !== undefined) {
    const kinds = [check.http, check.tcp, check.exec].filter((each) => each !== undefined);
    if (kinds.length !== 1) refuse(`${at}/healthCheck`, 'must contain exactly one of http, tcp and exec');
    const endpoint = check.http?.endpoint ?? check.tcp?.endpoint;
    if (endpoint !== undefined && !endpoints.some((each) => each.name === endpoint))
      refuse(`${at}/healthCheck`, `there is no endpoint named '${endpoint}'`);
  }
  const unknown = volumeMounts.find((mount) => !pod.volumes.some((volume) => volume.name === mount.name));
  if (unknown !== undefined) refuse(`${at}/volumeMounts`, `there is no volume named '${unknown.name}'`);
}
