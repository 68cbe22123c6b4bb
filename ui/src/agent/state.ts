/** The agent's state, asked again whenever something changed on it. */
import { getJson } from '../data/http.ts';
import { type Loaded, useLoaded } from '../use.ts';
import type { AgentExecutor, AgentFramework, AgentState, AgentTask, Scalars } from './types.ts';

export function useAgentState(): Loaded<AgentState> {
  return useLoaded(() => getJson<AgentState>('/state'), [], true);
}

/** A task with where it belongs. */
export interface PlacedTask {
  readonly task: AgentTask;
  readonly executor: AgentExecutor;
  readonly framework: AgentFramework;
  readonly kind: 'queued' | 'running' | 'completed';
}

/** Every task the agent knows, those that run first. */
export function tasksOf({ frameworks, completed_frameworks }: AgentState): PlacedTask[] {
  return [...frameworks, ...completed_frameworks].flatMap((framework) =>
    [...framework.executors, ...framework.completed_executors].flatMap((executor) =>
      (
        [
          ['running', executor.tasks],
          ['queued', executor.queued_tasks],
          ['completed', executor.completed_tasks],
        ] as const
      ).flatMap(([kind, tasks]) => tasks.map((task) => ({ task, executor, framework, kind }))),
    ),
  );
}

const NOTHING: Scalars = { cpus: 0, mem: 0, disk: 0, gpus: 0 };

export function sumOf(all: readonly Scalars[]): Scalars {
  return all.reduce(
    (sum, { cpus, mem, disk, gpus }) => ({
      cpus: sum.cpus + cpus,
      mem: sum.mem + mem,
      disk: sum.disk + disk,
      gpus: sum.gpus + gpus,
    }),
    NOTHING,
  );
}

/** The folder that is a container's sandbox. */
export function sandboxOf(framework: string, executor: string): string {
  return `/frameworks/${framework}/executors/${executor}/runs/latest`;
}

/** `TASK_RUNNING` → `RUNNING`. */
export function shortState({ state = 'TASK_STAGING' }: AgentTask): string {
  return state.replace(/^TASK_/, '');
}
