/**
 * A machine as a table of what its events do.
 *
 * The table is learnt: the first time an event meets a state with given answers of the guards, xstate itself walks
 * the machine; what it did (next state, actions, timers) is kept and replayed from then on. So xstate's semantics
 * hold by construction, and a step costs two look-ups. For this the machine must be one whose walk depends on nothing
 * but state, event type and its named guards: actions, guards and delays are named, parameters static, `assign` is a
 * named action, no wildcard, history, invoke or spawn. Anything else is refused when the table is made.
 */
import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import type { Flow } from './inspect.ts';
import { allNodes, checkLearnable } from './learnable.ts';
import type { StepResult } from './types.ts';
import { type RawValue, valuePaths, valueText } from './value.ts';

/** One thing a step does, in order. */
export type Effect =
  | { readonly kind: 'action'; readonly name: string; readonly params: unknown }
  | { readonly kind: 'assign'; readonly name: string; readonly params: unknown; readonly apply: Assignment }
  | { readonly kind: 'arm'; readonly timer: string; readonly delay: string }
  | { readonly kind: 'disarm'; readonly timer: string };

export type Assignment = (context: object, event: EventObject, params: unknown) => object;

/** What an event does in a state under given guards. */
export interface Outcome {
  readonly fork: false;
  readonly result: StepResult;
  readonly next: Configuration;
  readonly effects: readonly Effect[];
  /** No effect but named actions without assignments: the quick way. */
  readonly plain: boolean;
  readonly event: string;
  /** How often it led to another state; kept by the table of instances. */
  taken: number;
}

interface Fork {
  readonly fork: true;
  readonly guard: Guard;
  readonly params: unknown;
  yes: Branch | undefined;
  no: Branch | undefined;
}
type Branch = Outcome | Fork;

export type Guard = (args: { context: object; event: EventObject }, params: unknown) => boolean;

/** One state value of a machine, shared by all instances that are in it. */
export interface Configuration {
  readonly value: string;
  readonly raw: RawValue;
  /** Every active state as a dotted path. */
  readonly paths: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly done: boolean;
  readonly unhandled: Outcome;
  /** Instances in this state now; kept by the table of instances. */
  count: number;
}

/** A configuration with what was learnt about it. */
class Cells implements Configuration {
  readonly value: string;
  readonly raw: RawValue;
  readonly paths: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly done: boolean;
  readonly unhandled: Outcome;
  readonly snapshot: AnyMachineSnapshot;
  /** By event type. */
  readonly cells = new Map<string, Branch>();
  count = 0;

  constructor(snapshot: AnyMachineSnapshot) {
    this.value = valueText(snapshot.value);
    this.raw = snapshot.value;
    this.paths = new Set(valuePaths(snapshot.value));
    this.tags = new Set(snapshot.tags);
    this.done = snapshot.status === 'done';
    this.snapshot = snapshot;
    this.unhandled = outcomeOf('', this.value, this, [], false);
  }
}

interface Consultation {
  readonly key: string;
  readonly guard: Guard;
  readonly params: unknown;
  readonly answer: boolean;
}

/** The start of an instance: its first state and context. */
export interface Beginning {
  readonly outcome: Outcome;
  readonly context: object;
}

const nothing = () => undefined;

export class LearntTable {
  readonly machine: AnyStateMachine;
  readonly #twin: AnyStateMachine;
  readonly #scope: AnyActorScope;
  readonly #configurations = new Map<string, Cells>();
  readonly #known: ReadonlySet<string>;
  readonly #guards: ReadonlyMap<string, Guard>;
  readonly #assignments: ReadonlyMap<string, Assignment>;
  #beginning: Outcome | undefined;
  readonly #outcomes: Outcome[] = [];
  // What the walk under way did and asked.
  #effects: Effect[] = [];
  #consulted = new Map<string, Consultation>();
  #walk: { context: object; event: EventObject } = { context: {}, event: { type: '' } };

