/** Types shared by the two drivers of a chart: the table of stepped instances and the live actor. */
import type { AnyStateMachine, ContextFrom, EventFromLogic, InputFrom, StateMachine } from 'xstate';

/** What a chart needs of `runtime/ports.ts`: one-shot timers of any length. */
export interface TimerPort {
  /** Runs `callback` once, `delayMs` milliseconds from now. */
  setTimer(delayMs: number, callback: () => void): { cancel(): unknown };
}

/** The name of an action a machine names. */
export type ActionName<M> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer _Actor,
    infer TAction,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema,
    infer _TransitionMeta
  >
    ? TAction['type']
    : never;

/** The name of a delay a machine names. */
export type DelayName<M> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer _Actor,
    infer _Action,
    infer _Guard,
    infer TDelay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema,
    infer _TransitionMeta
  >
    ? TDelay
    : never;

/** What a provided action or delay is told. */
export interface ChartArgs<M extends AnyStateMachine> {
  /** Id of the instance. */
  readonly id: string;
  readonly context: ContextFrom<M>;
  /** The fact that led here; at the start `{type: 'xstate.init'}`. */
  readonly event: EventFromLogic<M>;
  /** Static parameters written in the machine, else undefined. */
  readonly params: unknown;
}

/** An effect, given by the chart's owner. It runs after the instance has moved. What it throws is contained. */
export type ChartAction<M extends AnyStateMachine> = (args: ChartArgs<M>) => void;

/** How long a state waits, in milliseconds. */
export type ChartDelay<M extends AnyStateMachine> = number | ((args: ChartArgs<M>) => number);

/** What one event did. Shared and frozen: never changed after it was made. */
export interface StepResult {
  /** The state value is another one than before. */
  readonly changed: boolean;
  /** Some transition of the machine took the event, be it one that stays in its state. */
  readonly handled: boolean;
  /** State now, as text: `running`, `registered.active`, `a{left.x,right.y}` for parallel regions; '' for an unknown id. */
  readonly value: string;
  /** State before. */
  readonly previous: string;
  /** Named actions of the step, in order. */
  readonly actions: readonly string[];
}

/** A handled event, as `onTransition` hears of it (after the step's actions ran). */
export interface Transition extends StepResult {
  /** Name of the chart. */
  readonly chart: string;
  readonly id: string;
  readonly event: { readonly type: string };
}

/** An event that no transition took. */
export interface Unhandled {
  readonly chart: string;
  readonly id: string;
  readonly event: { readonly type: string };
  /** State the instance is and stays in; '' when there is none. */
  readonly value: string;
  /** `unknown-id`: no such instance; `done`: in a final state; `unexpected`: the state does not know the event. */
  readonly reason: 'unknown-id' | 'done' | 'unexpected';
}

/** An owner's callback, guard or delay that threw. The instance stays usable. */
export interface ChartError {
  readonly chart: string;
  readonly id: string;
  readonly event: { readonly type: string };
  /** What threw, e.g. `action releaseResources`. */
  readonly where: string;
  readonly error: unknown;
}

export interface ChartOptions<M extends AnyStateMachine> {
  /** Name of the chart in reports and inspection; default: the machine's id. */
  readonly name?: string;
  /** Needed when the machine has delays. */
  readonly clock?: TimerPort;
  readonly actions?: { readonly [K in ActionName<M>]?: ChartAction<M> };
  /** Replace the machine's own delays. */
  readonly delays?: { readonly [K in DelayName<M>]?: ChartDelay<M> };
  /** Told before an instance is told an event, whatever comes of it. */
  readonly beforeStep?: (id: string) => void;
  readonly onTransition?: (transition: Transition) => void;
  readonly onUnhandled?: (unhandled: Unhandled) => void;
  /** Default: the error is thrown again on a microtask of its own, so that it is not lost. */
  readonly onError?: (error: ChartError) => void;
}

export type ChartInput<M extends AnyStateMachine> = InputFrom<M>;
export type ChartEvent<M extends AnyStateMachine> = EventFromLogic<M>;
export type ChartContext<M extends AnyStateMachine> = ContextFrom<M>;
