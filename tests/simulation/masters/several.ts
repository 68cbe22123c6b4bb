/** Masters that take turns over a simulated etcd. */
import type { Master } from '../../../actors/master/master.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { HttpGate, type HttpWatch } from '../cluster/httpGate.ts';
import { startMasterMachine } from '../cluster/machines.ts';
import { leads, type Masters } from '../cluster/mastership.ts';
import { WatchedStore } from '../cluster/watchedStore.ts';
import { type Disturbances, EtcdPaths } from './etcdPaths.ts';

export const MASTERS = ['master-1', 'master-2', 'master-3'];

/** Adds the invariants of those who take turns: one leads, and none but that one writes. */
export function severalMasters(simulation: Simulation, disturbances: Disturbances): Masters {
  const paths = new EtcdPaths(simulation, disturbances);
  const masters = new Map<string, Master>();
  const problems: string[] = [];
  let http: HttpWatch | undefined;
  for (const name of MASTERS)
    startMasterMachine(simulation, (master) => masters.set(name, master), {
      name,
      mastership: (place, node) => paths.mastership(place, node),
      watch: (store) => new WatchedStore(store, problems),
      beside: () => new HttpGate(() => http),
    });
  const leaders = (): Master[] =>
    [...masters].flatMap(([name, master]) => (simulation.machine(name).up && leads(master) ? [master] : []));
  simulation.invariant('one leads (6)', () => {
    const now = leaders();
    return now.length > 1 ? `6: ${now.map(({ self }) => self.text).join(' and ')} lead` : undefined;
  });
  simulation.invariant('the leader writes (6)', () => paths.look());
  return {
    problems,
    leader: () => leaders()[0],
    detector: (place, node) => paths.detector(place, node),
    isStored: (id) => paths.has(id),
    watchHttp: (watch) => {
      http = watch;
    },
  };
}
