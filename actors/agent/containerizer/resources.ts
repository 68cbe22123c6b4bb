import type { ExecutorInfo, Resource, TaskInfo } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';

/** What a container may use: the sum of its executor and its live tasks (agent.md §10.3). */
export interface ContainerResources {
  readonly cpus: number;
  /** MB. */
  readonly mem: number;
  /** MB, without persistent volumes; 0 for none asked for. */
  readonly disk: number;
  /** Persistent volumes, each once. */
  readonly volumes?: readonly Resource[];
  /** Set when any task has a limit: Infinity for none. */
  readonly cpusLimit?: number;
  /** MB; as above. */
  readonly memLimit?: number;
  /** Whole ones. */
  readonly gpus?: number;
  /** One revocable resource makes the whole container revocable. */
  readonly revocable: boolean;
  /** Ports of the host. */
  readonly ports?: readonly { readonly begin: number; readonly end: number }[];
}

/** Sums up. A task without a limit counts with its request where another one has a limit. */
export function containerResources(
  executor: Pick<ExecutorInfo, 'resources'> | undefined,
  tasks: readonly Pick<TaskInfo, 'resources' | 'limits'>[],
): ContainerResources {
  const all = Resources.of([
    ...(executor?.resources ?? []),
    ...tasks.flatMap((task) => task.resources ?? []),
  ]);
  const volumes = all.persistentVolumes();
  const cpusLimit = limitOf('cpus', executor, tasks);
  const memLimit = limitOf('mem', executor, tasks);
  return {
    cpus: all.cpus,
    mem: all.mem,
    disk: all.minus(volumes).disk,
    ...(volumes.isEmpty ? {} : { volumes: volumes.toMessages() }),
    ...(cpusLimit === undefined ? {} : { cpusLimit }),
    ...(memLimit === undefined ? {} : { memLimit }),
    ...(all.gpus === 0 ? {} : { gpus: all.gpus }),
    revocable: !all.revocable().isEmpty,
    ports: all.ranges('ports') ?? [],
  };
}

function limitOf(
  name: 'cpus' | 'mem',
  executor: Pick<ExecutorInfo, 'resources'> | undefined,
  tasks: readonly Pick<TaskInfo, 'resources' | 'limits'>[],
): number | undefined {
  if (!tasks.some(({ limits }) => limits?.[name] !== undefined)) return undefined;
  const own = Resources.of(executor?.resources)[name];
  return tasks.reduce(
    (sum, { limits, resources }) => sum + (limits?.[name]?.value ?? Resources.of(resources)[name]),
    own,
  );
}
