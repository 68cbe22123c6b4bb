/** The seam between those who follow the leading master and where they learn it from. */
import type { MasterInfo } from '../../proto/index.ts';
import { type EtcdSecurityValues, etcdOpener } from '../../runtime/etcd/flags.ts';
import { type Address, type Clock, Pid, type Random } from '../../runtime/index.ts';
import type { Logger } from '../../runtime/logging/index.ts';
import { EtcdDetector } from './etcdDetector.ts';
import type { MasterLocation } from './location.ts';

export interface Leader {
  /** Its process `master`. */
  readonly pid: Pid;
  /** What it says of itself, where that is known. */
  readonly info: MasterInfo | undefined;
}

export interface MasterDetector {
  /**
   * Begins to watch. `onLeader` is told the leader at once when it is known, and each change; undefined when nobody leads.
   * It may be called from anywhere: an actor passes a deferred callable.
   */
  watch(onLeader: (leader: Leader | undefined) => void): void;
  stop(): void;
}

/** The master of `--master=host:port`: it leads always, whether it answers or not. */
export function standaloneDetector({ host, port }: Address): MasterDetector {
  return {
    watch: (onLeader) => onLeader({ pid: new Pid('master', host, port), info: undefined }),
    stop: () => undefined,
  };
}

export interface DetectorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * The detector for what `--master` names.
 * @param security who this program is to etcd
 * @throws StartError naming the flag that is wrong
 */
export function detectorFor(
  location: MasterLocation,
  security: EtcdSecurityValues,
  ports: DetectorPorts,
): MasterDetector {
  if (location.kind === 'address') return standaloneDetector(location);
  const open = etcdOpener(location, security, ports.clock);
  return new EtcdDetector({ ...ports, open, prefix: location.prefix });
}
