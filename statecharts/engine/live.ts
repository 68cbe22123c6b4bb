/** One instance of a machine as a live xstate actor, for what there are few of. */
import { type Actor, type AnyStateMachine, createActor, type EventObject } from 'xstate';
import {
  type Flow,
  type InspectedSnapshot,
  type InspectionSink,
  type Recorder,
  Watchers,
} from './inspect.ts';
import { Owner } from './owner.ts';
import type { ChartContext, ChartEvent, ChartInput, ChartOptions, StepResult } from './types.ts';
import { type RawValue, valuePaths, valueText } from './value.ts';

export type LiveOptions<M extends AnyStateMachine> = ChartOptions<M> & {
  /** Default: the chart's name. */
  readonly id?: string;
} & (undefined extends ChartInput<M>
    ? { readonly input?: ChartInput<M> }
    : { readonly input: ChartInput<M> });

/**
 * A live chart. Its events and reports are those of `ChartTable`; machines may use all of xstate here.
 *
 * An event sent by one of its own actions waits until the present one is done.
 */
export class LiveChart<M extends AnyStateMachine> {
  readonly id: string;
  readonly name: string;
  readonly machine: M;
  readonly #actor: Actor<AnyStateMachine>;
  readonly #owner: Owner<M>;
  readonly #watchers: Watchers;
  readonly #queue: EventObject[] = [];
  #busy = false;
  #event: EventObject = { type: 'xstate.init' };
  #actions: string[] = [];
  #unhandled = 0;
  readonly #flows = new Map<string, Flow>();
  #recorder: Recorder | undefined;

