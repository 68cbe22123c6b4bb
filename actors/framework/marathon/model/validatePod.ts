/** What a pod may say (spec: marathon.md §4, §12). Every rule names the place and what was expected. */
import type { EnvValue } from './app.ts';
import { idProblem } from './ids.ts';
import type { Pod, PodCheck, PodContainer } from './pod.ts';
import type { Problem } from './schema.ts';
import {
  checkPort,
  PORT_NAME,
  type Refuse,
  type ValidationSettings,
  validateAcceptedRoles,
  validateBudget,
  validateNetworks,
  validateUnreachable,
  validateUpgrade,
  validateVariables,
} from './validate.ts';
import { validateConstraints } from './validateConstraints.ts';

/** Names of endpoints are those of services, as IANA has them. */
const ENDPOINT_NAME_LENGTH_MAX = 15;

/** Everything that is wrong with a complete pod; an empty list when nothing is. */
export function validatePod(pod: Pod, { features }: ValidationSettings): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (path, error) => void problems.push({ path, error });
  const wrong = idProblem(pod.id);
  if (wrong !== undefined) refuse('/id', wrong);
  if (pod.containers.length === 0) refuse('/containers', 'must not be empty');
  notNegative(pod, ['instances'], '/scaling', refuse);
  const names = pod.containers.map(({ name }) => name);
  if (new Set(names).size < names.length) refuse('/containers', 'container names must be unique');
  pod.containers.forEach((each, index) => {
    validateContainer(pod, each, `/containers(${index})`, refuse);
  });
  validateEndpointNames(pod, refuse);
  validateFeatures(pod, features, refuse);
  validateBudget(pod, refuse);
  if (pod.legacySharedCgroups === true && pod.containers.some((each) => each.resourceLimits !== undefined))
    refuse('/legacySharedCgroups', 'containers with resourceLimits do not share a cgroup');
  validateNetworks(pod, refuse);
  validateVolumes(pod, refuse);
  validateSecretsOf(pod.environment, '/environment', pod, refuse);
  notNegative(pod.executorResources, ['cpus', 'mem', 'disk'], '/executorResources', refuse);
  validateScheduling(pod, problems, refuse);
  return problems;
}

function validateFeatures(pod: Pod, features: ReadonlySet<string>, refuse: Refuse): void {
  const lacks = (feature: string): string =>
    `Feature ${feature} is not enabled. Enable with --enable_features ${feature}`;
  if (Object.keys(pod.secrets).length > 0 && !features.has('secrets')) refuse('/secrets', lacks('secrets'));
  pod.containers.forEach(({ resources }, index) => {
    if (resources.gpus > 0 && !features.has('gpu_resources'))
      refuse(`/containers(${index})/resources/gpus`, lacks('gpu_resources'));
  });
}

function validateScheduling(pod: Pod, problems: Problem[], refuse: Refuse): void {
  const delays = {
    backoff: pod.backoffSeconds,
    backoffFactor: pod.backoffFactor,
    maxLaunchDelay: pod.maxLaunchDelaySeconds,
  };
  notNegative(delays, ['backoff', 'maxLaunchDelay'], '/scheduling/backoff', refuse);
  if (pod.backoffFactor < 1)
    refuse('/scheduling/backoff/backoffFactor', `got ${pod.backoffFactor}, expected 1 or more`);
  validateAcceptedRoles(pod, '/scheduling/placement/acceptedResourceRoles', refuse);
  validateConstraints(pod.constraints, '/scheduling/placement/constraints', problems);
  validateUpgrade(pod.upgradeStrategy, false, '/scheduling/upgrade', refuse);
  validateUnreachable(pod.unreachableStrategy, false, '/scheduling/unreachableStrategy', refuse);
}

function validateContainer(pod: Pod, container: PodContainer, at: string, refuse: Refuse): void {
  const { name, exec, image, resources, resourceLimits: limits, lifecycle } = container;
  if (!PORT_NAME.test(name))
    refuse(`${at}/name`, `must fully match regular expression '${PORT_NAME.source}'`);
  if (exec === undefined && image === undefined) refuse(at, 'needs exec or image');
  if (exec !== undefined) validateCommand(exec.command, `${at}/exec/command`, refuse);
  if (image?.id === '') refuse(`${at}/image/id`, 'must not be empty');
  notNegative(resources, ['cpus', 'mem', 'disk', 'gpus'], `${at}/resources`, refuse);
  for (const kind of ['cpus', 'mem'] as const) {
    const limit = limits?.[kind];
    if (typeof limit === 'number' && limit < resources[kind])
      refuse(
        `${at}/resourceLimits/${kind}`,
        `got ${limit}, expected at least the request, ${resources[kind]}`,
      );
  }
  const config = image?.pullConfig?.secret;
  if (config !== undefined && pod.secrets[config] === undefined)
    refuse(`${at}/image/pullConfig`, `there is no secret named '${config}'`);
  validateSecretsOf(container.environment, `${at}/environment`, pod, refuse);
  for (const kind of ['healthCheck', 'check'] as const)
    validateCheck(container, container[kind], `${at}/${kind}`, refuse);
  if (container.healthCheck !== undefined)
    notNegative(
      container.healthCheck,
      ['gracePeriodSeconds', 'maxConsecutiveFailures'],
      `${at}/healthCheck`,
      refuse,
    );
  if (lifecycle !== undefined) notNegative(lifecycle, ['killGracePeriodSeconds'], `${at}/lifecycle`, refuse);
  validateMounts(pod, container, at, refuse);
  validateEndpoints(pod, container, at, refuse);
}

