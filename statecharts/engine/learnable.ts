/** What a machine must be like to be learnt as a table (see learn.ts), and the parts the table needs of it. */
import type { AnyStateMachine, EventObject } from 'xstate';
import type { Assignment, Guard } from './learn.ts';

export interface LearnableParts {
  readonly actionNames: readonly string[];
  readonly delayNames: readonly string[];
  readonly guards: ReadonlyMap<string, Guard>;
  readonly assignments: ReadonlyMap<string, Assignment>;
}

type Node = AnyStateMachine['root'];

/** @throws Error with one line naming machine, place and construct */
export function checkLearnable(machine: AnyStateMachine): LearnableParts {
  const refuse = (what: string): never => {
    throw new Error(`chart ${machine.id}: ${what} cannot be stepped as a table`);
  };
  for (const node of allNodes(machine)) checkNode(node, refuse);
  const { actions, guards, delays } = machine.implementations;
  return {
    actionNames: Object.keys(actions),
    delayNames: Object.keys(delays),
    guards: new Map(Object.entries(guards).filter(isPlainGuard)),
    assignments: assignmentsOf(actions, refuse),
  };
}

/** Every state of a machine, the root first. */
export function allNodes(machine: AnyStateMachine): Node[] {
  const nodes: Node[] = [machine.root];
  for (const node of nodes) nodes.push(...(Object.values(node.states) as Node[]));
  return nodes;
}

/** Every transition written in a state, eventless ones included. */
export function transitionsOf(node: Node) {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

function checkNode(node: Node, refuse: (what: string) => never): void {
  if (node.type === 'history') refuse(`the history state ${node.id}`);
  if (node.invoke.length > 0) refuse(`the invocation in ${node.id}`);
  for (const action of [...node.entry, ...node.exit]) checkAction(action, node.id, refuse);
  for (const transition of transitionsOf(node)) {
    if (transition.eventType.includes('*')) refuse(`the wildcard ${transition.eventType} in ${node.id}`);
    for (const action of transition.actions) checkAction(action, node.id, refuse);
    const { guard } = transition;
    if (typeof guard === 'function' && !('check' in guard)) refuse(`the unnamed guard in ${node.id}`);
    if (hasDynamicParams(guard)) refuse(`the computed parameters of a guard in ${node.id}`);
  }
}

function checkAction(action: unknown, where: string, refuse: (what: string) => never): void {
  if (typeof action === 'function') {
    const type = 'type' in action ? action.type : 'function';
    if (type !== 'xstate.raise' && type !== 'xstate.cancel') refuse(`the unnamed action ${type} in ${where}`);
  }
  if (hasDynamicParams(action)) refuse(`the computed parameters of an action in ${where}`);
}

function hasDynamicParams(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'params' in part && typeof part.params === 'function';
}

function isPlainGuard(entry: [string, unknown]): entry is [string, Guard] {
  return typeof entry[1] === 'function' && !('check' in entry[1]);
}

/** Named assignments as functions from context to context. */
function assignmentsOf(actions: object, refuse: (what: string) => never): Map<string, Assignment> {
  const found = new Map<string, Assignment>();
  for (const [name, action] of Object.entries(actions)) {
    if (typeof action !== 'function' || !('resolve' in action)) continue;
    if (!('assignment' in action)) refuse(`the action ${name}`);
    found.set(name, assignmentFrom(action.assignment));
  }
  return found;
}

type Update = (args: { context: object; event: EventObject }, params: unknown) => unknown;

function assignmentFrom(assignment: unknown): Assignment {
  if (typeof assignment === 'function') {
    const update = assignment as Update;
    return (context, event, params) => ({ ...context, ...(update({ context, event }, params) as object) });
  }
  const fields = Object.entries(assignment as Record<string, unknown>);
  return (context, event, params) => {
    const next: Record<string, unknown> = { ...context };
    for (const [key, part] of fields) {
      next[key] = typeof part === 'function' ? (part as Update)({ context, event }, params) : part;
    }
    return next;
  };
}
