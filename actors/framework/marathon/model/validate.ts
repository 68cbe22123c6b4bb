/** What an app may say (spec: marathon.md §12). Every rule names the place and what was expected. */
import type { App, Container, HealthCheck, Service, UpgradeStrategy } from './app.ts';
import { isResident, isSingleInstance, usesHostNetwork } from './app.ts';
import { idProblem } from './ids.ts';
import type { Problem } from './schema.ts';
import { validateConstraints } from './validateConstraints.ts';
import { validateVolumes } from './validateVolumes.ts';

/** What rules need to know besides the app. */
export interface ValidationSettings {
  /** Optional features that are switched on: `gpu_resources`, `secrets`, `external_volumes`. */
  readonly features: ReadonlySet<string>;
}

export type Refuse = (path: string, error: string) => void;

export const PORT_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const EXECUTOR = /^(\/\/cmd|\/?[^/]+(\/[^/]+)*|)$/;
const PORT_MAX = 65_535;
/** About a century: as nanoseconds it is still a number that Mesos has. */
const SECONDS_MAX = 3_155_760_000;
const PROTOCOL = /^(tcp|udp)(,(tcp|udp))?$/;

/** Everything that is wrong with a complete app; an empty list when nothing is. */
export function validateApp(app: App, settings: ValidationSettings): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (path, error) => problems.push({ path, error });
  const idWrong = idProblem(app.id);
  if (idWrong !== undefined) refuse('/id', idWrong);
  validateCommand(app, refuse);
  validateAmounts(app, settings, refuse);
  validateConstraints(app.constraints, '/constraints', problems);
  validateNetworks(app, refuse);
  validatePorts(app, refuse);
  app.healthChecks.forEach((check, index) => {
    validateHealthCheck(app, check, `/healthChecks(${index})`, refuse);
  });
  const { startupCheck } = app;
  if (startupCheck !== undefined) {
    const check = { gracePeriodSeconds: 0, delaySeconds: 0, ipProtocol: 'IPv4', ...startupCheck };
    validateHealthCheck(app, check, '/startupCheck', refuse);
  }
  validateChecks(app, refuse);
  validateShutdown(app, refuse);
  validateContainer(app.container, refuse);
  validateVolumes(app, settings.features, problems);
  validateUpgrade(app.upgradeStrategy, isResident(app), '/upgradeStrategy', refuse);
  validateUnreachable(app.unreachableStrategy, isResident(app), '/unreachableStrategy', refuse);
  validateSecrets(app, settings, refuse);
  validateUpdate(app, refuse);
  return problems;
}

