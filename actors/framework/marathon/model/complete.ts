/** Fills in what an app leaves out (spec: marathon.md §10, §23). */
import type {
  App,
  AppVolume,
  Constraint,
  Container,
  DockerImage,
  Fetch,
  HealthCheck,
  HttpShutdown,
  Network,
  PortDefinition,
  PortMapping,
  ReadinessCheck,
  StartupCheck,
  UnreachableStrategy,
  UpgradeStrategy,
} from './app.ts';
import { isSingleInstance } from './app.ts';
import { parentOf, resolveId } from './ids.ts';
import type { ModernInput } from './legacy.ts';

export interface Defaults {
  /** Role of services whose group enforces none. */
  readonly role: string;
  /** Name of container networks that have none. */
  readonly networkName?: string;
  /** A free service port, for those that ask for any. */
  readonly servicePort: () => number;
}

type ContainerInput = NonNullable<ModernInput['container']>;
type MappingInput = NonNullable<ContainerInput['portMappings']>[number];
type DefinitionInput = NonNullable<ModernInput['portDefinitions']>[number];

const EXPUNGE_AT_ONCE: UnreachableStrategy = { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };

/**
 * @param input read and in the present shape
 * @param id absolute
 * @param earlier service ports that the app had, which are used again for those it asks for anew
 */
export function completeApp(
  input: ModernInput,
  id: string,
  defaults: Defaults,
  earlier: readonly number[] = [],
): Omit<App, 'version' | 'versionInfo'> {
  const ports = portsFor(earlier, defaults);
  const networks = networksOf(input, defaults);
  const host = networks.every(({ mode }) => mode === 'host');
  const container = containerOf(input, networks, ports);
  const labels = input.labels ?? {};
  const resident = container?.volumes.some(({ persistent }) => persistent !== undefined) === true;
  const definitions = host ? definitionsOf(input, ports) : undefined;
  const portCount = (host ? definitions : container?.portMappings)?.length ?? 0;
  return {
    ...plain(input, id, defaults),
    labels,
    networks,
    ...(container !== undefined && { container }),
    ...(definitions !== undefined && { portDefinitions: definitions }),
    healthChecks: (input.healthChecks ?? []).map((check) => healthCheckOf(check, portCount)),
    ...(input.startupCheck !== undefined && { startupCheck: startupCheckOf(input.startupCheck, portCount) }),
    ...(input.httpShutdown !== undefined && { httpShutdown: httpShutdownOf(input.httpShutdown, portCount) }),
    readinessChecks: (input.readinessChecks ?? []).map(readinessCheckOf),
    upgradeStrategy: upgradeOf(input, labels, resident),
    unreachableStrategy: unreachableOf(input, resident),
    killSelection: input.killSelection ?? 'YOUNGEST_FIRST',
  };
}

type Plain = Omit<
  App,
  | 'version'
  | 'versionInfo'
  | 'labels'
  | 'networks'
  | 'container'
  | 'portDefinitions'
  | 'healthChecks'
  | 'startupCheck'
  | 'httpShutdown'
  | 'readinessChecks'
  | 'upgradeStrategy'
  | 'unreachableStrategy'
  | 'killSelection'
>;

/** Members that need nothing but themselves. */
function plain(input: ModernInput, id: string, defaults: Defaults): Plain {
  const { cmd, args, user, resourceLimits, executorResources, acceptedResourceRoles, check } = input;
  const { taskKillGracePeriodSeconds, maxRuntimeSeconds, residency, tty, update, disruptionBudget } = input;
  return {
    id,
    // An empty one is none: clients of several ages send what they have no value for.
    ...(cmd !== undefined && cmd !== '' && { cmd }),
    ...(args !== undefined && args.length > 0 && { args }),
    ...(user !== undefined && { user }),
    env: input.env ?? {},
    instances: input.instances ?? 1,
    cpus: input.cpus ?? 1,
    mem: input.mem ?? 128,
    disk: input.disk ?? 0,
    gpus: input.gpus ?? 0,
    ...(resourceLimits !== undefined && { resourceLimits }),
    executor: input.executor ?? '',
    ...(executorResources !== undefined && { executorResources }),
    constraints: (input.constraints ?? []).map(constraintOf),
    ...(acceptedResourceRoles !== undefined && acceptedResourceRoles.length > 0 && { acceptedResourceRoles }),
    role: input.role ?? defaults.role,
    fetch: (input.fetch ?? []).map(fetchOf),
    requirePorts: input.requirePorts ?? false,
    ...(check !== undefined && { check: check as NonNullable<App['check']> }),
    backoffSeconds: input.backoffSeconds ?? 1,
    backoffFactor: input.backoffFactor ?? 1.15,
    maxLaunchDelaySeconds: input.maxLaunchDelaySeconds ?? 300,
    ...(taskKillGracePeriodSeconds !== undefined && { taskKillGracePeriodSeconds }),
    ...(maxRuntimeSeconds !== undefined && { maxRuntimeSeconds }),
    ...(residency !== undefined && { residency }),
    dependencies: (input.dependencies ?? []).map((each) => resolveId(each, parentOf(id))),
    secrets: Object.fromEntries(
      Object.entries(input.secrets ?? {}).map(([name, { source = '' }]) => [name, { source }]),
    ),
    ...(tty !== undefined && { tty }),
    ...(disruptionBudget !== undefined && { disruptionBudget }),
    ...(update !== undefined && { update: update as NonNullable<App['update']> }),
  };
}

