/** The flags of `--framework=marathon`, with Marathon's names (spec: marathon.md §32). */
import * as flag from '../../../runtime/flags/index.ts';
import { formatDuration, parseDuration } from '../../../runtime/units/index.ts';
import type { MatchingRule } from '../matching/choose.ts';
import { PLUGIN_TIMEOUT_MS, Plugins } from './plugins/plugins.ts';
import type { MarathonSettings } from './settings.ts';

/** Marathon counts plain numbers as milliseconds; durations with a unit are read too. */
export function millis(defaultMs: number, help: string): flag.Flag<number> {
  return flag.text({
    default: String(defaultMs),
    expected: 'milliseconds, or a duration such as 5mins',
    placeholder: 'MS|DURATION',
    parse: (text) => (/^\d+$/.test(text) ? Number(text) : parseDuration(text)),
    print: (value) => formatDuration(value),
    help,
  });
}

const FEATURES = ['vips', 'task_killing', 'external_volumes', 'maintenance_mode', 'secrets', 'gpu_resources'];

/** Rows of the table, to be joined with those of every framework. */
export const marathonFlags = {
  http_port: flag.port({ default: 8080, help: 'Port of the API of --framework=marathon' }),
  mesos_role: flag.string({ help: 'Role of services that name none, and whose resources are asked for' }),
  webui_url: flag.string({ help: 'Where people reach the web page, told to the master' }),
  mesos_leader_ui_url: flag.string({ help: "Where people reach the master's web page" }),
  enable_features: flag.text({
    default: '',
    expected: `a list of ${FEATURES.join(', ')}`,
    placeholder: 'A,B,…',
    parse: (text) => {
      const given = text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      const unknown = given.find((word) => !FEATURES.includes(word));
      if (unknown !== undefined)
        throw new Error(`expected a list of ${FEATURES.join(', ')}, got '${unknown}'`);
      return given;
    },
    print: (features) => features.join(','),
    help: 'Optional features to switch on',
  }),
  default_network_name: flag.string({ help: 'Name of container networks that have none' }),
  mesos_bridge_name: flag.string({ default: 'mesos-bridge', help: 'What the bridge network is called' }),
  env_vars_prefix: flag.string({
    default: '',
    help: 'Stands before PORT… and HOST in the environment of tasks',
  }),
  accepted_resource_roles_default_behavior: flag.choice({
    values: ['any', 'reserved', 'unreserved'],
    default: 'any',
    help: 'Which resources services use that do not say',
  }),
  local_port_min: flag.integer({
    default: 10_000,
    min: 1,
    max: 65_535,
    help: 'First of the service ports that are given out',
  }),
  local_port_max: flag.integer({
    default: 20_000,
    min: 1,
    max: 65_535,
    help: 'Last of the service ports that are given out',
  }),
  zk_max_versions: flag.integer({ default: 50, min: 1, help: 'Versions of each service that are kept' }),
  max_running_deployments: flag.integer({ default: 100, min: 1, help: 'Deployments under way at most' }),
  max_apps: flag.integer({ min: 1, help: 'Apps and pods at most. Default: no limit' }),
  max_instances_per_offer: flag.integer({
    default: 5,
    min: 1,
    aliases: ['max_tasks_per_offer'],
    help: 'Instances launched on one offer at most',
  }),
  launch_tokens: flag.integer({ default: 100, min: 1, help: 'Launches under way at most' }),
  launch_token_refresh_interval: millis(30_000, 'After so long all launch tokens are there again'),
  decline_offer_duration: millis(120_000, 'How long an offer of no use is not wanted again'),
  min_revive_offers_interval: millis(1_000, 'Pause between two calls for offers'),
  scale_apps_initial_delay: millis(15_000, 'Before the first look after all services'),
  scale_apps_interval: millis(300_000, 'Between two looks after all services'),
  task_launch_timeout: millis(300_000, 'A task that does not run by then is killed'),
  task_launch_confirm_timeout: millis(300_000, 'A launch of which nothing is heard by then is given up'),
  task_reservation_timeout: millis(20_000, 'A reservation that is not offered by then is tried anew'),
  kill_chunk_size: flag.integer({ default: 100, min: 1, help: 'Kills under way at most' }),
  kill_retry_timeout: millis(30_000, 'A kill that is not confirmed by then is repeated'),
  draining_seconds: flag.integer({
    default: 0,
    min: 0,
    help: 'Agents whose maintenance begins within so many seconds are left alone',
  }),
  gpu_scheduling_behavior: flag.choice({
    values: ['restricted', 'unrestricted'],
    default: 'restricted',
    help: 'Whether services without gpus stay away from agents with some',
  }),
  dedicated_attribute: flag.string({
    help: 'Agents with this attribute only run services that name it in a constraint. Default: there are none',
  }),
  mea_culpa_limit: flag.integer({
    min: 0,
    help: "How many failures in a row that are the cluster's fault (the agent went, the container could not be prepared) count neither for delays nor budgets. Default: 5 for jobs; 0, as in Marathon, for services",
  }),
  new_group_enforce_role: flag.choice({
    values: ['off', 'top'],
    default: 'off',
    help: 'Whether the name of a new top-level group is the role of what lies in it',
  }),
  max_concurrent_marathon_health_checks: flag.integer({
    default: 256,
    min: 1,
    help: 'Health checks under way at most',
  }),
  backoff_on_unhealthy_kill: flag.boolean({
    help: 'Delay the next launch after a kill for failed health checks too',
  }),
  strict_failure_count: flag.boolean({
    help: 'Kill at the maxConsecutiveFailures-th failed check, not at the one after',
  }),
  secrets_dir: flag.string({
    help: 'Folder of files with the values of secrets, by their `source`. Default: agents are to know them',
  }),
  backup_location: flag.string({
    help: 'Folder that DELETE /v2/leader?backup=file:///… writes to, and ?restore= reads from',
  }),
  legacy_output: flag.boolean({ help: 'Print the members that apps had before 1.5 as well' }),
  event_subscriber: flag.choice({ values: ['http_callback'], help: 'Send events to subscribers by HTTP' }),
  http_endpoints: flag.list({ default: '', help: 'Subscribers of events from the start' }),
  http_event_callback_slow_consumer_timeout: millis(
    10_000,
    'A subscriber that takes longer is left out for a while',
  ),
  http_event_callback_retries: flag.integer({
    default: 0,
    min: 0,
    max: 20,
    help: 'How often an event is sent again to a subscriber that did not take it',
  }),
  event_stream_max_outstanding_messages: flag.integer({
    default: 1_024,
    min: 1,
    help: 'Events that a slow reader may leave unread',
  }),
  http_credentials: flag.string({
    secret: true,
    expected: 'user:password',
    validate: (text) => {
      if (!/^[^:]+:[^:]+$/.test(text)) throw new Error('expected user:password');
    },
    help: 'Who may use the API. Best as file://PATH',
  }),
  mesos_authentication: flag.boolean({
    help: 'Authenticate at the master, as mesos_authentication_principal',
  }),
  mesos_authentication_principal: flag.string({ help: 'Principal of Marathon at the master' }),
  mesos_authentication_secret: flag.string({
    secret: true,
    help: 'Secret of that principal; better given by mesos_authentication_secret_file',
  }),
  mesos_authentication_secret_file: flag.path({ help: 'File with that secret' }),
  plugin_dir: flag.path({ help: 'Folder of the modules that --plugin_conf names' }),
  plugin_conf: flag.path({
    help: 'JSON file with the plugins to load: authenticators, authorizers, validators and more',
  }),
  plugin_timeout: millis(
    PLUGIN_TIMEOUT_MS,
    'A plugin that computes for longer is ended, and not asked for a minute',
  ),
  http_realm: flag.string({ default: 'Mesosphere', help: 'Realm of --http_credentials' }),
  access_control_allow_origin: flag.list({
    default: '',
    help: 'Origins whose pages may use the API; * for all',
  }),
};