function validateCommand(
  { shell, argv }: { readonly shell?: string; readonly argv?: readonly string[] },
  at: string,
  refuse: Refuse,
): void {
  if ((shell === undefined) === (argv === undefined))
    refuse(at, 'must contain exactly one of shell and argv');
  if (argv?.length === 0) refuse(`${at}/argv`, 'must not be empty');
}

function validateCheck(
  { endpoints }: PodContainer,
  check: PodCheck | undefined,
  at: string,
  refuse: Refuse,
): void {
  if (check === undefined) return;
  const kinds = [check.http, check.tcp, check.exec].filter((each) => each !== undefined);
  if (kinds.length !== 1) refuse(at, 'must contain exactly one of http, tcp and exec');
  if (check.exec !== undefined) validateCommand(check.exec.command, `${at}/exec/command`, refuse);
  const endpoint = check.http?.endpoint ?? check.tcp?.endpoint;
  if (endpoint !== undefined && !endpoints.some((each) => each.name === endpoint))
    refuse(at, `there is no endpoint named '${endpoint}'`);
  notNegative(check, ['intervalSeconds', 'timeoutSeconds', 'delaySeconds'], at, refuse);
}

function validateMounts(pod: Pod, { volumeMounts }: PodContainer, at: string, refuse: Refuse): void {
  const unknown = volumeMounts.find((mount) => !pod.volumes.some((volume) => volume.name === mount.name));
  if (unknown !== undefined) refuse(`${at}/volumeMounts`, `there is no volume named '${unknown.name}'`);
  const paths = volumeMounts.map(({ mountPath }) => mountPath);
  if (new Set(paths).size < paths.length) refuse(`${at}/volumeMounts`, 'mount paths must be unique');
  const empty = paths.indexOf('');
  if (empty >= 0) refuse(`${at}/volumeMounts(${empty})/mountPath`, 'must not be empty');
}

function validateEndpoints(pod: Pod, { endpoints }: PodContainer, at: string, refuse: Refuse): void {
  const networks = pod.networks.map(({ name }) => name);
  for (const [index, endpoint] of endpoints.entries()) {
    const { name, containerPort, hostPort, protocol, networkNames = [] } = endpoint;
    const place = `${at}/endpoints(${index})`;
    if (!PORT_NAME.test(name) || name.length > ENDPOINT_NAME_LENGTH_MAX)
      refuse(
        `${place}/name`,
        `must fully match regular expression '${PORT_NAME.source}', with at most ${ENDPOINT_NAME_LENGTH_MAX} characters`,
      );
    checkPort(containerPort ?? 0, `${place}/containerPort`, refuse);
    checkPort(hostPort ?? 0, `${place}/hostPort`, refuse);
    if (containerPort === undefined && pod.networks.some(({ mode }) => mode !== 'host'))
      refuse(`${place}/containerPort`, 'must be given where the pod is on networks of its own');
    const wrong = protocol.find((each) => each !== 'tcp' && each !== 'udp');
    if (wrong !== undefined) refuse(`${place}/protocol`, `got '${wrong}', expected tcp or udp`);
    const unknown = networkNames.find((each) => !networks.includes(each));
    if (unknown !== undefined) refuse(`${place}/networkNames`, `there is no network named '${unknown}'`);
  }
}

/** Containers of a pod are on one network: what tells endpoints apart is the pod's. */
function validateEndpointNames({ containers }: Pod, refuse: Refuse): void {
  const endpoints = containers.flatMap((each) => each.endpoints);
  const names = endpoints.map(({ name }) => name);
  if (new Set(names).size < names.length) refuse('/containers', 'endpoint names must be unique in the pod');
  const ports = endpoints.flatMap(({ hostPort, protocol }) =>
    hostPort === undefined || hostPort === 0 ? [] : protocol.map((each) => `${hostPort}/${each}`),
  );
  if (new Set(ports).size < ports.length) refuse('/containers', 'host ports must be unique in the pod');
}

function validateVolumes(pod: Pod, refuse: Refuse): void {
  const names = pod.volumes.map(({ name }) => name);
  if (new Set(names).size < names.length) refuse('/volumes', 'volume names must be unique');
  pod.volumes.forEach(({ name, host, secret }, index) => {
    const at = `/volumes(${index})`;
    if (!PORT_NAME.test(name))
      refuse(`${at}/name`, `must fully match regular expression '${PORT_NAME.source}'`);
    if (host !== undefined && secret !== undefined) refuse(at, 'must not be of the host and a secret');
    if (secret !== undefined && pod.secrets[secret] === undefined)
      refuse(`${at}/secret`, `references an undefined secret named '${secret}'`);
  });
}

function validateSecretsOf(
  environment: Readonly<Record<string, EnvValue>>,
  at: string,
  { secrets }: Pod,
  refuse: Refuse,
): void {
  validateVariables(environment, at, refuse);
  for (const [name, value] of Object.entries(environment))
    if (typeof value !== 'string' && secrets[value.secret] === undefined)
      refuse(`${at}/${name}`, `references an undefined secret named '${value.secret}'`);
}

function notNegative<N extends string>(
  values: { readonly [name in N]?: number },
  names: readonly N[],
  at: string,
  refuse: Refuse,
): void {
  for (const name of names)
    if ((values[name] ?? 0) < 0) refuse(`${at}/${name}`, `got ${values[name]}, expected 0 or more`);
}