/** Operators are written in upper case, whatever they were given in. */
export function constraintOf(given: readonly string[]): Constraint {
  const [field = '', operator = '', value] = given;
  // One too long stays recognizable as such for validation.
  if (given.length > 3) return [field, given.slice(1).join(' ')];
  return value === undefined ? [field, operator.toUpperCase()] : [field, operator.toUpperCase(), value];
}

export function fetchOf(given: NonNullable<ModernInput['fetch']>[number]): Fetch {
  const { uri = '', extract = true, executable = false, cache = false, destPath } = given;
  return { uri, extract, executable, cache, ...(destPath !== undefined && { destPath }) };
}

export function upgradeOf(
  input: Pick<ModernInput, 'upgradeStrategy'>,
  labels: Readonly<Record<string, string>>,
  resident: boolean,
): UpgradeStrategy {
  const single = isSingleInstance(labels);
  const { minimumHealthCapacity, maximumOverCapacity } = input.upgradeStrategy ?? {};
  return {
    minimumHealthCapacity: minimumHealthCapacity ?? (single ? 0 : resident ? 0.5 : 1),
    maximumOverCapacity: maximumOverCapacity ?? (single || resident ? 0 : 1),
  };
}

export function unreachableOf(
  { unreachableStrategy: given }: Pick<ModernInput, 'unreachableStrategy'>,
  resident: boolean,
): UnreachableStrategy {
  if (given === undefined) return resident ? 'disabled' : EXPUNGE_AT_ONCE;
  if (given === 'disabled') return 'disabled';
  const { inactiveAfterSeconds = 0 } = given;
  return { inactiveAfterSeconds, expungeAfterSeconds: given.expungeAfterSeconds ?? inactiveAfterSeconds };
}

function networksOf({ networks }: ModernInput, { networkName }: Defaults): readonly Network[] {
  if (networks === undefined || networks.length === 0) return [{ mode: 'host' }];
  return networks.map(({ mode = 'container', name, labels }) => {
    const named = name ?? (mode === 'container' ? networkName : undefined);
    return { mode, ...(named !== undefined && { name: named }), ...(labels !== undefined && { labels }) };
  });
}

/** Service ports that were given out before go to those that ask for any, in order; then new ones. */
function portsFor(
  earlier: readonly number[],
  { servicePort }: Defaults,
): (wanted: number | undefined, index: number) => number {
  return (wanted = 0, index) => {
    if (wanted !== 0) return wanted;
    const before = earlier[index];
    return before === undefined || before === 0 ? servicePort() : before;
  };
}

type Ports = ReturnType<typeof portsFor>;

function definitionsOf({ portDefinitions }: ModernInput, ports: Ports): readonly PortDefinition[] {
  const given: readonly DefinitionInput[] = portDefinitions ?? [{ port: 0, name: 'default' }];
  return given.map(({ port, protocol = 'tcp', name, labels = {} }, index) => ({
    port: ports(port, index),
    protocol,
    ...(name !== undefined && { name }),
    labels,
  }));
}

function containerOf(input: ModernInput, networks: readonly Network[], ports: Ports): Container | undefined {
  const host = networks.every(({ mode }) => mode === 'host');
  const given = input.container ?? (host ? undefined : { type: 'MESOS' as const });
  if (given === undefined) return undefined;
  const bridged = networks.some(({ mode }) => mode === 'container/bridge');
  const mappings = host ? undefined : (given.portMappings ?? [{ containerPort: 0, name: 'default' }]);
  return {
    type: given.type ?? (given.docker?.image === undefined ? 'MESOS' : 'DOCKER'),
    ...(given.docker !== undefined && { docker: dockerOf(given.docker) }),
    ...(mappings !== undefined && {
      portMappings: mappings.map((mapping, index) => mappingOf(mapping, index, bridged, ports)),
    }),
    // Refused by validation; kept so that it can be named.
    ...(host &&
      given.portMappings !== undefined && {
        portMappings: given.portMappings.map((mapping, index) => mappingOf(mapping, index, false, ports)),
      }),
    volumes: (given.volumes ?? []).map(volumeOf),
    ...(given.linuxInfo !== undefined && { linuxInfo: given.linuxInfo }),
  };
}

function dockerOf(given: NonNullable<ContainerInput['docker']>): DockerImage {
  const { image, forcePullImage = false, privileged = false, parameters = [], pullConfig } = given;
  return {
    ...(image !== undefined && { image }),
    forcePullImage,
    privileged,
    parameters: parameters.map(({ key = '', value = '' }) => ({ key, value })),
    ...(pullConfig?.secret !== undefined && { pullConfig: { secret: pullConfig.secret } }),
  };
}