export type MarathonFlags = flag.FlagValues<typeof marathonFlags>;

export const marathonRule: flag.FlagRule<typeof marathonFlags> = ({ local_port_min, local_port_max }) =>
  local_port_min > local_port_max
    ? `--local_port_min: expected at most --local_port_max, ${local_port_max}, got ${local_port_min}`
    : undefined;

/** Flags of every framework that Marathon looks at. */
export interface SharedFlags {
  readonly work_dir: string | undefined;
  readonly user: string | undefined;
  readonly principal: string | undefined;
  readonly roles: readonly string[];
  readonly reconciliation_interval: number;
}

/** Modules that flags name, loaded. */
export interface Extensions {
  readonly rule: MatchingRule | undefined;
  readonly plugins: Plugins;
}

const NO_EXTENSIONS: Extensions = { rule: undefined, plugins: Plugins.none() };

/** @param texts all flags as texts */
export function settingsOf(
  flags: MarathonFlags & SharedFlags,
  texts: Readonly<Record<string, string | undefined>>,
  { rule, plugins }: Extensions = NO_EXTENSIONS,
): MarathonSettings {
  const [user, password] = flags.http_credentials?.split(':') ?? [];
  return {
    ...launchSettings(flags),
    workDir: flags.work_dir,
    role: flags.mesos_role ?? flags.roles[0] ?? '*',
    user: flags.user,
    principal: flags.principal,
    features: new Set(flags.enable_features),
    networkName: flags.default_network_name,
    bridgeName: flags.mesos_bridge_name,
    envPrefix: flags.env_vars_prefix,
    localPortMin: flags.local_port_min,
    localPortMax: flags.local_port_max,
    versionsMax: flags.zk_max_versions,
    maxRunningDeployments: flags.max_running_deployments,
    maxApps: flags.max_apps,
    reconcileDelayMs: 0,
    reconcileIntervalMs: flags.reconciliation_interval,
    scaleDelayMs: flags.scale_apps_initial_delay,
    scaleIntervalMs: flags.scale_apps_interval,
    dedicatedAttribute: flags.dedicated_attribute,
    meaCulpaLimit: flags.mea_culpa_limit ?? 0,
    enforceGroupRole: flags.new_group_enforce_role,
    healthChecksMax: flags.max_concurrent_marathon_health_checks,
    backoffOnUnhealthyKill: flags.backoff_on_unhealthy_kill,
    strictFailureCount: flags.strict_failure_count,
    secretsDir: flags.secrets_dir,
    backupLocation: flags.backup_location,
    legacyOutput: flags.legacy_output,
    callbacks: flags.event_subscriber !== undefined,
    callbackUrls: flags.http_endpoints,
    slowConsumerMs: flags.http_event_callback_slow_consumer_timeout,
    callbackRetries: flags.http_event_callback_retries,
    eventStreamMax: flags.event_stream_max_outstanding_messages,
    credentials: user === undefined || password === undefined ? undefined : { user, password },
    realm: flags.http_realm,
    allowOrigins: flags.access_control_allow_origin,
    rule,
    plugins,
    texts,
  };
}

