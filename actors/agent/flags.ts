/** The flags of the agent that take effect, with Mesos' names and defaults. */

import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { authorizationFlags, credentialsFlag } from '../../proto/authorization/index.ts';
import { domainFlag } from '../../proto/domainFlag.ts';
import { parseAttributes, parseResources, validateRole } from '../../proto/resources/index.ts';
import { etcdSecurityFlags } from '../../runtime/etcd/flags.ts';
import type { Flag, Kind } from '../../runtime/flags/index.ts';
import * as flag from '../../runtime/flags/index.ts';
import { authenticateeFlags, authenticateeRule } from '../authentication/index.ts';
import { masterFlag } from '../detector/index.ts';
import { containerFlags } from './containerizer/flags.ts';
import { foreignAgentFlags } from './foreignFlags.ts';
import { oversubscriptionFlags } from './oversubscription/modules.ts';

function expectRole(role: string): void {
  const problem = validateRole(role);
  if (problem !== undefined) throw new Error(`expected a role: ${problem}`);
}

function environmentOf(value: unknown): Readonly<Record<string, string>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error('expected a JSON object');
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new Error(`variable ${name}: expected a text`);
  }
  return value as Record<string, string>;
}

const jwtKeyKind: Kind<string> = {
  placeholder: 'PATH',
  expected: 'an absolute path of a key that is not empty',
  form: 'document',
  parse: (text) => {
    if (text.trim() === '') throw new Error('expected a key that is not empty');
    return text;
  },
  print: () => '',
};

