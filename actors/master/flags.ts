/** The flags of a master, with Mesos' names and defaults. What is in this table takes effect. */

import { authorizationFlags, credentialsFlag } from '../../proto/authorization/index.ts';
import type { WeightInfo } from '../../proto/index.ts';
import { etcdSecurityFlags } from '../../runtime/etcd/flags.ts';
import { ETCD_EXPECTED, formatEtcdLocation, parseEtcdLocation } from '../../runtime/etcd/location.ts';
import {
  boolean,
  bytes,
  choice,
  defineFlags,
  duration,
  type FlagValues,
  integer,
  ip,
  list,
  number,
  path,
  port,
  rate,
  string,
  text,
} from '../../runtime/flags/index.ts';
import { parseMinimum } from './allocator/index.ts';
import { foreignMasterFlags } from './foreignFlags.ts';
import { policyFlags } from './policyFlags.ts';
import { validateWeights } from './validation/weights.ts';

const sorters = ['drf', 'random'] as const;

const rows = {
  ip: ip({ help: 'Address to listen on. Default: 127.0.0.1' }),
  port: port({ default: 5050, help: 'Port to listen on; 0 lets the system choose' }),
  hostname: string({ help: 'Host name told to others; the address when left out' }),
  cluster: string({ help: 'Name of the cluster, shown to people' }),
  work_dir: path({ help: 'Folder of the registry; needed with --registry=local' }),
  registry: choice({
    values: ['local', 'in_memory', 'etcd'],
    help: `Where the list of agents is kept: local, on disk under --work_dir; in_memory, nowhere (it ends with the process);
      etcd, in --etcd. Default: etcd with --etcd, else local`,
  }),
  etcd: text({
    expected: ETCD_EXPECTED,
    placeholder: 'http://HOST:PORT,…/PATH',
    parse: parseEtcdLocation,
    print: formatEtcdLocation,
    help: `Members of the etcd that elects the leading master and keeps the registry, and the path below which all keys of this
      cluster are`,
  }),
  etcd_session_timeout: duration({
    default: '10secs',
    min: '2secs',
    max: '10mins',
    help: 'How long a master that is silent keeps the leadership; in whole seconds',
  }),
  ...etcdSecurityFlags,
  registry_fetch_timeout: duration({
    default: '1mins',
    help: 'The master ends when reading the registry takes longer',
  }),
  registry_store_timeout: duration({
    default: '20secs',
    help: 'The master ends when a write to the registry takes longer',
  }),
  agent_ping_timeout: duration({
    default: '15secs',
    min: '1secs',
    max: '15mins',
    aliases: ['slave_ping_timeout'],
    help: 'Interval of the pings that tell whether an agent lives',
  }),
  max_agent_ping_timeouts: integer({
    default: 5,
    min: 1,
    aliases: ['max_slave_ping_timeouts'],
    help: 'Pings in a row without an answer after which an agent counts as unreachable',
  }),
  agent_reregister_timeout: duration({
    default: '10mins',
    min: '10mins',
    aliases: ['slave_reregister_timeout'],
    help: 'Time for an agent to come back after a broken connection or a failover of the master',
  }),
  agent_removal_rate_limit: rate({
    aliases: ['slave_removal_rate_limit'],
    help: 'How fast agents may be marked unreachable at most; unlimited when left out',
  }),
  recovery_agent_removal_limit: text({
    default: '100%',
    expected: 'a percentage such as 50%',
    placeholder: 'PERCENT',
    aliases: ['recovery_slave_removal_limit'],
    parse: parsePercent,
    print: (percent) => `${percent}%`,
    help: 'The master ends when more of its agents than this do not come back after a failover',
  }),
  registry_gc_interval: duration({
    default: '15mins',
    min: '1secs',
    help: 'How often agents that were unreachable or gone for long are dropped from the registry',
  }),
  registry_max_agent_age: duration({
    default: '2weeks',
    help: 'How long the registry remembers an unreachable or gone agent',
  }),
  registry_max_agent_count: integer({
    default: 102_400,
    min: 0,
    help: 'How many unreachable and how many gone agents the registry remembers; the oldest are dropped',
  }),
  allocator_agent_recovery_factor: number({
    default: 0.8,
    min: 0,
    max: 1,
    help: 'Where there is quota, a new leader offers nothing before this share of its agents is back',
  }),
  allocator_recovery_timeout: duration({
    default: '10mins',
    help: 'Longest wait for --allocator_agent_recovery_factor',
  }),
  allocation_interval: duration({ default: '1secs', help: 'Interval of the allocations for all agents' }),
  min_allocatable_resources: string({
    default: 'cpus:0.01|mem:32',
    expected: 'alternatives such as cpus:0.01|mem:32',
    validate: (given) => void parseMinimum(given),
    help: 'The least that is worth an offer: one of the alternatives in full',
  }),
  offer_timeout: duration({ help: 'Offers that are not answered in this time are rescinded' }),
  filter_gpu_resources: boolean({
    default: true,
    help: 'Offer agents with GPUs only to frameworks with the capability GPU_RESOURCES',
  }),
  role_sorter: choice({ values: sorters, default: 'drf', help: 'How roles are ordered for allocation' }),
  framework_sorter: choice({ values: sorters, default: 'drf', help: 'How frameworks of a role are ordered' }),
  weights: text({
    expected: 'weights such as dev=2,prod=3.5',
    placeholder: 'ROLE=WEIGHT,…',
    parse: parseWeights,
    print: (weights) => weights.map(({ role, weight }) => `${role ?? '*'}=${weight}`).join(','),
    help: 'Weights of roles for a registry that has none yet; later the API changes them',
  }),
  fair_sharing_excluded_resource_names: list({ help: 'Resources that do not count in shares' }),
  roles: list({ help: 'The only roles frameworks may subscribe to; all when left out' }),
  root_submissions: boolean({ default: true, help: 'Let frameworks run as root' }),
  max_completed_frameworks: integer({ default: 50, min: 0, help: 'Ended frameworks that are remembered' }),
  max_completed_tasks_per_framework: integer({
    default: 1000,
    min: 0,
    help: 'Ended tasks that are remembered of each framework',
  }),
  max_unreachable_tasks_per_framework: integer({
    default: 1000,
    min: 0,
    help: 'Unreachable tasks that are remembered of each framework',
  }),
  task_archive: path({
    help: 'Folder in which ended tasks are kept for people to look up when the master remembers them no more; one of its own for each master. None are kept when left out',
  }),
  task_archive_size: bytes({
    default: '256MB',
    min: '64KB',
    help: 'How large --task_archive may become; the oldest tasks make room',
  }),
  max_operator_event_stream_subscribers: integer({
    default: 1000,
    min: 1,
    help: 'Event streams of operators; for one beyond, the oldest is closed',
  }),
  publish_per_framework_metrics: boolean({ default: true, help: 'Have metrics of each framework' }),
  ...policyFlags,
  ...authorizationFlags,
  authenticate_agents: boolean({
    aliases: ['authenticate_slaves'],
    help: 'Let only those agents register that prove who they are',
  }),
  authenticate_frameworks: boolean({
    aliases: ['authenticate'],
    help: 'Let only those frameworks subscribe that prove who they are, by messages; authenticate_http_frameworks is for HTTP',
  }),
  authentication_v0_timeout: duration({
    default: '15secs',
    min: '1ms',
    help: 'How long an agent or a framework may take to prove by messages who it is',
  }),
  authenticators: choice({
    values: ['crammd5'],
    default: 'crammd5',
    help: 'How agents and frameworks prove by messages who they are',
  }),
  http_framework_authenticators: choice({
    values: ['basic'],
    default: 'basic',
    help: 'How frameworks prove over HTTP who they are',
  }),
  authenticate_http_frameworks: boolean({
    help: 'Serve /api/v1/scheduler to those alone who prove who they are',
  }),
  credentials: credentialsFlag(
    'Principals and their secrets, {"credentials": [{"principal": "a", "secret": "b"}]}: the absolute path of their file',
  ),
};