  /** Starts the chart: its first entry actions run before this returns. */
  constructor(machine: M, options: LiveOptions<M>) {
    this.name = options.name ?? machine.id;
    this.machine = machine;
    this.id = options.id ?? this.name;
    this.#owner = new Owner(this.name, machine, options);
    this.#watchers = new Watchers(this.name);
    this.#actor = createActor(this.#provided(machine), {
      id: this.id,
      input: options.input,
      clock: this.#clock(),
    });
    this.#actor.subscribe({
      error: (error) => this.#owner.report(this.id, this.#event, 'machine', error),
    });
    this.#busy = true;
    this.#actor.start();
    this.#busy = false;
    this.#drain();
  }

  /** Tells the chart a fact. Never throws. */
  send(event: ChartEvent<M>): StepResult {
    return this.#send(event);
  }

  get value(): string {
    return valueText(this.#raw);
  }

  get context(): ChartContext<M> {
    return this.#actor.getSnapshot().context as ChartContext<M>;
  }

  /** In a final state. */
  get done(): boolean {
    return this.#actor.getSnapshot().status === 'done';
  }

  /** Events that no transition took, since the start. */
  get unhandled(): number {
    return this.#unhandled;
  }

  matches(path: string): boolean {
    return valuePaths(this.#raw).includes(path);
  }

  hasTag(tag: string): boolean {
    return this.#actor.getSnapshot().hasTag(tag);
  }

  /** Would a transition take the event now? */
  can(event: ChartEvent<M>): boolean {
    return this.#knows(event);
  }

  /** Ends the chart and its timers; later events are reported as `done`. */
  stop(): void {
    this.#recorder?.(this.id, 'xstate.stop', this.#raw, undefined);
    this.#actor.stop();
    if (this.#watchers.watched) this.#watchers.snapshot(this.id, { type: 'xstate.stop' }, this.#shown());
  }

  /** How it went from state to state so far. */
  flows(): Flow[] {
    return [...this.#flows.values()];
  }

  /** Sends inspection events to `sink`, first of the present state, until the returned function is called. */
  watch(sink: InspectionSink): () => void {
    const end = this.#watchers.add(sink);
    const once = new Watchers(this.name);
    once.add(sink);
    once.actor(this.id, this.#shown());
    return end;
  }

  /** As `ChartTable.record`; its beginning is over by then. */
  record(recorder: Recorder): void {
    this.#recorder = recorder;
  }

  get #raw(): RawValue {
    return this.#actor.getSnapshot().value as RawValue;
  }

  /** The machine with the owner's actions, each noted and contained. */
  #provided(machine: M): AnyStateMachine {
    const { actions, delays } = machine.implementations;
    const plain = Object.entries(actions).filter(([, action]) => !('resolve' in Object(action)));
    return (machine as AnyStateMachine).provide({
      actions: Object.fromEntries(
        plain.map(([name]) => [
          name,
          ({ context, event }: { context: object; event: EventObject }, params: unknown) => {
            this.#actions.push(name);
            this.#owner.act(name, this.id, context, event, params);
          },
        ]),
      ),
      delays: Object.fromEntries(
        Object.keys(delays).map((name) => [
          name,
          ({ context, event }: { context: object; event: EventObject }) =>
            this.#owner.delay(name, this.id, context, event) ?? Number.POSITIVE_INFINITY,
        ]),
      ),
    });
  }

  /** xstate's clock over the owner's. */
  #clock() {
    return {
      setTimeout: (relay: () => void, delayMs: number): { cancel(): unknown } | undefined => {
        if (!Number.isFinite(delayMs)) return undefined;
        const due = Object.values(this.#actor.system.getSnapshot()._scheduledEvents).at(-1)?.event;
        return this.#owner.setTimer(delayMs, () => this.#tick(due ?? { type: 'xstate.after' }, relay));
      },
      clearTimeout: (timer: { cancel(): unknown } | undefined): void => void timer?.cancel(),
    };
  }

  /** A timer of the machine is due. */
  #tick(event: EventObject, relay: () => void): void {
    this.#busy = true;
    if (this.#watchers.watched) this.#watchers.event(this.id, event);
    this.#move(event, relay);
    this.#busy = false;
    this.#drain();
  }

  #send(event: EventObject): StepResult {
    this.#queue.push(event);
    if (this.#busy) {
      return { changed: false, handled: true, value: this.value, previous: this.value, actions: [] };
    }
    return this.#drain();
  }

  /** Takes what is queued. @returns the result of the first event */
  #drain(): StepResult {
    let first: StepResult | undefined;
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      this.#busy = true;
      const result = this.#take(event);
      first ??= result;
      this.#busy = false;
    }
    return first ?? { changed: false, handled: true, value: this.value, previous: this.value, actions: [] };
  }

  #take(event: EventObject): StepResult {
    if (this.#watchers.watched) this.#watchers.event(this.id, event);
    if (!this.#knows(event)) return this.#stray(event, this.value);
    return this.#move(event, () => this.#actor.send(event));
  }

  #move(event: EventObject, deliver: () => void): StepResult {
    const { value: previous } = this;
    const before = this.#raw;
    this.#event = event;
    this.#actions = [];
    deliver();
    const { value } = this;
    if (value !== previous) {
      this.#count(previous, event.type, value);
      this.#recorder?.(this.id, event.type, before, this.#raw);
    }
    const result = { changed: value !== previous, handled: true, value, previous, actions: this.#actions };
    this.#owner.transition(this.id, event, result);
    if (this.#watchers.watched) this.#watchers.snapshot(this.id, event, this.#shown());
    return result;
  }

  #count(from: string, event: string, to: string): void {
    const key = `${from} ${event} ${to}`;
    const count = 1 + (this.#flows.get(key)?.count ?? 0);
    this.#flows.set(key, { from, to, event, count });
  }

  #stray(event: EventObject, value: string): StepResult {
    this.#unhandled++;
    const reason = this.#actor.getSnapshot().status === 'active' ? 'unexpected' : 'done';
    this.#owner.unhandled(this.id, event, value, reason);
    return { changed: false, handled: false, value, previous: value, actions: [] };
  }

  #knows(event: EventObject): boolean {
    const snapshot = this.#actor.getSnapshot();
    if (snapshot.status !== 'active') return false;
    try {
      return snapshot.machine.getTransitionData(snapshot, event).length > 0;
    } catch (error) {
      this.#owner.report(this.id, event, 'guard', error);
      return false;
    }
  }

  #shown(): InspectedSnapshot {
    const { value, status, context } = this.#actor.getSnapshot();
    return { value, status, context };
  }
}