function validateCommand({ cmd, args, container, executor }: App, refuse: Refuse): void {
  const commands = [cmd, args].filter((each) => each !== undefined).length;
  const image = container?.docker?.image !== undefined;
  if (commands > 1 || (commands === 0 && !image && executor === ''))
    refuse('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
  if (!EXECUTOR.test(executor))
    refuse('/executor', `must fully match regular expression '${EXECUTOR.source}'`);
}

function validateAmounts(app: App, { features }: ValidationSettings, refuse: Refuse): void {
  for (const name of [
    'cpus',
    'mem',
    'disk',
    'gpus',
    'instances',
    'backoffSeconds',
    'maxLaunchDelaySeconds',
  ] as const)
    if (app[name] < 0) refuse(`/${name}`, `got ${app[name]}, expected 0 or more`);
  if (app.backoffFactor < 1) refuse('/backoffFactor', `got ${app.backoffFactor}, expected 1 or more`);
  if ((app.taskKillGracePeriodSeconds ?? 0) < 0)
    refuse('/taskKillGracePeriodSeconds', `got ${app.taskKillGracePeriodSeconds}, expected 0 or more`);
  if (isSingleInstance(app.labels) && app.instances > 1)
    refuse('/instances', `got ${app.instances}, expected 0 or 1 with MARATHON_SINGLE_INSTANCE_APP`);
  if (app.gpus > 0 && !features.has('gpu_resources'))
    refuse('/gpus', 'Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources');
  if (app.gpus > 0 && app.container?.type === 'DOCKER')
    refuse('/gpus', 'GPU resources only work with the Mesos containerizer');
  for (const name of ['cpus', 'mem'] as const) {
    const limit = app.resourceLimits?.[name];
    if (typeof limit === 'number' && limit < app[name])
      refuse(`/resourceLimits/${name}`, `got ${limit}, expected at least the request, ${app[name]}`);
  }
  validateAcceptedRoles(app, '/acceptedResourceRoles', refuse);
}

/** Of apps and pods. */
export function validateAcceptedRoles(
  { role, acceptedResourceRoles }: Pick<Service, 'role' | 'acceptedResourceRoles'>,
  at: string,
  refuse: Refuse,
): void {
  const wrong = acceptedResourceRoles?.find((each) => each !== '*' && each !== role);
  if (wrong !== undefined) refuse(at, `acceptedResourceRoles can only contain * and ${role}, got ${wrong}`);
}

/** Of apps and pods. */
export function validateNetworks({ networks }: Pick<App, 'networks'>, refuse: Refuse): void {
  const modes = new Set(networks.map(({ mode }) => mode));
  if (modes.size > 1) refuse('/networks', 'must not mix host, bridge and container networks');
  else if (!modes.has('container') && networks.length > 1)
    refuse('/networks', `must contain only one network of mode ${networks[0]?.mode}`);
  const names = networks.filter(({ mode }) => mode === 'container').map(({ name }) => name);
  networks.forEach(({ mode, name }, index) => {
    if (mode === 'container' && name === undefined)
      refuse(`/networks(${index})/name`, 'must be given, or set --default_network_name');
    if (mode !== 'container' && name !== undefined)
      refuse(`/networks(${index})/name`, `is not allowed with mode ${mode}`);
  });
  if (new Set(names).size < names.length) refuse('/networks', 'network names must be unique');
}

function validatePorts(app: App, refuse: Refuse): void {
  const host = usesHostNetwork(app);
  const { container, portDefinitions } = app;
  if (host && container?.portMappings !== undefined && container.portMappings.length > 0)
    refuse('/container/portMappings', 'must be empty with host networking');
  if (portDefinitions !== undefined) {
    validatePortList(portDefinitions, '/portDefinitions', refuse);
    portDefinitions.forEach(({ port }, index) => {
      checkPort(port, `/portDefinitions(${index})/port`, refuse);
    });
    const fixed = portDefinitions.map(({ port }) => port);
    if (new Set(fixed).size < fixed.length) refuse('/portDefinitions', 'Ports must be unique.');
  }
  validateMappings(app, refuse);
}

function validateMappings({ container, networks }: App, refuse: Refuse): void {
  const mappings = container?.portMappings ?? [];
  validatePortList(mappings, '/container/portMappings', refuse);
  const names = networks.flatMap(({ name }) => name ?? []);
  mappings.forEach(({ containerPort, hostPort, servicePort, networkNames = [] }, index) => {
    const at = `/container/portMappings(${index})`;
    checkPort(containerPort, `${at}/containerPort`, refuse);
    checkPort(hostPort ?? 0, `${at}/hostPort`, refuse);
    checkPort(servicePort, `${at}/servicePort`, refuse);
    const unknown = networkNames.find((name) => !names.includes(name));
    if (unknown !== undefined) refuse(`${at}/networkNames`, `there is no network '${unknown}'`);
    if (hostPort !== undefined && names.length > 1 && networkNames.length !== 1)
      refuse(`${at}/networkNames`, 'a mapping with a host port must name exactly one network');
  });
}

function validatePortList(
  ports: readonly { readonly name?: string; readonly protocol: string }[],
  path: string,
  refuse: Refuse,
): void {
  const names = ports.flatMap(({ name }) => name ?? []);
  if (new Set(names).size < names.length) refuse(path, 'Port names must be unique.');
  ports.forEach(({ name, protocol }, index) => {
    if (name !== undefined && !PORT_NAME.test(name))
      refuse(`${path}(${index})/name`, `must fully match regular expression '${PORT_NAME.source}'`);
    if (!PROTOCOL.test(protocol))
      refuse(`${path}(${index})/protocol`, `got '${protocol}', expected tcp, udp or udp,tcp`);
  });
}

export function checkPort(port: number, path: string, refuse: Refuse): void {
  if (port < 0 || port > PORT_MAX) refuse(path, `got ${port}, expected between 0 and ${PORT_MAX}`);
}

function validateHealthCheck(app: App, check: HealthCheck, at: string, refuse: Refuse): void {
  const { protocol, command, port, portIndex, timeoutSeconds, intervalSeconds } = check;
  if ((protocol === 'COMMAND') !== (command !== undefined))
    refuse(
      `${at}/command`,
      protocol === 'COMMAND'
        ? 'is required with protocol COMMAND'
        : `is not allowed with protocol ${protocol}`,
    );
  if (port !== undefined && portIndex !== undefined) refuse(at, 'must not contain both port and portIndex');
  for (const name of ['gracePeriodSeconds', 'maxConsecutiveFailures', 'delaySeconds'] as const)
    if (check[name] < 0) refuse(`${at}/${name}`, `got ${check[name]}, expected 0 or more`);
  if (timeoutSeconds <= 0) refuse(`${at}/timeoutSeconds`, `got ${timeoutSeconds}, expected more than 0`);
  if (intervalSeconds <= 0) refuse(`${at}/intervalSeconds`, `got ${intervalSeconds}, expected more than 0`);
  if (port !== undefined) checkPort(port, `${at}/port`, refuse);
  if (protocol === 'COMMAND' || port !== undefined) return;
  validatePortIndex(app, portIndex, at, refuse);
}

function validatePortIndex(app: App, portIndex: number | undefined, at: string, refuse: Refuse): void {
  const ports = usesHostNetwork(app) ? app.portDefinitions : app.container?.portMappings;
  const count = ports?.length ?? 0;
  if (count === 0) refuse(at, 'needs a port, or an app with ports');
  else if (portIndex !== undefined && (portIndex < 0 || portIndex >= count))
    refuse(`${at}/portIndex`, `got ${portIndex}, expected an index of the app's ${count} ports`);
}

function validateShutdown(app: App, refuse: Refuse): void {
  const { httpShutdown, maxRuntimeSeconds } = app;
  if (maxRuntimeSeconds !== undefined && !(maxRuntimeSeconds > 0 && maxRuntimeSeconds <= SECONDS_MAX))
    refuse('/maxRuntimeSeconds', `got ${maxRuntimeSeconds}, expected more than 0, ${SECONDS_MAX} at most`);
  if (httpShutdown === undefined) return;
  for (const name of ['gracefulWaitSeconds', 'abortWaitSeconds'] as const)
    if (httpShutdown[name] < 0)
      refuse(`/httpShutdown/${name}`, `got ${httpShutdown[name]}, expected 0 or more`);
  for (const name of ['gracefulPath', 'abortPath'] as const)
    if (!/^\/[\x21-\x7e]*$/.test(httpShutdown[name]))
      refuse(`/httpShutdown/${name}`, 'must be a path that begins with / and holds no blanks');
  const { port, portIndex } = httpShutdown;
  if (port !== undefined && portIndex !== undefined)
    refuse('/httpShutdown', 'must not contain both port and portIndex');
  if (port === undefined) validatePortIndex(app, portIndex, '/httpShutdown', refuse);
  else checkPort(port, '/httpShutdown/port', refuse);
}

function validateChecks(app: App, refuse: Refuse): void {
  const byMesos = app.healthChecks.filter(({ protocol }) => protocol.startsWith('MESOS_'));
  if (byMesos.length > 1)
    refuse('/healthChecks', 'AppDefinition can contain at most one MESOS_* health check.');
  const { check, readinessChecks } = app;
  if (check !== undefined) {
    if (app.container?.type === 'DOCKER') refuse('/check', 'is not supported with containers of type DOCKER');
    const kinds = [check.http, check.tcp, check.exec].filter((each) => each !== undefined);
    if (kinds.length !== 1) refuse('/check', 'must contain exactly one of http, tcp and exec');
  }
  if (readinessChecks.length > 1) refuse('/readinessChecks', 'at most one readiness check is supported');
  const host = usesHostNetwork(app);
  const names = (host ? app.portDefinitions : app.container?.portMappings)?.flatMap(({ name }) => name ?? []);
  readinessChecks.forEach(({ timeoutSeconds, intervalSeconds, portName }, index) => {
    const at = `/readinessChecks(${index})`;
    if (timeoutSeconds <= 0) refuse(`${at}/timeoutSeconds`, `got ${timeoutSeconds}, expected more than 0`);
    if (timeoutSeconds >= intervalSeconds)
      refuse(`${at}/timeoutSeconds`, 'must be less than intervalSeconds');
    if (names?.includes(portName) !== true) refuse(`${at}/portName`, `there is no port named '${portName}'`);
  });
}

function validateContainer(container: Container | undefined, refuse: Refuse): void {
  if (container === undefined) return;
  const { type, docker, linuxInfo } = container;
  if (type === 'DOCKER') {
    if (docker?.image === undefined || docker.image === '')
      refuse('/container/docker/image', 'must not be empty');
    if (docker?.pullConfig !== undefined)
      refuse('/container/docker/pullConfig', 'is only supported with type MESOS');
    if (linuxInfo !== undefined) refuse('/container/linuxInfo', 'is only supported with type MESOS');
    return;
  }
  if (docker?.privileged === true)
    refuse('/container/docker/privileged', 'is only supported with type DOCKER');
  if ((docker?.parameters.length ?? 0) > 0)
    refuse('/container/docker/parameters', 'are only supported with type DOCKER');
}

/** Shared with pods. */
export function validateUpgrade(
  strategy: UpgradeStrategy,
  resident: boolean,
  at: string,
  refuse: Refuse,
): void {
  for (const name of ['minimumHealthCapacity', 'maximumOverCapacity'] as const)
    if (strategy[name] < 0 || strategy[name] > 1)
      refuse(`${at}/${name}`, `got ${numberText(strategy[name])}, expected between 0.0 and 1.0`);
  if (resident && strategy.maximumOverCapacity !== 0)
    refuse(`${at}/maximumOverCapacity`, 'must be 0 for services with persistent volumes');
}

function numberText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Of apps and pods. */
export function validateUnreachable(
  strategy: Service['unreachableStrategy'],
  resident: boolean,
  at: string,
  refuse: Refuse,
): void {
  if (strategy === 'disabled') return;
  const { inactiveAfterSeconds, expungeAfterSeconds } = strategy;
  if (resident) refuse(at, 'must be disabled for services with persistent volumes');
  if (inactiveAfterSeconds < 0)
    refuse(`${at}/inactiveAfterSeconds`, `got ${inactiveAfterSeconds}, expected 0 or more`);
  if (expungeAfterSeconds < inactiveAfterSeconds)
    refuse(`${at}/expungeAfterSeconds`, 'must not be less than inactiveAfterSeconds');
}

function validateSecrets(app: App, { features }: ValidationSettings, refuse: Refuse): void {
  const used = [
    ...Object.entries(app.env).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [{ at: `/env/${name}`, secret: value.secret }],
    ),
    ...(app.container?.volumes ?? []).flatMap(({ secret }, index) =>
      secret === undefined ? [] : [{ at: `/container/volumes(${index})/secret`, secret }],
    ),
    ...[app.container?.docker?.pullConfig ?? []]
      .flat()
      .map(({ secret }) => ({ at: '/container/docker/pullConfig/secret', secret })),
  ];
  for (const { at, secret } of used)
    if (app.secrets[secret] === undefined) refuse(at, `references an undefined secret named '${secret}'`);
  if (Object.keys(app.secrets).length > 0 && !features.has('secrets'))
    refuse('/secrets', 'Feature secrets is not enabled. Enable with --enable_features secrets');
  validateVariables(app.env, '/env', refuse);
}

