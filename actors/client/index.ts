/** `mesostate/client`: the v1 scheduler and executor APIs over HTTP, for programs that are no node of a cluster. */
export * from '../../proto/index.ts';
export {
  ExecutorClient,
  type ExecutorClientOptions,
  type ExecutorHandlers,
  type ExecutorUpdate,
  type ExecutorVariables,
} from './executorClient.ts';
export { SchedulerClient, type SchedulerClientOptions, type SchedulerHandlers } from './schedulerClient.ts';
export type { ClientTls } from './tls.ts';
