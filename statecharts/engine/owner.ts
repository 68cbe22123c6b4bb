/** The owner of a chart: what it provides, called so that nothing it throws gets out. */
import type { AnyStateMachine } from 'xstate';
import { allNodes } from './learnable.ts';
import type { ChartError, ChartOptions, StepResult, TimerPort, Unhandled } from './types.ts';

type Event = { readonly type: string };
type Args = { id: string; context: object; event: Event; params: unknown };
type Action = (args: Args) => void;
type Delay = number | ((args: Args) => number);

export class Owner<M extends AnyStateMachine> {
  /** Told before a step; must not throw. */
  readonly beforeStep: ((id: string) => void) | undefined;
  readonly #onTransition: ChartOptions<M>['onTransition'];
  readonly #onUnhandled: ChartOptions<M>['onUnhandled'];
  readonly #name: string;
  readonly #clock: TimerPort | undefined;
  readonly #actions: ReadonlyMap<string, Action>;
  readonly #delays: ReadonlyMap<string, Delay>;
  readonly #onError: (error: ChartError) => void;

  /** @throws Error with one line, when a provided name is not the machine's or a clock is missing */
  constructor(name: string, machine: M, options: ChartOptions<M>) {
    const { actions, delays } = machine.implementations;
    checkNames(name, 'action', options.actions, actions);
    checkNames(name, 'delay', options.delays, delays);
    if (options.clock === undefined && hasDelays(machine)) {
      throw new Error(`chart ${name}: its machine has delays, so it needs a clock`);
    }
    this.#name = name;
    this.#clock = options.clock;
    this.#actions = new Map(Object.entries(options.actions ?? {}) as [string, Action][]);
    this.#delays = new Map(Object.entries({ ...delays, ...options.delays }) as [string, Delay][]);
    this.beforeStep = options.beforeStep;
    this.#onTransition = options.onTransition;
    this.#onUnhandled = options.onUnhandled;
    this.#onError = options.onError ?? rethrowLater;
  }

  /** Runs the owner's action of that name, if it gave one. */
  act(name: string, id: string, context: object, event: Event, params: unknown): void {
    const action = this.#actions.get(name);
    if (action === undefined) return;
    try {
      action({ id, context, event, params });
    } catch (error) {
      this.report(id, event, `action ${name}`, error);
    }
  }

  /** Tells of a handled event. */
  transition(id: string, event: Event, result: StepResult): void {
    if (this.#onTransition === undefined) return;
    try {
      this.#onTransition({ chart: this.#name, id, event, ...result });
    } catch (error) {
      this.report(id, event, 'onTransition', error);
    }
  }

  /** Tells of an event that nothing took. */
  unhandled(id: string, event: Event, value: string, reason: Unhandled['reason']): void {
    if (this.#onUnhandled === undefined) return;
    try {
      this.#onUnhandled({ chart: this.#name, id, event, value, reason });
    } catch (error) {
      this.report(id, event, 'onUnhandled', error);
    }
  }

  /** Milliseconds of a delay; undefined, and reported, when it cannot be told. */
  delay(name: string, id: string, context: object, event: Event): number | undefined {
    try {
      const delay = this.#delays.get(name) ?? Number(name);
      const delayMs = typeof delay === 'function' ? delay({ id, context, event, params: undefined }) : delay;
      if (!(delayMs >= 0)) throw new Error(`a delay must be a number of milliseconds, not ${delayMs}`);
      return delayMs;
    } catch (error) {
      this.report(id, event, `delay ${name}`, error);
      return undefined;
    }
  }

  setTimer(delayMs: number, callback: () => void): { cancel(): unknown } {
    if (this.#clock === undefined) throw new Error(`chart ${this.#name}: no clock`);
    return this.#clock.setTimer(delayMs, callback);
  }

  report(id: string, event: Event, where: string, error: unknown): void {
    this.#onError({ chart: this.#name, id, event, where, error });
  }
}

function checkNames(chart: string, kind: string, given: object | undefined, known: object): void {
  for (const name of Object.keys(given ?? {})) {
    if (!(name in known)) throw new Error(`chart ${chart}: its machine names no ${kind} ${name}`);
  }
}

function hasDelays(machine: AnyStateMachine): boolean {
  return allNodes(machine).some((node) => node.after.length > 0);
}

function rethrowLater({ chart, id, where, error }: ChartError): void {
  queueMicrotask(() => {
    throw new Error(`chart ${chart}: ${where} of ${id} failed`, { cause: error });
  });
}
