/** Many instances of one machine, stepped. */
import type { AnyStateMachine } from 'xstate';
import {
  type Flow,
  type InspectedSnapshot,
  type InspectionSink,
  type Recorder,
  Watchers,
} from './inspect.ts';
import { type Effect, LearntTable, type Outcome } from './learn.ts';
import { Owner } from './owner.ts';
import type { ChartContext, ChartEvent, ChartInput, ChartOptions, StepResult, Unhandled } from './types.ts';

type Event = { readonly type: string };

interface Instance {
  readonly id: string;
  at: Outcome['next'];
  context: object;
  timers: Map<string, { cancel(): unknown }> | undefined;
}

const strayed: StepResult = Object.freeze({
  changed: false,
  handled: false,
  value: '',
  previous: '',
  actions: Object.freeze([]),
});

/**
 * A table of instances of one machine, by id.
 *
 * A step is synchronous: the instance moves, its timers are set and cancelled, then the owner's actions run, in the
 * machine's order, then `onTransition`. An action may step the same table again; what that step tells comes first. Events that no transition takes are counted and
 * reported, never thrown; what an owner's function throws is reported through `onError` and changes nothing else.
 */
export class ChartTable<M extends AnyStateMachine> {
  readonly name: string;
  readonly machine: M;
  readonly #table: LearntTable;
  readonly #owner: Owner<M>;
  readonly #instances = new Map<string, Instance>();
  readonly #watchers: Watchers;
  #recorder: Recorder | undefined;
  #unhandled = 0;
  #steps = 0;

  /** @throws Error when the machine cannot be learnt, names an unknown action or delay, or lacks its clock */
  constructor(machine: M, options: ChartOptions<M> = {}) {
    this.name = options.name ?? machine.id;
    this.machine = machine;
    this.#table = new LearntTable(machine);
    this.#owner = new Owner(this.name, machine, options);
    this.#watchers = new Watchers(this.name);
  }

  /** Number of instances. */
  get size(): number {
    return this.#instances.size;
  }

  /** Events that no transition took, since the start. */
  get unhandled(): number {
    return this.#unhandled;
  }

