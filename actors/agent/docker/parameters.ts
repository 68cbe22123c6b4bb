/** Words of `docker run` that a task may give as parameters (agent.md §13), as the Engine API has them. */
import type { Parameter } from '../../../proto/generated/types/v1.ts';

/** The body of a create request while it is made. */
export interface CreateBody {
  [field: string]: unknown;
  readonly HostConfig: Record<string, unknown>;
}

type Apply = (body: CreateBody, value: string) => void;

const inHost =
  (field: string): Apply =>
  (body, value) => {
    body.HostConfig[field] = value;
  };

const inHostList =
  (field: string): Apply =>
  (body, value) => {
    const list = (body.HostConfig[field] ?? []) as string[];
    body.HostConfig[field] = [...list, value];
  };

const inHostFlag =
  (field: string): Apply =>
  (body, value) => {
    body.HostConfig[field] = value !== 'false';
  };

const inHostPair =
  (field: string): Apply =>
  (body, value) => {
    const [key = '', ...rest] = value.split('=');
    body.HostConfig[field] = { ...(body.HostConfig[field] as object | undefined), [key]: rest.join('=') };
  };

const inBody =
  (field: string): Apply =>
  (body, value) => {
    body[field] = value;
  };

const label: Apply = (body, value) => {
  const [key = '', ...rest] = value.split('=');
  body['Labels'] = { ...(body['Labels'] as object), [key]: rest.join('=') };
};

const env: Apply = (body, value) => {
  body['Env'] = [...((body['Env'] as string[] | undefined) ?? []), value];
};

const device: Apply = (body, value) => {
  const [host = '', container = host, permissions = 'rwm'] = value.split(':');
  const list = (body.HostConfig['Devices'] ?? []) as object[];
  body.HostConfig['Devices'] = [
    ...list,
    { PathOnHost: host, PathInContainer: container, CgroupPermissions: permissions },
  ];
};

/** `nofile=1024:2048`. */
const ulimit: Apply = (body, value) => {
  const [name = '', limits = ''] = value.split('=');
  const [soft = Number.NaN, hard = soft] = limits.split(':').map(Number);
  if (Number.isNaN(soft) || Number.isNaN(hard))
    throw new Error(`parameter ulimit: expected NAME=SOFT[:HARD], got '${value}'`);
  const list = (body.HostConfig['Ulimits'] ?? []) as object[];
  body.HostConfig['Ulimits'] = [...list, { Name: name, Soft: soft, Hard: hard }];
};

/** `64m`. */
const bytes =
  (field: string): Apply =>
  (body, value) => {
    const found = /^(\d+)([bkmg]?)$/i.exec(value);
    if (found === null) throw new Error(`parameter of ${field}: expected bytes such as 64m, got '${value}'`);
    const power = ['', 'k', 'm', 'g'].indexOf((found[2] ?? '').toLowerCase().replace('b', ''));
    body.HostConfig[field] = Number(found[1]) * 1024 ** power;
  };

const network: Apply = (body, value) => {
  body.HostConfig['NetworkMode'] = value;
};

const entrypoint: Apply = (body, value) => {
  body['Entrypoint'] = [value];
};

const logDriver: Apply = (body, value) => {
  body.HostConfig['LogConfig'] = { Type: value };
};

const tmpfs: Apply = (body, value) => {
  const [path = '', options = ''] = value.split(':');
  body.HostConfig['Tmpfs'] = { ...(body.HostConfig['Tmpfs'] as object | undefined), [path]: options };
};

const PARAMETERS: ReadonlyMap<string, Apply> = new Map([
  ['add-host', inHostList('ExtraHosts')],
  ['cap-add', inHostList('CapAdd')],
  ['cap-drop', inHostList('CapDrop')],
  ['device', device],
  ['dns', inHostList('Dns')],
  ['dns-option', inHostList('DnsOptions')],
  ['dns-search', inHostList('DnsSearch')],
  ['entrypoint', entrypoint],
  ['env', env],
  ['group-add', inHostList('GroupAdd')],
  ['hostname', inBody('Hostname')],
  ['init', inHostFlag('Init')],
  ['ipc', inHost('IpcMode')],
  ['label', label],
  ['log-driver', logDriver],
  ['memory-swap', bytes('MemorySwap')],
  ['net', network],
  ['network', network],
  ['pid', inHost('PidMode')],
  ['privileged', inHostFlag('Privileged')],
  ['read-only', inHostFlag('ReadonlyRootfs')],
  ['security-opt', inHostList('SecurityOpt')],
  ['shm-size', bytes('ShmSize')],
  ['sysctl', inHostPair('Sysctls')],
  ['tmpfs', tmpfs],
  ['ulimit', ulimit],
  ['user', inBody('User')],
  ['userns', inHost('UsernsMode')],
  ['uts', inHost('UTSMode')],
  ['volume', inHostList('Binds')],
  ['volume-driver', inHost('VolumeDriver')],
  ['volumes-from', inHostList('VolumesFrom')],
  ['workdir', inBody('WorkingDir')],
]);

/** @throws Error naming a parameter that is not known here */
export function applyParameters(body: CreateBody, parameters: readonly Parameter[]): void {
  for (const { key, value } of parameters) {
    const apply = PARAMETERS.get(key);
    if (apply === undefined) throw new Error(`Docker parameter '${key}' is not known to this agent`);
    apply(body, value);
  }
}
