/** What is used where: by tasks, and by the executors that run several of them. */
import { scalar } from './facts.ts';
import type { Executor, Resource, Task } from './types.ts';

export interface Use {
  cpus: number;
  mem: number;
  disk: number;
  gpus: number;
  tasks: number;
}

export interface Uses {
  readonly byAgent: ReadonlyMap<string, Use>;
  readonly byFramework: ReadonlyMap<string, Use>;
}

export const NO_USE: Readonly<Use> = { cpus: 0, mem: 0, disk: 0, gpus: 0, tasks: 0 };

/** Sums over what is alive. */
export function usesOf(tasks: Iterable<Task>, executors: Iterable<Executor>): Uses {
  const byAgent = new Map<string, Use>();
  const byFramework = new Map<string, Use>();
  for (const { agent_id, framework_id, resources } of tasks) {
    charge(byAgent, agent_id.value, resources, 1);
    charge(byFramework, framework_id.value, resources, 1);
  }
  for (const { agent_id, executor_info } of executors) {
    charge(byAgent, agent_id.value, executor_info.resources, 0);
    charge(byFramework, executor_info.framework_id?.value ?? '', executor_info.resources, 0);
  }
  return { byAgent, byFramework };
}

function charge(
  uses: Map<string, Use>,
  key: string,
  resources: readonly Resource[] | undefined,
  tasks: number,
): void {
  const use = uses.get(key) ?? { ...NO_USE };
  use.cpus += scalar(resources, 'cpus');
  use.mem += scalar(resources, 'mem');
  use.disk += scalar(resources, 'disk');
  use.gpus += scalar(resources, 'gpus');
  use.tasks += tasks;
  uses.set(key, use);
}