  /** Events told to this table, since the start. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Brings an instance to life in the machine's first state, running its entry actions.
   *
   * @throws Error when the id lives already
   */
  start(
    id: string,
    ...[input]: undefined extends ChartInput<M> ? [ChartInput<M>?] : [ChartInput<M>]
  ): StepResult {
    if (this.#instances.has(id)) throw new Error(`chart ${this.name}: ${id} is already started`);
    const { outcome, context } = this.#table.begin(input);
    const instance: Instance = { id, at: outcome.next, context, timers: undefined };
    this.#instances.set(id, instance);
    instance.at.count++;
    outcome.taken++;
    this.#perform(instance, outcome, { type: 'xstate.init' });
    this.#recorder?.(id, 'xstate.init', undefined, outcome.next.raw);
    if (this.#watchers.watched) this.#watchers.actor(id, shown(instance));
    return outcome.result;
  }

  /** Tells an instance a fact. Never throws. */
  step(id: string, event: ChartEvent<M>): StepResult {
    return this.#step(id, event);
  }

  /** Forgets an instance and cancels its timers, without running exit actions. @returns false when there is none */
  stop(id: string): boolean {
    const instance = this.#instances.get(id);
    if (instance === undefined) return false;
    this.#instances.delete(id);
    instance.at.count--;
    for (const timer of instance.timers?.values() ?? []) timer.cancel();
    this.#recorder?.(id, 'xstate.stop', instance.at.raw, undefined);
    if (this.#watchers.watched) {
      this.#watchers.snapshot(id, { type: 'xstate.stop' }, { ...shown(instance), status: 'stopped' });
    }
    return true;
  }

  has(id: string): boolean {
    return this.#instances.has(id);
  }

  /** State of an instance as text; undefined when there is none. */
  value(id: string): string | undefined {
    return this.#instances.get(id)?.at.value;
  }

  /** Is `path` (`registered`, `registered.active`) among the active states of the instance? */
  matches(id: string, path: string): boolean {
    return this.#instances.get(id)?.at.paths.has(path) ?? false;
  }

  hasTag(id: string, tag: string): boolean {
    return this.#instances.get(id)?.at.tags.has(tag) ?? false;
  }

  /** In a final state. */
  done(id: string): boolean {
    return this.#instances.get(id)?.at.done ?? false;
  }

  context(id: string): ChartContext<M> | undefined {
    return this.#instances.get(id)?.context as ChartContext<M> | undefined;
  }

  /** Would a transition take the event now? Nothing is changed or counted. */
  can(id: string, event: ChartEvent<M>): boolean {
    const instance = this.#instances.get(id);
    if (instance === undefined) return false;
    return this.#outcome(instance, event)?.result.handled ?? false;
  }

  /** Ids of the living instances, in order of their start. */
  ids(): IterableIterator<string> {
    return this.#instances.keys();
  }

  /** Instances per state value; states without any are left out. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { value, count } of this.#table.configurations) if (count > 0) counts[value] = count;
    return counts;
  }

  /** How instances went from state to state so far, those that are gone included. */
  flows(): Flow[] {
    return this.#table.flows();
  }

  /** Number of instances that have `path` among their active states. */
  countIn(path: string): number {
    let sum = 0;
    for (const { paths, count } of this.#table.configurations) if (paths.has(path)) sum += count;
    return sum;
  }

  /** Number of instances whose state carries the tag. */
  countTag(tag: string): number {
    let sum = 0;
    for (const { tags, count } of this.#table.configurations) if (tags.has(tag)) sum += count;
    return sum;
  }

  /**
   * Sends inspection events to `sink` until the returned function is called.
   *
   * @param replay first tells of every living instance
   */
  watch(sink: InspectionSink, replay = false): () => void {
    if (replay) {
      const once = new Watchers(this.name);
      once.add(sink);
      for (const instance of this.#instances.values()) once.actor(instance.id, shown(instance));
    }
    return this.#watchers.add(sink);
  }

  /** From now on `recorder` is told of each change of state; it replaces the one before. */
  record(recorder: Recorder): void {
    this.#recorder = recorder;
  }

  #step(id: string, event: Event): StepResult {
    this.#steps++;
    const instance = this.#instances.get(id);
    if (instance === undefined) return this.#stray(id, event, '', 'unknown-id', strayed);
    if (this.#watchers.watched) this.#watchers.event(id, event);
    this.#owner.beforeStep?.(id);
    const { at } = instance;
    const outcome = this.#outcome(instance, event);
    if (outcome === undefined) return at.unhandled.result;
    const { result } = outcome;
    if (!result.handled) return this.#stray(id, event, at.value, at.done ? 'done' : 'unexpected', result);
    if (at !== outcome.next) {
      at.count--;
      outcome.next.count++;
      instance.at = outcome.next;
      outcome.taken++;
      this.#recorder?.(id, event.type, at.raw, outcome.next.raw);
    }
    if (outcome.effects.length > 0) this.#perform(instance, outcome, event);
    this.#owner.transition(id, event, result);
    if (this.#watchers.watched) this.#watchers.snapshot(id, event, shown(instance));
    return result;
  }

  /** undefined when a guard threw, which is reported. */
  #outcome(instance: Instance, event: Event): Outcome | undefined {
    try {
      return this.#table.outcome(instance.at, event, instance.context);
    } catch (error) {
      this.#owner.report(instance.id, event, 'guard', error);
      return undefined;
    }
  }

  #stray(
    id: string,
    event: Event,
    value: string,
    reason: Unhandled['reason'],
    result: StepResult,
  ): StepResult {
    this.#unhandled++;
    this.#owner.unhandled(id, event, value, reason);
    return result;
  }

  #perform(instance: Instance, outcome: Outcome, event: Event): void {
    const { effects, plain } = outcome;
    const contexts = plain ? undefined : this.#settle(instance, effects, event);
    for (let index = 0; index < effects.length; index++) {
      const effect = effects[index];
      if (effect?.kind !== 'action') continue;
      const context = contexts?.[index] ?? instance.context;
      this.#owner.act(effect.name, instance.id, context, event, effect.params);
    }
  }

  /** Assignments and timers of a step. @returns the context as it stood at each effect */
  #settle(instance: Instance, effects: readonly Effect[], event: Event): object[] {
    return effects.map((effect) => {
      if (effect.kind === 'assign') this.#assign(instance, effect, event);
      else if (effect.kind === 'arm') this.#arm(instance, effect.timer, effect.delay, event);
      else if (effect.kind === 'disarm') disarm(instance, effect.timer);
      return instance.context;
    });
  }

  #assign(instance: Instance, effect: Extract<Effect, { kind: 'assign' }>, event: Event): void {
    try {
      instance.context = effect.apply(instance.context, event, effect.params);
    } catch (error) {
      this.#owner.report(instance.id, event, `action ${effect.name}`, error);
    }
  }

  #arm(instance: Instance, timer: string, delay: string, event: Event): void {
    const fire = () => {
      instance.timers?.delete(timer);
      this.#step(instance.id, { type: timer });
    };
    const delayMs = this.#owner.delay(delay, instance.id, instance.context, event);
    if (delayMs === undefined) return;
    disarm(instance, timer);
    instance.timers ??= new Map();
    instance.timers.set(timer, this.#owner.setTimer(delayMs, fire));
  }
}

function disarm(instance: Instance, timer: string): void {
  instance.timers?.get(timer)?.cancel();
  instance.timers?.delete(timer);
}

function shown({ at, context }: Instance): InspectedSnapshot {
  return { value: at.raw, status: at.done ? 'done' : 'active', context };
}
