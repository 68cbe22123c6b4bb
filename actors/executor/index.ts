/** Writing executors: the executor driver and the shape of an executor module. */
export { TaskState, TaskStatusReason } from '../../proto/index.ts';
export { defineExecutor, type ExecutorContext, type ExecutorDefinition, loadExecutor } from './definition.ts';
export { type ExecutorDriverOptions, MesosExecutorDriver } from './driver.ts';
export {
  EnvironmentError,
  type ExecutorEnvironment,
  executorEnvironment,
  type Variables,
} from './environment.ts';
export type { Executor, ExecutorDriver, ExecutorStatus, Registration } from './executor.ts';
export { type ExecutorFlags, executorFlags } from './flags.ts';
export { hostExecutor, type StartedExecutor, startExecutor } from './start.ts';
