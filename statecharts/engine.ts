/**
 * The engine of all charts. Beside the machines' own definitions this (with `engine/`) is the only place that
 * touches xstate: `ChartTable` steps many instances of one machine, `LiveChart` runs a single one.
 */

export {
  type Exploration,
  explore,
  type StateInfo,
  statesOf,
  type TransitionInfo,
  timerEvents,
  transitionsIn,
  type Walk,
} from './engine/explore.ts';
export type { Flow, InspectedSnapshot, InspectionEvent, InspectionSink, Recorder } from './engine/inspect.ts';
export { LiveChart, type LiveOptions } from './engine/live.ts';
export { ChartTable } from './engine/table.ts';
export type {
  ActionName,
  ChartAction,
  ChartArgs,
  ChartContext,
  ChartDelay,
  ChartError,
  ChartEvent,
  ChartInput,
  ChartOptions,
  DelayName,
  StepResult,
  TimerPort,
  Transition,
  Unhandled,
} from './engine/types.ts';
export { type RawValue, valuePaths, valueText } from './engine/value.ts';
