/** `/v2/info`, `/v2/leader` and the other things a Marathon tells of itself (spec: marathon.md §9). */
import { ApiError } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { appReader } from '../model/appSchema.ts';
import { backupFile, readBackup, writeBackup } from '../store/backup.ts';
import { wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';

/** The version of Marathon's API that this one speaks. */
export const API_VERSION = '1.11.0';

const NUMBERS = [
  'local_port_min',
  'local_port_max',
  'task_launch_timeout',
  'task_launch_confirm_timeout',
  'task_reservation_timeout',
  'reconciliation_interval',
  'scale_apps_initial_delay',
  'scale_apps_interval',
  'max_instances_per_offer',
] as const;

/** When the flag says nothing: a week. */
const FAILOVER_TIMEOUT_MS = 604_800_000;

/** `zk://user:secret@host` and the like, without the secret. */
function masked(text: string | undefined): string | undefined {
  return text?.replace(/\/\/[^@/]*@/, '//xxxxxxxx@');
}

/** @param extended with what the cluster has and uses */
export function infoAnswer(marathon: Marathon, self: string, extended = false): Answer {
  const { settings, frameworkId, store } = marathon;
  const { texts } = settings;
  const cluster = extended ? marathon.cluster.last(marathon.master) : undefined;
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, numberOf(texts[name])]));
  return {
    body: {
      name: 'marathon',
      version: API_VERSION,
      buildref: 'mesostate',
      elected: true,
      leader: self,
      ...(frameworkId !== undefined && { frameworkId }),
      ...(store.heldUp !== undefined && { state_held_up: { reason: store.heldUp } }),
      marathon_config: {
        ...numbers,
        failover_timeout: (numberOf(texts['failover_timeout']) ?? FAILOVER_TIMEOUT_MS) / 1000,
        reconciliation_initial_delay: settings.reconcileDelayMs,
        launch_token: numberOf(texts['launch_tokens']),
        master: masked(texts['master']),
        framework_name: texts['name'] ?? 'marathon',
        ha: texts['etcd'] !== undefined,
        checkpoint: texts['checkpoint'] === 'true',
        executor: '//cmd',
        hostname: self.split(':')[0],
        webui_url: texts['webui_url'] ?? null,
        mesos_role: settings.role === '*' ? null : settings.role,
        mesos_user: settings.user ?? null,
        mesos_leader_ui_url: texts['mesos_leader_ui_url'] ?? masterPage(marathon),
        leader_proxy_connection_timeout_ms: 5000,
        leader_proxy_read_timeout_ms: 10_000,
        features: [...settings.features],
        env_vars_prefix: settings.envPrefix === '' ? null : settings.envPrefix,
        new_group_enforce_role: settings.enforceGroupRole,
      },
      event_subscriber: settings.callbacks
        ? { type: 'http_callback', http_endpoints: settings.callbackUrls }
        : null,
      http_config: {
        http_port: numberOf(texts['http_port']) ?? Number(self.split(':')[1]),
        https_port: null,
      },
      zookeeper_config: {},
      ...(cluster !== undefined && { cluster }),
    },
  };
}

/** Of the master that leads; before one was found, of the one that was named. */
function masterPage({ master, settings }: Marathon): string | null {
  const named = masked(settings.texts['master']);
  if (master !== undefined) return `http://${master}/`;
  return named === undefined || named.includes('://') ? null : `http://${named}/`;
}

/** Durations are told in milliseconds, as Marathon's flags count them. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^([\d.]+)(ms|secs|mins|hrs|days|weeks)?$/.exec(text);
  if (match === null) return undefined;
  const factor = { ms: 1, secs: 1e3, mins: 6e4, hrs: 36e5, days: 864e5, weeks: 6048e5 }[match[2] ?? 'ms'];
  return Number(match[1]) * (factor ?? 1);
}

export function leaderAnswer(marathon: Marathon, call: Call, self: string): Answer {
  if (call.method === 'GET') return { body: { leader: self } };
  if (call.method !== 'DELETE') return wrongMethod(call, 'GET and DELETE');
  const { context, settings, store } = marathon;
  const [backup, restore] = [call.query('backup'), call.query('restore')];
  const to = backup === undefined ? undefined : backupFile('backup', backup, settings.backupLocation);
  const from = restore === undefined ? undefined : backupFile('restore', restore, settings.backupLocation);
  const restored = from === undefined ? undefined : readBackup(from);
  if (to !== undefined) writeBackup(to, store.entries());
  if (restored !== undefined) store.replaceBy(restored);
  context.delay(500, () => context.finish({ exitCode: 0, failover: true, handOver: true }));
  return { body: { message: 'Leadership abdicated' } };
}

export function configAnswer({ settings }: Marathon): Answer {
  const shown = Object.entries(settings.texts).map(([name, value]) => [name, masked(value) ?? null]);
  return { body: Object.fromEntries(shown) };
}

export function pingAnswer(call: Call): Answer {
  const accept = call.request.headers['accept'] ?? '*/*';
  if (/application\/json/.test(accept)) return { body: '"pong"', type: 'application/json' };
  if (/text\/plain|text\/\*|\*\/\*|text\/html/.test(accept))
    return { body: 'pong', type: 'text/plain; charset=UTF-8' };
  return { status: 204 };
}

export function schemaAnswer(call: Call): Answer {
  if (call.rest !== 'app') throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
  return {
    body: {
      $schema: 'http://json-schema.org/draft-04/schema#',
      ...appReader.schema,
      additionalProperties: true,
      required: ['id'],
    },
  };
}
