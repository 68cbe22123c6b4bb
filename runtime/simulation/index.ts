/** Simulation: whole systems of nodes in one thread, under one seed, with faults. */
export {
  type Fault,
  type FaultKind,
  type FaultPlan,
  faultText,
  makeFaults,
  mend,
  scheduleFaults,
} from './faults.ts';
export { InvariantBroken } from './invariants.ts';
export type { Boot, Machine, Place } from './machine.ts';
export type { Dropping, MessageFilter } from './messages.ts';
export type { Delivery, HandlingObserver } from './place.ts';
export {
  faultsOf,
  type Outcome,
  outcomeText,
  playScenario,
  type Scenario,
  shrinkOutcome,
} from './scenario.ts';
export { shrink } from './shrink.ts';
export { handlersThrew, Simulation, type SimulationOptions } from './simulation.ts';
export { bodyText, Transcript } from './transcript.ts';
