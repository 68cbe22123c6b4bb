/** Status updates from the agent to the master: on disk, in order, until acknowledged. */
export { StatusUpdateManager, type StatusUpdateManagerOptions } from './statusUpdateManager.ts';