/** Of apps and pods. */
export function validateVariables(env: Readonly<Record<string, unknown>>, at: string, refuse: Refuse): void {
  const wrong = Object.keys(env).find((name) => name === '' || name.includes('='));
  if (wrong !== undefined) refuse(`${at}/${wrong}`, 'must be a name of a variable, without =');
}

/** Of apps and pods. */
export function validateBudget(
  { disruptionBudget }: Pick<Service, 'disruptionBudget'>,
  refuse: Refuse,
): void {
  for (const name of ['maxUnavailable', 'drainTimeoutSeconds'] as const)
    if ((disruptionBudget?.[name] ?? 0) < 0)
      refuse(`/disruptionBudget/${name}`, `got ${disruptionBudget?.[name]}, expected 0 or more`);
}

function validateUpdate(app: App, refuse: Refuse): void {
  const { update } = app;
  validateBudget(app, refuse);
  if (update === undefined) return;
  for (const name of [
    'watchSeconds',
    'maxTotalFailures',
    'maxFailures',
    'maxInstanceFailures',
    'deadlineSeconds',
  ] as const)
    if ((update[name] ?? 0) < 0) refuse(`/update/${name}`, `got ${update[name]}, expected 0 or more`);
  const steps = update.canarySteps ?? [];
  if (steps.some((step, index) => step < 1 || step <= (steps[index - 1] ?? 0)))
    refuse('/update/canarySteps', 'must be numbers of instances that grow, beginning with 1 or more');
  const { batchSizes, autoPause, range } = update;
  if (batchSizes !== undefined && (batchSizes.length === 0 || batchSizes.some((size) => size < 1)))
    refuse('/update/batchSizes', 'must be numbers of instances, 1 or more each');
  if (autoPause === true && batchSizes === undefined)
    refuse('/update/autoPause', 'pauses after batches, and there are none: /update/batchSizes is missing');
  if (range === undefined) return;
  const [first = -1, last = -1] = range;
  if (range.length !== 2 || first < 0 || last < first)
    refuse('/update/range', 'must be the first and the last number of instances, as [0, 1]');
}
