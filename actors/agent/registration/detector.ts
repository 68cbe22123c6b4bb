/** Who leads: where an agent learns the address of the master from. */

import type { HostPort } from '../../../runtime/flags/index.ts';
import { Pid } from '../../../runtime/pid.ts';

export interface MasterDetector {
  /**
   * Begins to watch. `onMaster` is told the leader at once when it is known, and each change; undefined when nobody leads.
   * It may be called from anywhere: an actor passes a deferred callable.
   */
  watch(onMaster: (master: Pid | undefined) => void): void;
  stop(): void;
}

/** The master of `--master=host:port`: it leads always, whether it answers or not. */
export function standaloneDetector({ host, port }: HostPort): MasterDetector {
  return {
    watch: (onMaster) => onMaster(new Pid('master', host, port)),
    stop: () => undefined,
  };
}
