/** Machines as Mermaid state diagrams, which Markdown viewers draw: the documentation is made from the machines themselves. */
import type { AnyStateMachine, StateNode } from 'xstate';

interface Drawn {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly machine: AnyStateMachine;
}

/** Labels of one arrow, at most; more would hide the picture. */
const LABELS_MAX = 4;

/** A page with a chapter for each machine: picture, states with their descriptions. */
export function chartsDocument(machines: readonly Drawn[]): string {
  const chapters = machines.map(({ name, description, file, machine }) =>
    [
      `## ${name}`,
      '',
      `${description} Source: [statecharts/${file}](../statecharts/${file}).`,
      '',
      '```mermaid',
      ...diagram(machine.root),
      '```',
      '',
      '| state | what it means |',
      '|---|---|',
      ...statesOf(machine.root).map((node) => `| \`${pathOf(node)}\` | ${descriptionOf(node)} |`),
      '',
    ].join('\n'),
  );
  return [
    '# Statecharts',
    '',
    'Every long-lived thing has one of these. The page is made from the machines by `npm run draw`; a test keeps it true.',
    '',
    ...machines.map(({ name }) => `- [${name}](#${name.toLowerCase()})`),
    '',
    ...chapters,
  ].join('\n');
}

function diagram(root: StateNode): string[] {
  const lines = ['stateDiagram-v2', ...nested(root, '  ')];
  const arrows = new Map<string, string[]>();
  for (const node of [root, ...statesOf(root)]) {
    for (const [from, to, label] of arrowsOf(node)) {
      const key = `${from} --> ${to}`;
      arrows.set(key, [...(arrows.get(key) ?? []), label]);
    }
  }
  for (const [arrow, labels] of arrows) lines.push(`  ${arrow}: ${labelText(labels)}`);
  return lines;
}

/** States with children hold them; each level says where it begins. */
function nested(node: StateNode, indent: string): string[] {
  const lines: string[] = [];
  const children = Object.values(node.states);
  if (node.type === 'compound') {
    const first = node.initial.target[0];
    if (first !== undefined) lines.push(`${indent}[*] --> ${idOf(first)}`);
  }
  children.forEach((child, at) => {
    if (node.type === 'parallel' && at > 0) lines.push(`${indent}--`);
    const name = child.key;
    if (Object.keys(child.states).length === 0) lines.push(`${indent}${idOf(child)}: ${name}`);
    else {
      lines.push(`${indent}state "${name}" as ${idOf(child)} {`);
      lines.push(...nested(child, `${indent}  `));
      lines.push(`${indent}}`);
    }
  });
  return lines;
}

/** Where events lead; those that a machine takes in any state begin at none of them and are left out of the picture. */
function arrowsOf(node: StateNode): [from: string, to: string, label: string][] {
  if (node.parent === undefined) return [];
  const all = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return all.flatMap(({ target, eventType, guard }) =>
    (target ?? []).map((to): [string, string, string] => [
      idOf(node),
      idOf(to),
      `${eventText(eventType)}${guard === undefined ? '' : ` [${guardText(guard)}]`}`,
    ]),
  );
}

/** `xstate.after.GRACE.x` is `after GRACE`. */
function eventText(type: string): string {
  const delay = /^xstate\.after\.([^.]+)/.exec(type)?.[1];
  if (delay !== undefined) return `after ${delay}`;
  return type === '' ? 'always' : type;
}

function guardText(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { type } = guard as { type?: unknown };
  return typeof type === 'string' ? type : 'if';
}

function labelText(labels: readonly string[]): string {
  const shown = labels.slice(0, LABELS_MAX).join(', ');
  return labels.length > LABELS_MAX ? `${shown}, … ${labels.length - LABELS_MAX} more` : shown;
}

function statesOf(node: StateNode): StateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...statesOf(child)]);
}

function pathOf(node: StateNode): string {
  return node.path.join('.');
}

/** Mermaid takes words of letters, digits and underscores only. */
function idOf(node: StateNode): string {
  return node.path.join('_').replaceAll(/\W/g, '_');
}

function descriptionOf({ description, meta }: StateNode): string {
  return description ?? (meta as { readonly description?: string } | undefined)?.description ?? '';
}
