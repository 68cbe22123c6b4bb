/**
 * Apps in the shape of 0.8 to 1.4, brought into the one that is kept, and back for clients that ask for it (spec:
 * marathon.md §11).
 */
import type { App, Network } from './app.ts';
import { servicePortsOf, usesHostNetwork } from './app.ts';
import type { AppInput } from './appSchema.ts';
import type { Problem } from './schema.ts';

/** An input without members of the old shape. */
export type ModernInput = Omit<AppInput, 'uris' | 'ports' | 'storeUrls' | 'ipAddress'>;

type ContainerInput = NonNullable<AppInput['container']>;
type MappingInput = NonNullable<ContainerInput['portMappings']>[number];
type Refuse = (path: string, error: string) => void;

/** Files of these names are unpacked when nothing else is said. */
const ARCHIVE = /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip)$/;

/** What is known of networks besides the app. */
export interface NetworkNames {
  /** What old apps call the bridge. */
  readonly bridge: string;
}

/** Whether a URI's name is an archive's. */
export function isArchive(uri: string): boolean {
  return ARCHIVE.test(uri.split(/[?#]/)[0] ?? '');
}

/** @param problems gets what contradicts itself */
export function modernize(input: AppInput, names: NetworkNames, problems: Problem[]): ModernInput {
  const refuse: Refuse = (path, error) => problems.push({ path, error });
  const { uris, ports, storeUrls, ipAddress, container, ...modern } = input;
  if (storeUrls !== undefined && storeUrls.length > 0)
    refuse('/storeUrls', 'artifact stores are not supported, use fetch');
  const networks = networksOf(input, names, refuse);
  const modernContainer = containerOf(input, networks);
  return withPorts(
    {
      ...modern,
      ...(modernContainer !== undefined && { container: modernContainer }),
      ...(networks !== undefined && { networks }),
      ...fetchOf(input, refuse),
    },
    ports,
    refuse,
  );
}

function fetchOf({ uris, fetch }: AppInput, refuse: Refuse): Pick<AppInput, 'fetch'> {
  if (uris === undefined) return {};
  const fetched = uris.map((uri) => ({ uri, extract: isArchive(uri) }));
  if (fetch === undefined || fetch.length === 0) return { fetch: fetched };
  if (uris.length > 0 && fetch.map(({ uri }) => uri).join('\n') !== uris.join('\n'))
    refuse('/uris', 'cannot specify both uris and fetch fields');
  return {};
}

/** The networks that docker.network or ipAddress mean; undefined when nothing is said of networks. */
function networksOf(input: AppInput, names: NetworkNames, refuse: Refuse): readonly Network[] | undefined {
  const { networks, ipAddress } = input;
  const mode = input.container?.docker?.network?.toUpperCase();
  if (networks !== undefined) {
    if (ipAddress !== undefined || mode !== undefined)
      refuse('/networks', 'must not be combined with ipAddress or container.docker.network');
    return networks.map((network) => ({ ...network, mode: network.mode ?? 'container' }));
  }
  const labels = ipAddress?.labels === undefined ? {} : { labels: ipAddress.labels };
  const name = ipAddress?.networkName;
  if (mode === 'HOST') return [{ mode: 'host' }];
  if (mode === 'BRIDGE') return [{ mode: 'container/bridge', ...labels }];
  if (mode === 'USER') return [{ mode: 'container', ...(name !== undefined && { name }), ...labels }];
  if (mode !== undefined) refuse('/container/docker/network', `'${mode}' is not supported, use networks`);
  if (ipAddress === undefined) return undefined;
  if (name === names.bridge) return [{ mode: 'container/bridge', ...labels }];
  return [{ mode: 'container', ...(name !== undefined && { name }), ...labels }];
}

function containerOf(input: AppInput, networks: readonly Network[] | undefined): ContainerInput | undefined {
  const { container, ipAddress } = input;
  const discovered = (ipAddress?.discovery?.ports ?? []).map(
    ({ number, name, protocol, labels }): MappingInput => ({
      ...(number !== undefined && { containerPort: number }),
      ...(name !== undefined && { name }),
      ...(protocol !== undefined && { protocol }),
      ...(labels !== undefined && { labels }),
    }),
  );
  if (container === undefined)
    return ipAddress === undefined
      ? undefined
      : { type: 'MESOS', ...(discovered.length > 0 && { portMappings: discovered }) };
  const { docker, ...rest } = container;
  const mappings =
    container.portMappings ?? docker?.portMappings ?? (discovered.length > 0 ? discovered : undefined);
  const { portMappings: _dropped, ...bare } = rest;
  const hostOnly = networks?.every(({ mode }) => mode === 'host') === true && docker?.network !== undefined;
  return {
    ...bare,
    ...(docker !== undefined && { docker: withoutOld(docker) }),
    ...(mappings !== undefined && !hostOnly && { portMappings: mappings }),
  };
}

function withoutOld({
  network: _network,
  portMappings: _mappings,
  ...docker
}: NonNullable<ContainerInput['docker']>): NonNullable<ContainerInput['docker']> {
  return docker;
}

/** `ports` become port definitions, or are padded into mappings where the network is not the host's. */
function withPorts(input: ModernInput, ports: AppInput['ports'], refuse: Refuse): ModernInput {
  const { portDefinitions, networks, container } = input;
  const given = portDefinitions?.map(({ port = 0 }) => port);
  // Answers to old clients carry both; one that only repeats the service ports of its mappings says nothing.
  if (ports !== undefined && given !== undefined && ports.join() !== given.join()) {
    refuse('/ports', 'cannot specify both ports and port definitions');
    return input;
  }
  const definitions = portDefinitions ?? ports?.map((port) => ({ port }));
  if (definitions === undefined) return input;
  const host = networks === undefined || networks.every(({ mode }) => mode === 'host');
  if (host) return { ...input, portDefinitions: definitions };
  const { portDefinitions: _none, ...rest } = input;
  const mappings = [...(container?.portMappings ?? [])];
  while (mappings.length < definitions.length) mappings.push({});
  return { ...rest, ...(mappings.length > 0 && { container: { ...container, portMappings: mappings } }) };
}

/** What clients of 0.8 to 0.11 read besides the present members. */
export function legacyMembers(app: App): Readonly<Record<string, unknown>> {
  const { container } = app;
  const [network] = app.networks;
  const docker = container?.docker;
  return {
    args: app.args ?? null,
    cmd: app.cmd ?? null,
    user: app.user ?? null,
    ports: servicePortsOf(app),
    uris: app.fetch.map(({ uri }) => uri),
    storeUrls: [],
    container:
      container === undefined
        ? null
        : docker === undefined
          ? container
          : {
              ...container,
              docker: {
                ...docker,
                network: usesHostNetwork(app)
                  ? 'HOST'
                  : network?.mode === 'container/bridge'
                    ? 'BRIDGE'
                    : 'USER',
                portMappings: container.portMappings ?? [],
              },
            },
  };
}
