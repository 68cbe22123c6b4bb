/** A task with an executor of its own, over HTTP, on a simulated agent. */
import { agentRoutes } from '../../../../actors/agent/api/routes.ts';
import type { ExecutorInfo, TaskInfo, TaskState, TaskStatus } from '../../../../proto/generated/types/v1.ts';
import { TaskStatusSource } from '../../../../proto/generated/types/v1.ts';
import { ExecutorCallType } from '../../../../proto/index.ts';
import { buildFacts } from '../../../../runtime/build.ts';
import type { Injected } from '../../../support/http.ts';
import { post } from './httpExecutor.ts';
import { registeredSimulation, type SimulatedAgent, type simulatedAgent } from './simulatedAgent.ts';
import { commandTask } from './testMaster.ts';

/** With its endpoints. */
export const serve: Parameters<typeof simulatedAgent>[1] = {
  serve: (view) => agentRoutes(view, { build: buildFacts(), flags: {} }),
};

export function customTask(id: string, executor: Partial<ExecutorInfo> = {}): TaskInfo {
  return commandTask(id, '', {
    command: undefined,
    executor: { executor_id: { value: 'custom' }, command: { value: 'my-executor' }, ...executor },
  });
}

export const uuidOf = (number: number) => new Uint8Array(16).fill(number).fill(0x40, 6, 7);

export function statusOf(taskId: string, state: TaskState, number: number): TaskStatus {
  const source = TaskStatusSource.SOURCE_EXECUTOR;
  return { task_id: { value: taskId }, state, uuid: uuidOf(number), source };
}

export const subscribe = (simulation: SimulatedAgent, more: object = {}): Injected =>
  post(simulation, { type: ExecutorCallType.SUBSCRIBE, subscribe: more });

export const update = (simulation: SimulatedAgent, status: TaskStatus): Injected =>
  post(simulation, { type: ExecutorCallType.UPDATE, update: { status } });

/** An agent that was given task `one`; its executor was started and has said nothing yet. */
export function launched(given: Record<string, string> = {}, executor: Partial<ExecutorInfo> = {}) {
  const simulation = registeredSimulation(given, serve);
  simulation.master.run(customTask('one', executor));
  simulation.world.run(100);
  return simulation;
}

/** The same, subscribed. */
export function running(given: Record<string, string> = {}) {
  const simulation = launched(given);
  const stream = subscribe(simulation);
  simulation.world.run(100);
  return { ...simulation, stream };
}
