/** The FrameworkInfo that the flags ask for. */
import { hostname, userInfo } from 'node:os';
import type { FrameworkInfo } from '../../proto/index.ts';
import { FrameworkInfoCapabilityType } from '../../proto/index.ts';
import { principalOf } from './credential.ts';
import type { FrameworkFlags } from './flags.ts';

const WEEK_S = 604_800;
const MINUTE_S = 60;

const CAPABILITIES = [
  FrameworkInfoCapabilityType.PARTITION_AWARE,
  FrameworkInfoCapabilityType.TASK_KILLING_STATE,
  FrameworkInfoCapabilityType.MULTI_ROLE,
  FrameworkInfoCapabilityType.RESERVATION_REFINEMENT,
];

/** @param what the framework and its instance, such as `jobs examples/jobs.json`: the name says who runs what */
export function frameworkInfoOf(flags: FrameworkFlags, what: string): FrameworkInfo {
  const { name, roles, checkpoint, work_dir } = flags;
  const principal = principalOf(flags);
  const user = flags.user ?? currentUser();
  const timeoutS = work_dir === undefined ? MINUTE_S : WEEK_S;
  return {
    user,
    name: name ?? `${user} ${what}`,
    roles: [...roles],
    checkpoint,
    failover_timeout: flags.failover_timeout === undefined ? timeoutS : flags.failover_timeout / 1000,
    hostname: hostname(),
    capabilities: CAPABILITIES.map((type) => ({ type })),
    ...(principal === undefined ? {} : { principal }),
  };
}

/** Users without an entry in the system's list, as in containers, are known by number. */
function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? String(process.getuid?.() ?? 'nobody');
  }
}