/** Flags that ask somebody who they are. */
const authenticationFlags = [
  'authenticate_http_readonly',
  'authenticate_http_readwrite',
  'authenticate_http_frameworks',
  'authenticate_agents',
  'authenticate_frameworks',
] as const;

export const masterFlags = defineFlags(
  rows,
  [
    ({ registry, etcd, work_dir }) =>
      registryKind({ registry, etcd }) === 'local' && work_dir === undefined
        ? '--work_dir: required with --registry=local, expected a folder'
        : undefined,
    ({ registry, etcd }) =>
      registry === 'etcd' && etcd === undefined
        ? `--etcd: required with --registry=etcd, expected ${ETCD_EXPECTED}`
        : undefined,
    ({ registry, etcd }) =>
      registry !== undefined && registry !== 'etcd' && etcd !== undefined
        ? `--registry: expected etcd with --etcd, got '${registry}': masters that take turns must share it`
        : undefined,
    (values) => {
      const asked = authenticationFlags.find((name) => values[name]);
      return asked !== undefined && values.credentials === undefined
        ? `--${asked}: needs --credentials to know anybody by`
        : undefined;
    },
  ],
  foreignMasterFlags,
);

export type MasterFlags = FlagValues<typeof rows>;

/** Where the registry is kept, by what was given. */
export function registryKind({
  registry,
  etcd,
}: Pick<MasterFlags, 'registry' | 'etcd'>): 'local' | 'in_memory' | 'etcd' {
  return registry ?? (etcd === undefined ? 'local' : 'etcd');
}

function parseWeights(given: string): readonly WeightInfo[] {
  const weights = given.split(',').map((item) => {
    const [role = '', weight = '', ...more] = item.split('=');
    if (weight.trim() === '' || more.length > 0) throw new Error(`expected ROLE=WEIGHT, got '${item}'`);
    return { role: role.trim(), weight: Number(weight) };
  });
  const problem = validateWeights(weights, undefined);
  if (problem !== undefined) throw new Error(problem);
  return weights;
}

function parsePercent(given: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1];
  if (percent === undefined || Number(percent) > 100) {
    throw new Error(`expected a percentage such as 50%, got '${given}'`);
  }
  return Number(percent);
}
