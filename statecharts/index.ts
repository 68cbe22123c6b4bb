/** The statecharts of Mesostate and the engine that drives them. */
export * from './agent.ts';
export * from './engine.ts';
export * from './framework.ts';
export * from './offer.ts';
export * from './task.ts';