function mappingOf(given: MappingInput, index: number, bridged: boolean, ports: Ports): PortMapping {
  const { containerPort = 0, servicePort, protocol = 'tcp', name, labels = {}, networkNames } = given;
  const hostPort = given.hostPort ?? (bridged ? 0 : undefined);
  return {
    containerPort,
    ...(hostPort !== undefined && { hostPort }),
    servicePort: ports(servicePort, index),
    protocol,
    ...(name !== undefined && { name }),
    labels,
    ...(networkNames !== undefined && { networkNames }),
  };
}

export function volumeOf(given: NonNullable<ContainerInput['volumes']>[number]): AppVolume {
  const { containerPath = '', hostPath, persistent, external, secret } = given;
  const mode = given.mode ?? (secret === undefined ? 'RW' : undefined);
  return {
    containerPath,
    ...(hostPath !== undefined && { hostPath }),
    ...(mode !== undefined && { mode }),
    ...(persistent !== undefined && {
      persistent: {
        ...persistent,
        type: persistent.type ?? 'root',
        size: persistent.size ?? 0,
        constraints: (persistent.constraints ?? []).map(constraintOf),
      },
    }),
    ...(external !== undefined && {
      external: {
        ...external,
        name: external.name ?? '',
        provider: external.provider ?? '',
        options: external.options ?? {},
      },
    }),
    ...(secret !== undefined && { secret }),
  };
}

function healthCheckOf(
  given: NonNullable<ModernInput['healthChecks']>[number],
  portCount: number,
): HealthCheck {
  const { protocol = 'HTTP', path, portIndex, port, command, ignoreHttp1xx, minConsecutiveSuccesses } = given;
  const byPort = protocol !== 'COMMAND' && port === undefined;
  const index = portIndex ?? (byPort && portCount > 0 ? 0 : undefined);
  const web = protocol.endsWith('HTTP') || protocol.endsWith('HTTPS');
  return {
    protocol,
    ...(web && { path: path ?? '/' }),
    ...(index !== undefined && { portIndex: index }),
    ...(port !== undefined && { port }),
    ...(command?.value !== undefined && { command: { value: command.value } }),
    gracePeriodSeconds: given.gracePeriodSeconds ?? 300,
    intervalSeconds: given.intervalSeconds ?? 60,
    timeoutSeconds: given.timeoutSeconds ?? 20,
    maxConsecutiveFailures: given.maxConsecutiveFailures ?? 3,
    delaySeconds: given.delaySeconds ?? 15,
    ...(web && !protocol.startsWith('MESOS') && { ignoreHttp1xx: ignoreHttp1xx ?? false }),
    ipProtocol: given.ipProtocol ?? 'IPv4',
    ...(minConsecutiveSuccesses !== undefined && { minConsecutiveSuccesses }),
  };
}

function startupCheckOf(
  { protocol = 'HTTP', path, portIndex, port, ...times }: NonNullable<ModernInput['startupCheck']>,
  portCount: number,
): StartupCheck {
  const index = portIndex ?? (port === undefined && portCount > 0 ? 0 : undefined);
  return {
    protocol,
    ...(protocol !== 'TCP' && { path: path ?? '/' }),
    ...(index !== undefined && { portIndex: index }),
    ...(port !== undefined && { port }),
    intervalSeconds: times.intervalSeconds ?? 5,
    timeoutSeconds: times.timeoutSeconds ?? 5,
    maxConsecutiveFailures: times.maxConsecutiveFailures ?? 60,
  };
}

function httpShutdownOf(
  { portIndex, port, ...given }: NonNullable<ModernInput['httpShutdown']>,
  portCount: number,
): HttpShutdown {
  const index = portIndex ?? (port === undefined && portCount > 0 ? 0 : undefined);
  return {
    ...(index !== undefined && { portIndex: index }),
    ...(port !== undefined && { port }),
    gracefulPath: given.gracefulPath ?? '/quitquitquit',
    gracefulWaitSeconds: given.gracefulWaitSeconds ?? 5,
    abortPath: given.abortPath ?? '/abortabortabort',
    abortWaitSeconds: given.abortWaitSeconds ?? 5,
  };
}

function readinessCheckOf(given: NonNullable<ModernInput['readinessChecks']>[number]): ReadinessCheck {
  return {
    name: given.name ?? 'readinessCheck',
    protocol: given.protocol ?? 'HTTP',
    path: given.path ?? '/',
    portName: given.portName ?? 'http-api',
    intervalSeconds: given.intervalSeconds ?? 30,
    timeoutSeconds: given.timeoutSeconds ?? 10,
    httpStatusCodesForReady: given.httpStatusCodesForReady ?? [200],
    preserveLastResponse: given.preserveLastResponse ?? false,
  };
}
