/** What an instance of a service takes of an agent. */
import { wantedHostPorts } from '../launcher/ports.ts';
import { hasOwnExecutor } from '../model/app.ts';
import { isApp, type Spec } from '../model/spec.ts';
import type { Demand } from './pool.ts';

export function demandOf(spec: Spec): Demand {
  if (isApp(spec)) {
    const more = hasOwnExecutor(spec) ? spec.executorResources : undefined;
    return {
      cpus: spec.cpus + (more?.cpus ?? 0),
      mem: spec.mem + (more?.mem ?? 0),
      disk: spec.disk + (more?.disk ?? 0),
      gpus: spec.gpus,
      ports: wantedHostPorts(spec),
    };
  }
  const { executorResources } = spec;
  const sum = (name: 'cpus' | 'mem' | 'disk' | 'gpus', more: number): number =>
    spec.containers.reduce((total, { resources }) => total + resources[name], more);
  return {
    cpus: sum('cpus', executorResources.cpus),
    mem: sum('mem', executorResources.mem),
    disk: sum('disk', executorResources.disk),
    gpus: sum('gpus', 0),
    ports: spec.containers.flatMap(({ endpoints }) => endpoints.flatMap(({ hostPort }) => hostPort ?? [])),
  };
}
