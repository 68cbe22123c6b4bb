/** A row of the catalogue: a machine, and what is needed to walk through it. */
import type { AnyStateMachine, EventObject } from 'xstate';
import type { ChartContext, ChartEvent, ChartInput } from '../engine.ts';

/** One machine and what is needed to walk through it. */
export interface CatalogueEntry {
  /** The machine's id. */
  readonly name: string;
  /** One sentence: what it is the life of. */
  readonly description: string;
  /** Its file in this folder. */
  readonly file: string;
  readonly machine: AnyStateMachine;
  /** Inputs to begin instances with, so that together every state can be reached. */
  readonly inputs: readonly unknown[];
  /** At least one event of every type, with every payload that makes a difference. */
  readonly events: readonly EventObject[];
  /** Is a context worth walking on from? Bounds machines that count. */
  readonly within: (context: unknown) => boolean;
}

/** For every event type `true` when it has no payload, else its samples. */
type Samples<TEvent extends EventObject> = {
  readonly [K in TEvent['type']]: { type: K } extends Extract<TEvent, { type: K }>
    ? true
    : readonly Omit<Extract<TEvent, { type: K }>, 'type'>[];
};

interface About<M extends AnyStateMachine> {
  readonly description: string;
  readonly file: string;
  readonly inputs?: readonly ChartInput<M>[];
  readonly samples: Samples<ChartEvent<M>>;
  readonly within?: (context: ChartContext<M>) => boolean;
}

/** @param about with samples of every event the machine takes: one that lacks is no program */
export function entry<M extends AnyStateMachine>(machine: M, about: About<M>): CatalogueEntry {
  const { description, file, inputs, within } = about;
  const samples = Object.entries(about.samples) as [string, true | readonly object[]][];
  return {
    name: machine.id,
    description,
    file,
    machine,
    inputs: inputs ?? [undefined],
    events: samples.flatMap(([type, payloads]) =>
      payloads === true ? [{ type }] : payloads.map((payload) => ({ type, ...payload })),
    ),
    within: (context) => within === undefined || within(context as ChartContext<M>),
  };
}
