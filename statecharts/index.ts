/** The statecharts of Mesostate and the engine that drives them. */
export * from './agent.ts';
export * from './agentProcess.ts';
export * from './catalogue.ts';
export * from './commandTask.ts';
export * from './container.ts';
export * from './engine.ts';
export * from './executor.ts';
export * from './executorDriver.ts';
export * from './framework.ts';
export * from './job.ts';
export * from './link.ts';
export * from './master.ts';
export * from './offer.ts';
export * from './operation.ts';
export * from './schedulerDriver.ts';
export * from './task.ts';
export * from './updateStream.ts';