type LaunchSettings = Pick<
  MarathonSettings,
  | 'acceptedRoles'
  | 'maxInstancesPerOffer'
  | 'launchTokens'
  | 'launchTokenRefreshMs'
  | 'declineMs'
  | 'reviveIntervalMs'
  | 'launchTimeoutMs'
  | 'launchConfirmTimeoutMs'
  | 'reservationTimeoutMs'
  | 'killChunkSize'
  | 'killRetryMs'
  | 'drainingMs'
  | 'gpuBehavior'
>;

function launchSettings(flags: MarathonFlags): LaunchSettings {
  return {
    acceptedRoles: flags.accepted_resource_roles_default_behavior,
    maxInstancesPerOffer: flags.max_instances_per_offer,
    launchTokens: flags.launch_tokens,
    launchTokenRefreshMs: flags.launch_token_refresh_interval,
    declineMs: flags.decline_offer_duration,
    reviveIntervalMs: flags.min_revive_offers_interval,
    launchTimeoutMs: flags.task_launch_timeout,
    launchConfirmTimeoutMs: flags.task_launch_confirm_timeout,
    reservationTimeoutMs: flags.task_reservation_timeout,
    killChunkSize: flags.kill_chunk_size,
    killRetryMs: flags.kill_retry_timeout,
    drainingMs: flags.draining_seconds * 1000,
    gpuBehavior: flags.gpu_scheduling_behavior,
  };
}
