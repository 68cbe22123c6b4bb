/** Walks a machine through all states that given events can reach: for tests, documents and pages. */
import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import { allNodes, transitionsOf } from './learnable.ts';
import { valueText } from './value.ts';

/** A state as a document or page shows it. */
export interface StateInfo {
  /** Dotted path below the root. */
  readonly path: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly final: boolean;
  /** No states inside. */
  readonly leaf: boolean;
}

/** A transition as it is written in the machine. */
export interface TransitionInfo {
  readonly source: string;
  readonly event: string;
  /** Paths of the targets; empty when the event stays inside its state. */
  readonly targets: readonly string[];
  /** Written form of the guard. */
  readonly guard: string | undefined;
  readonly actions: readonly string[];
}

export interface Exploration {
  /** State values reached. */
  readonly values: ReadonlySet<string>;
  /** Paths of all states that were active at some time. */
  readonly reached: ReadonlySet<string>;
  /** Transitions taken. */
  readonly taken: readonly TransitionInfo[];
  /** Transitions that no walk took. */
  readonly untaken: readonly TransitionInfo[];
  /** Each different step: state, event, state. */
  readonly edges: readonly { readonly from: string; readonly event: EventObject; readonly to: string }[];
  /** The walk ended before everything was seen. */
  readonly cut: boolean;
}

export interface Walk {
  readonly events: readonly EventObject[];
  /** What instances are begun with; default: one without input. */
  readonly inputs?: readonly unknown[];
  /** Is a context worth walking on from? */
  readonly within?: (context: unknown) => boolean;
  /** Snapshots (state and context) to expand at most; default 5000. */
  readonly limit?: number;
}

type Node = AnyStateMachine['root'];
type Definition = ReturnType<typeof transitionsOf>[number];

/** Every state below the root. */
export function statesOf(machine: AnyStateMachine): StateInfo[] {
  return allNodes(machine)
    .slice(1)
    .map((node) => ({
      path: node.path.join('.'),
      description: (node.meta as { description?: string } | undefined)?.description,
      tags: node.tags,
      final: node.type === 'final',
      leaf: Object.keys(node.states).length === 0,
    }));
}

/** Every transition, timers (`xstate.after.…`) included. */
export function transitionsIn(machine: AnyStateMachine): TransitionInfo[] {
  return allNodes(machine).flatMap((node) => transitionsOf(node).map(described));
}

/** Names of timer events of a machine. */
export function timerEvents(machine: AnyStateMachine): EventObject[] {
  return allNodes(machine).flatMap((node) =>
    node.after.map(({ eventType }) => ({ type: String(eventType) })),
  );
}

/**
 * Breadth-first walk with xstate itself.
 *
 * @param walk.events samples, at least one for each event type; timers are added
 */
export function explore(machine: AnyStateMachine, walk: Walk): Exploration {
  const { events, inputs = [undefined], within = () => true, limit = 5000 } = walk;
  const taken = new Set<Definition>();
  const scope = watchingScope((transitions) => {
    for (const transition of transitions) taken.add(transition);
  });
  const samples = [...events, ...timerEvents(machine)];
  const queue = inputs.map((input) => machine.getInitialSnapshot(scope, input) as AnyMachineSnapshot);
  const seen = new Set(queue.map(keyOf));
  const edges = new Map<string, Exploration['edges'][number]>();
  const visited: AnyMachineSnapshot[] = [];
  for (let at = queue.shift(); at !== undefined && visited.length < limit; at = queue.shift()) {
    visited.push(at);
    if (at.status !== 'active') continue;
    for (const event of samples) {
      if (machine.getTransitionData(at, event).length === 0) continue;
      const next = machine.transition(at, event, scope);
      const [from, to] = [valueText(at.value), valueText(next.value)];
      edges.set(`${from} ${JSON.stringify(event)} ${to}`, { from, event, to });
      if (seen.has(keyOf(next)) || !within(next.context)) continue;
      seen.add(keyOf(next));
      queue.push(next);
    }
  }
  const all = allNodes(machine).flatMap(transitionsOf);
  return {
    values: new Set(visited.map(({ value }) => valueText(value))),
    reached: new Set(visited.flatMap(({ _nodes }) => _nodes.map((node: Node) => node.path.join('.')))),
    taken: [...taken].map(described),
    untaken: all.filter((transition) => !taken.has(transition)).map(described),
    edges: [...edges.values()],
    cut: queue.length > 0,
  };
}

function keyOf({ value, context }: AnyMachineSnapshot): string {
  return JSON.stringify([value, context]);
}

function described({ source, eventType, target, guard, actions }: Definition): TransitionInfo {
  return {
    source: source.path.join('.'),
    event: String(eventType),
    targets: (target ?? []).map((node) => node.path.join('.')),
    guard: guard === undefined ? undefined : writtenGuard(guard),
    actions: actions.map((action) => nameOf(action)),
  };
}

function nameOf(action: unknown): string {
  return typeof action === 'string' ? action : String((action as { type?: unknown }).type);
}

function writtenGuard(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { type, params } = guard as { type: string; params?: unknown };
  return params === undefined ? type : `${type} ${JSON.stringify(params)}`;
}

/** A scope that performs nothing and hears of every transition taken. */
function watchingScope(onTaken: (transitions: readonly Definition[]) => void): AnyActorScope {
  const nothing = () => undefined;
  const scope = {
    self: {},
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    system: {
      _sendInspectionEvent: (event: { _transitions: readonly Definition[] }) => onTaken(event._transitions),
    },
    actionExecutor: nothing,
  };
  return scope as unknown as AnyActorScope;
}
