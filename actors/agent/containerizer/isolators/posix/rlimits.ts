/** posix/rlimits: limits of each process, by prlimit(1). */
import {
  type RLimitInfoRLimit,
  RLimitInfoRLimitType as Type,
} from '../../../../../proto/generated/types/v1.ts';
import { programPath } from '../../programs.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';

const OPTIONS: ReadonlyMap<Type | undefined, string> = new Map([
  [Type.RLMT_AS, 'as'],
  [Type.RLMT_CORE, 'core'],
  [Type.RLMT_CPU, 'cpu'],
  [Type.RLMT_DATA, 'data'],
  [Type.RLMT_FSIZE, 'fsize'],
  [Type.RLMT_LOCKS, 'locks'],
  [Type.RLMT_MEMLOCK, 'memlock'],
  [Type.RLMT_MSGQUEUE, 'msgqueue'],
  [Type.RLMT_NICE, 'nice'],
  [Type.RLMT_NOFILE, 'nofile'],
  [Type.RLMT_NPROC, 'nproc'],
  [Type.RLMT_RSS, 'rss'],
  [Type.RLMT_RTPRIO, 'rtprio'],
  [Type.RLMT_RTTIME, 'rttime'],
  [Type.RLMT_SIGPENDING, 'sigpending'],
  [Type.RLMT_STACK, 'stack'],
]);

export class RlimitsIsolator implements Isolator {
  readonly name = 'posix/rlimits';

  concerns({ launch }: IsolatedLaunch): boolean {
    return (launch.container?.rlimit_info?.rlimits ?? []).length > 0;
  }

  prepare({ launch }: IsolatedLaunch): Preparation {
    const words = (launch.container?.rlimit_info?.rlimits ?? []).map(optionOf);
    return { wrappers: [[programPath('prlimit'), ...words, '--']] };
  }
}

/** Both soft and hard, or neither for no limit. @throws Error saying which is wrong */
function optionOf({ type, soft, hard }: RLimitInfoRLimit): string {
  const name = OPTIONS.get(type);
  if (name === undefined) throw new Error('a limit of processes has no known type');
  if ((soft === undefined) !== (hard === undefined)) {
    throw new Error(`limit ${name}: expected both a soft and a hard one, or neither`);
  }
  if (soft !== undefined && hard !== undefined && soft > hard) {
    throw new Error(`limit ${name}: the soft one is above the hard one`);
  }
  return `--${name}=${soft ?? 'unlimited'}:${hard ?? 'unlimited'}`;
}
