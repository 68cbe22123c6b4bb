/** The masters of a simulated cluster, one or several, as those who look at it want them. */

import type { DriverAuthentication } from '../../../actors/framework/driver/index.ts';
import type { Master } from '../../../actors/master/master.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { partsOf } from './audit.ts';
import { HttpGate, type HttpWatch } from './httpGate.ts';
import { type AgentMachineOptions, startMasterMachine } from './machines.ts';
import { WatchedStore } from './watchedStore.ts';

/** What went wrong with masters is in `problems`. */
export interface Masters {
  readonly problems: readonly string[];
  /** The master that runs and leads, if one does. */
  leader(): Master | undefined;
  /** How agents and frameworks find it; undefined: it is at 10.0.0.1:5050. */
  readonly detector: AgentMachineOptions['detector'];
  /** Whether a power cut would leave the id in the registry. */
  isStored(id: string): boolean;
  /** Shows what passes over HTTP. */
  watchHttp(watch: HttpWatch): void;
  /** What agents and frameworks have to prove; undefined: nothing. */
  readonly proofs?: Proofs;
}

export interface Proofs {
  /** Of agents. */
  readonly flags: Readonly<Record<string, string>>;
  readonly authentication: DriverAuthentication;
}

/** Whether it leads now, its registry read. */
export function leads(master: Master | undefined): master is Master {
  return master !== undefined && partsOf(master)?.leadership.leading === true;
}

const REGISTRY = '/disk/registry/registry.journal';

/** One master, with its registry on its own disk. */
export function soleMaster(simulation: Simulation, flags: Readonly<Record<string, string>> = {}): Masters {
  const problems: string[] = [];
  let present: Master | undefined;
  const started = (master: Master): void => {
    present = master;
  };
  let http: HttpWatch | undefined;
  startMasterMachine(simulation, started, {
    flags,
    watch: (store) => new WatchedStore(store, problems),
    beside: () => new HttpGate(() => http),
  });
  return {
    problems,
    leader: () => (simulation.machine('master').up && leads(present) ? present : undefined),
    detector: undefined,
    watchHttp: (watch) => {
      http = watch;
    },
    isStored: (id) => {
      const bytes = simulation.machine('master').storage.durable(REGISTRY);
      return bytes !== undefined && Buffer.from(bytes).includes(id);
    },
  };
}