  /** @throws Error naming the construct, when the machine uses one that cannot be learnt. */
  constructor(machine: AnyStateMachine) {
    const parts = checkLearnable(machine);
    this.machine = machine;
    this.#guards = parts.guards;
    this.#assignments = parts.assignments;
    this.#known = new Set(allNodes(machine).flatMap((node) => [...node.transitions.keys()]));
    this.#twin = machine.provide({
      actions: Object.fromEntries(parts.actionNames.map((name) => [name, nothing])),
      guards: Object.fromEntries(
        [...parts.guards.keys()].map((name) => [
          name,
          (_args: unknown, params: unknown) => this.#consult(name, params),
        ]),
      ),
      delays: Object.fromEntries(parts.delayNames.map((name) => [name, 0])),
    });
    this.#scope = this.#recordingScope();
  }

  /** State values met so far, in order of meeting. */
  get configurations(): IterableIterator<Configuration> {
    return this.#configurations.values();
  }

  /** Ways from one state to another that were taken, the same way by different guards as one. */
  flows(): Flow[] {
    const flows = new Map<string, Flow>();
    for (const { result, event, taken } of this.#outcomes) {
      if (taken === 0) continue;
      const key = `${result.previous} ${event} ${result.value}`;
      const count = taken + (flows.get(key)?.count ?? 0);
      flows.set(key, { from: result.previous, to: result.value, event, count });
    }
    return [...flows.values()];
  }

  /** @throws whatever the machine's context function throws */
  begin(input: unknown): Beginning {
    const { context: source } = this.machine.config;
    const context: object =
      typeof source === 'function' ? source({ input } as Parameters<typeof source>[0]) : (source ?? {});
    this.#beginning ??= this.#learnBeginning(input, context);
    return { outcome: this.#beginning, context };
  }

  /** What `event` does in `at`. @throws whatever a guard throws */
  outcome(at: Configuration, event: EventObject, context: object): Outcome {
    const { cells } = at as Cells;
    let branch = cells.get(event.type);
    while (branch !== undefined) {
      if (!branch.fork) return branch;
      branch = branch.guard({ context, event }, branch.params) ? branch.yes : branch.no;
    }
    return this.#known.has(event.type) ? this.#learn(at as Cells, event, context) : at.unhandled;
  }

  #learn(at: Cells, event: EventObject, context: object): Outcome {
    this.#beginWalk(event, context);
    const outcome = this.#walked(at, event);
    insert(at.cells, event.type, [...this.#consulted.values()], outcome);
    return outcome;
  }

  #walked(at: Cells, event: EventObject): Outcome {
    if (at.done || this.#twin.getTransitionData(at.snapshot, event).length === 0) return at.unhandled;
    const next = this.#configuration(this.#twin.transition(at.snapshot, event, this.#scope));
    return this.#kept(outcomeOf(event.type, at.value, next, this.#effects));
  }

  #learnBeginning(input: unknown, context: object): Outcome {
    this.#beginWalk({ type: 'xstate.init' }, context);
    const snapshot = this.#twin.getInitialSnapshot(this.#scope, input);
    if (snapshot.status === 'error') throw snapshot.error;
    if (this.#consulted.size > 0)
      throw new Error(`chart ${this.machine.id}: a guard decides the first state`);
    return this.#kept(outcomeOf('xstate.init', '', this.#configuration(snapshot), this.#effects));
  }

  #kept(outcome: Outcome): Outcome {
    this.#outcomes.push(outcome);
    return outcome;
  }

  #beginWalk(event: EventObject, context: object): void {
    this.#effects = [];
    this.#consulted = new Map();
    this.#walk = { context, event };
  }

  #consult(name: string, params: unknown): boolean {
    const key = params === undefined ? name : `${name} ${JSON.stringify(params)}`;
    const known = this.#consulted.get(key);
    if (known !== undefined) return known.answer;
    if (this.#effects.some((effect) => effect.kind === 'assign')) {
      throw new Error(
        `chart ${this.machine.id}: guard ${name} is asked after an assignment of the same step`,
      );
    }
    const guard = this.#guards.get(name);
    if (guard === undefined) throw new Error(`chart ${this.machine.id}: no guard ${name}`);
    const answer = guard(this.#walk, params);
    this.#consulted.set(key, { key, guard, params, answer });
    return answer;
  }

  #record(type: string, params: unknown): void {
    if (type === 'xstate.raise') {
      const { id, event } = params as { id: string; event: EventObject };
      this.#effects.push({ kind: 'arm', timer: id, delay: event.type.split('.')[2] ?? '' });
    } else if (type === 'xstate.cancel') {
      this.#effects.push({ kind: 'disarm', timer: (params as { sendId: string }).sendId });
    } else {
      const apply = this.#assignments.get(type);
      this.#effects.push(
        apply === undefined
          ? { kind: 'action', name: type, params }
          : { kind: 'assign', name: type, params, apply },
      );
    }
  }

  #configuration(snapshot: AnyMachineSnapshot): Configuration {
    const value = valueText(snapshot.value);
    const known = this.#configurations.get(value);
    if (known !== undefined) return known;
    const made = new Cells(snapshot);
    this.#configurations.set(value, made);
    return made;
  }

  /** The scope that xstate asks for; it performs nothing and writes down what it is told to. */
  #recordingScope(): AnyActorScope {
    const scope = {
      self: {},
      id: '',
      sessionId: '',
      logger: nothing,
      defer: nothing,
      emit: nothing,
      stopChild: nothing,
      system: { _sendInspectionEvent: nothing },
      actionExecutor: (action: { type: string; params: unknown }) => this.#record(action.type, action.params),
    };
    return scope as unknown as AnyActorScope;
  }
}

function outcomeOf(
  event: string,
  previous: string,
  next: Configuration,
  effects: readonly Effect[],
  handled = true,
): Outcome {
  const actions = effects.flatMap((effect) => (effect.kind === 'action' ? [effect.name] : []));
  const { value } = next;
  return {
    fork: false,
    result: Object.freeze({
      changed: value !== previous,
      handled,
      value,
      previous,
      actions: Object.freeze(actions),
    }),
    next,
    effects,
    plain: effects.every((effect) => effect.kind === 'action'),
    event,
    taken: 0,
  };
}

/** Writes a learnt outcome under the answers that led to it. */
function insert(
  cells: Map<string, Branch>,
  type: string,
  consulted: readonly Consultation[],
  outcome: Outcome,
): void {
  let put = (branch: Branch): void => void cells.set(type, branch);
  let branch = cells.get(type);
  for (const { guard, params, answer } of consulted) {
    if (branch === undefined || !branch.fork) {
      branch = { fork: true, guard, params, yes: undefined, no: undefined };
      put(branch);
    }
    const fork: Fork = branch;
    const side = answer ? 'yes' : 'no';
    put = (made) => {
      fork[side] = made;
    };
    branch = fork[side];
  }
  put(outcome);
}