export const agentFlags = flag.defineFlags(
  {
    master: masterFlag(
      'Where the master listens, or the etcd in which the masters of the cluster elect their leader',
      5050,
    ),
    ...etcdSecurityFlags,
    ip: flag.ip({ help: 'Address to listen on; without one, the address of hostname' }),
    port: flag.port({ default: 5051, help: 'Port to listen on; 0 lets the system choose' }),
    hostname: flag.string({ help: 'Name of this machine as others should see it; without one, its own' }),
    work_dir: flag.path({
      required: true,
      help: 'Folder of everything durable: sandboxes, checkpoints, the id of this agent. It outlives a restart',
    }),
    runtime_dir: flag.path({
      help: `Folder of what lives only until the next boot: pids and exit statuses of containers. Default:
        a folder below /var/run/mesos for root, else WORK_DIR/run; never one for two agents`,
    }),
    resources: flag.text({
      expected: 'resources such as cpus:4;mem:1024;ports:[31000-32000]',
      placeholder: 'RESOURCES',
      default: '',
      parse: (text) => {
        parseResources(text);
        return text;
      },
      help: 'What this agent has; a kind that is not named (cpus, mem, disk, ports) is detected',
    }),
    attributes: flag.text({
      expected: 'attributes such as rack:a;zone:west',
      placeholder: 'ATTRIBUTES',
      default: '',
      parse: (text) => {
        parseAttributes(text);
        return text;
      },
      help: 'What frameworks may choose this agent by',
    }),
    default_role: flag.string({
      default: '*',
      expected: 'a role',
      validate: expectRole,
      help: 'Role of the resources that name none; * is unreserved',
    }),
    domain: domainFlag,
    reconfiguration_policy: flag.choice({
      values: ['equal', 'additive'],
      default: 'equal',
      help: `What may differ from the last run under the same agent id: equal, nothing; additive, resources,
        attributes and a domain may be added`,
    }),
    recover: flag.choice({
      values: ['reconnect', 'cleanup'],
      default: 'reconnect',
      help: `What becomes of executors that an earlier run left: reconnect, they go on; cleanup, they are shut down and the agent
        ends when none is left, without a word to the master. For upgrades that live executors would not survive`,
    }),
    strict: flag.boolean({
      default: true,
      help: `Do not start when a file of an earlier run is damaged. Without it the file is set aside (.damaged), the agent goes on with what is
        left, and slave/recovery_errors counts`,
    }),
    registration_backoff_factor: flag.duration({
      default: '1secs',
      max: '1mins',
      help: `The agent waits a random time up to this before it first registers with a new master; later
        attempts wait up to twice this, doubling to a minute`,
    }),
    executor_registration_timeout: flag.duration({
      default: '1mins',
      help: 'How long an executor may take to register before it is destroyed',
    }),
    executor_reregistration_timeout: flag.duration({
      default: '2secs',
      max: '15secs',
      help: 'How long executors may take to come back after a restart of the agent before they are destroyed',
    }),
    executor_shutdown_grace_period: flag.duration({
      default: '5secs',
      help: 'How long an executor may take to shut down before it is destroyed',
    }),
    recovery_timeout: flag.duration({
      default: '15mins',
      help: 'How long executors wait for a lost agent to come back before they shut themselves down',
    }),
    max_completed_executors_per_framework: flag.integer({
      default: 150,
      min: 0,
      help: 'How many ended executors of a framework are remembered',
    }),
    http_heartbeat_interval: flag.duration({
      default: '30secs',
      help: 'Between heartbeats on streams of the output of a container',
    }),
    switch_user: flag.boolean({
      default: true,
      help: `Whether tasks run as the user their framework names. Takes effect only as root: an ordinary user's
        agent runs everything as that user`,
    }),
    gc_delay: flag.duration({
      default: '1weeks',
      min: '1ms',
      help: 'How old sandboxes of ended tasks may become; less when the disk is full',
    }),
    gc_disk_headroom: flag.number({
      default: 0.1,
      min: 0,
      max: 1,
      help: 'Part of the disk that is to stay free: sandboxes may reach gc_delay * (1 - gc_disk_headroom - used part)',
    }),
    disk_watch_interval: flag.duration({
      default: '1mins',
      min: '1ms',
      help: 'How often the disk is looked at',
    }),
    executor_environment_variables: flag.json({
      validate: environmentOf,
      help: 'JSON object of variables for executors and tasks; without it they get the PATH of this agent and nothing else',
    }),
    ...oversubscriptionFlags,
    ...containerFlags,
    ...authorizationFlags,
    ...authenticateeFlags,
    authenticate_http_executors: flag.boolean({
      help: 'Serve /api/v1/executor to those executors alone that show the token which they were started with',
    }),
    http_executor_domain_sockets: flag.boolean({
      help: 'Let executors speak to this agent on a Unix socket, MESOS_DOMAIN_SOCKET in their environment, as well',
    }),
    domain_socket_location: flag.string({
      help: 'Path of that socket, or systemd:NAME for one that systemd hands over. Default: agent.sock in runtime_dir',
      expected: 'an absolute path or systemd:NAME',
      validate: (text) => {
        if (!/^(\/|systemd:.)/.test(text))
          throw new Error(`expected an absolute path or systemd:NAME, got '${text}'`);
      },
    }),
    jwt_secret_key: flag.flagOf(jwtKeyKind, {
      aliases: ['executor_secret_key'],
      secret: true,
      help: 'The key that tokens of executors are signed with: the absolute path of its file',
    }) as Flag<string | undefined>,
    http_credentials: credentialsFlag(
      'Principals and their secrets for HTTP, {"credentials": [{"principal": "a", "secret": "b"}]}: the absolute path of their file',
    ),
  },
  [
    ({ work_dir, runtime_dir }) =>
      work_dir === runtime_dir ? '--runtime_dir: expected another folder than --work_dir' : undefined,
    ({ authenticate_http_readonly, authenticate_http_readwrite, http_credentials }) =>
      (authenticate_http_readonly || authenticate_http_readwrite) && http_credentials === undefined
        ? '--authenticate_http_readonly, --authenticate_http_readwrite: need --http_credentials to know anybody by'
        : undefined,
    authenticateeRule,
    ({ authenticate_http_executors, jwt_secret_key }) =>
      authenticate_http_executors && jwt_secret_key === undefined
        ? '--authenticate_http_executors: needs --jwt_secret_key to sign tokens with'
        : undefined,
  ],
  foreignAgentFlags,
);

export type AgentFlags = flag.FlagValues<typeof agentFlags.flags>;

/** Where root agents keep what lives until the next boot, as Mesos'. */
const SYSTEM_RUNTIME_DIR = '/var/run/mesos';

/**
 * Where pids and exit statuses go. Several agents of one machine must not share it: each would take the containers of the
 * others for orphans and end them. So the default is one for each `work_dir`.
 *
 * @param isRoot whether this process may write `/var/run/mesos`
 */
export function runtimeDirOf(flags: Pick<AgentFlags, 'runtime_dir' | 'work_dir'>, isRoot: boolean): string {
  if (flags.runtime_dir !== undefined) return flags.runtime_dir;
  if (!isRoot) return join(flags.work_dir, 'run');
  const own = createHash('sha256').update(resolve(flags.work_dir)).digest('hex').slice(0, 16);
  return join(SYSTEM_RUNTIME_DIR, own);
}
