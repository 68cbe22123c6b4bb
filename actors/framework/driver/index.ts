/** The scheduler driver: a framework's connection to the master. */
export type { Connect, ConnectionEvents, ConnectionHost, SchedulerConnection } from './connection.ts';
export { MesosSchedulerDriver } from './driver.ts';
export type { DriverAuthentication, DriverOptions } from './options.ts';
export { pidConnection } from './pidConnection.ts';
export { Reconciler, type ReconcilerOptions } from './reconciler.ts';
export type { Scheduler, SchedulerDriver, Subscription } from './scheduler.ts';
