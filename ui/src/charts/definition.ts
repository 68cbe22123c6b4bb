/** From the definition of a machine, as XState writes it, to states and transitions that can be drawn. */

interface StateNode {
  readonly description?: string;
  readonly initial?: string;
  readonly type?: string;
  readonly states?: Readonly<Record<string, StateNode>>;
  readonly on?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly always?: unknown;
}

export interface Machine extends StateNode {
  readonly id?: string;
}

export interface ChartState {
  /** Names from the top, joined by dots. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly isFinal: boolean;
  readonly isInitial: boolean;
  readonly parent: string | undefined;
  readonly hasChildren: boolean;
}

export interface ChartEdge {
  readonly from: string;
  readonly to: string;
  /** Events that take it, `after 10 s`, `always`; with guards. */
  readonly events: readonly string[];
}

export interface Chart {
  readonly states: readonly ChartState[];
  readonly edges: readonly ChartEdge[];
}

interface Target {
  readonly target?: string | readonly string[];
  readonly guard?: unknown;
}

export function chartOf(machine: Machine): Chart {
  const states: ChartState[] = [];
  const edges = new Map<string, { from: string; to: string; events: string[] }>();
  const visit = (node: StateNode, path: string): void => {
    for (const [name, child] of Object.entries(node.states ?? {})) {
      const own = path === '' ? name : `${path}.${name}`;
      states.push({
        path: own,
        name,
        description: child.description ?? '',
        isFinal: child.type === 'final',
        isInitial: node.initial === name,
        parent: path === '' ? undefined : path,
        hasChildren: Object.keys(child.states ?? {}).length > 0,
      });
      visit(child, own);
    }
  };
  visit(machine, '');
  const known = new Set(states.map(({ path }) => path));
  const link = (from: string, event: string, config: unknown): void => {
    for (const { target, guard } of targetsOf(config)) {
      for (const to of typeof target === 'string' ? [target] : (target ?? [])) {
        const found = resolve(from, to, known);
        if (found === undefined) continue;
        const key = `${from}→${found}`;
        const edge = edges.get(key) ?? { from, to: found, events: [] };
        edge.events.push(guard === undefined ? event : `${event} [${nameOf(guard)}]`);
        edges.set(key, edge);
      }
    }
  };
  const transitions = (node: StateNode, path: string): void => {
    for (const [event, config] of Object.entries(node.on ?? {})) link(path, event, config);
    for (const [delay, config] of Object.entries(node.after ?? {})) link(path, `after ${delay}`, config);
    if (node.always !== undefined) link(path, 'always', node.always);
    for (const [name, child] of Object.entries(node.states ?? {}))
      transitions(child, path === '' ? name : `${path}.${name}`);
  };
  transitions(machine, '');
  // What the machine takes in any state begins at each of its outermost states: drawn from none, it is told beside.
  return { states, edges: [...edges.values()].filter(({ from }) => from !== '') };
}

function targetsOf(config: unknown): Target[] {
  if (typeof config === 'string') return [{ target: config }];
  if (Array.isArray(config)) return config.flatMap(targetsOf);
  return typeof config === 'object' && config !== null ? [config] : [];
}

/** `sibling`, `.child`, `#id.path`. */
function resolve(from: string, target: string, known: ReadonlySet<string>): string | undefined {
  if (target.startsWith('.')) return exists(`${from}${from === '' ? '' : '.'}${target.slice(1)}`, known);
  if (target.startsWith('#')) {
    const parts = target.slice(1).split('.');
    return (
      exists(parts.slice(1).join('.'), known) ?? [...known].find((path) => path.endsWith(parts.join('.')))
    );
  }
  const parent = from.includes('.') ? from.slice(0, from.lastIndexOf('.')) : '';
  return exists(parent === '' ? target : `${parent}.${target}`, known);
}

function exists(path: string, known: ReadonlySet<string>): string | undefined {
  return known.has(path) ? path : undefined;
}

function nameOf(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { type } = (guard ?? {}) as { type?: unknown };
  return typeof type === 'string' ? type : 'if';
}

/** The paths that a snapshot's value lights: every state it is in, and those around them. */
export function litPaths(value: unknown, before = ''): string[] {
  if (typeof value === 'string') {
    const parts = value.split('.');
    return parts.map((_, at) => before + parts.slice(0, at + 1).join('.'));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    before + name,
    ...litPaths(inner, `${before}${name}.`),
  ]);
}

/**
 * The innermost states that a value, as text, stands for: `a.b` itself; of `a{left.x,right.y}`, where regions run side by side, one a
 * region.
 */
export function regionsOf(value: string): string[] {
  const open = value.indexOf('{');
  if (open === -1) return [value];
  const prefix = value.slice(0, open);
  const before = prefix === '' ? '' : `${prefix}.`;
  return partsOf(value.slice(open + 1, -1)).flatMap((part) => regionsOf(`${before}${part}`));
}

/** Cut at the commas that stand in no braces. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at <= text.length; at++) {
    const sign = text[at];
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    if (sign !== undefined && (sign !== ',' || depth > 0)) continue;
    parts.push(text.slice(begin, at));
    begin = at + 1;
  }
  return parts;
}
