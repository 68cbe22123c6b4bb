/** Where the states of a chart stand, by a library for layered graphs. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Chart, ChartEdge, ChartState } from './definition.ts';

export interface PlacedState extends ChartState {
  /** Upper left corner and size, in the units of the drawing. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge extends ChartEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Middle of its label. */
  readonly x: number;
  readonly y: number;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly edges: readonly PlacedEdge[];
  /** Too many arrows for a label at each: those of the state it is in are labelled, others on hover. */
  readonly isDense: boolean;
}

const CHARACTER_PX = 7.2;
const LABEL_PX = 6;
const LINE_PX = 13;
/** Charts with more arrows are drawn without room for labels. */
const LABELLED_EDGES_MAX = 16;
/** Lines of a label; more events are told in the list beside. */
export const LABEL_LINES_MAX = 4;
/** Boxes whose middles are nearer than this, from above, stand in one row. */
const ROW_PX = 20;
/** How far an arrow within a row keeps off it, and by how much of its length more. */
const ARC_PX = 8;
const ARC_SHARE = 0.02;

/** @param spare characters that a box has room for behind its name */
export function place(chart: Chart, spare = 0): Placed {
  const graph = new Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 30, ranksep: 50, edgesep: 16, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const state of chart.states) {
    graph.setNode(state.path, { width: (state.name.length + spare) * CHARACTER_PX + 28, height: 34 });
    if (state.parent !== undefined) graph.setParent(state.path, state.parent);
  }
  const inside = representative(chart);
  const isDense = chart.edges.length > LABELLED_EDGES_MAX;
  // Of very many arrows those by which one first comes to each state give the order; the others are drawn straight.
  const ordering = isDense ? firstWays(chart, inside) : chart.edges;
  for (const edge of ordering) {
    const lines = labelLines(edge.events);
    const size = isDense
      ? { width: 1, height: 1 }
      : {
          width: Math.max(0, ...lines.map((line) => line.length)) * LABEL_PX + 8,
          height: lines.length * LINE_PX + 4,
        };
    graph.setEdge(inside(edge.from), inside(edge.to), { ...size, labelpos: 'c' }, keyOf(edge));
  }
  layout(graph);
  const boxes = new Map(chart.states.map(({ path }) => [path, graph.node(path)]));
  return {
    isDense,
    width: graph.graph().width ?? 100,
    height: graph.graph().height ?? 100,
    states: chart.states.map((state) => {
      const { x, y, width, height } = graph.node(state.path);
      return { ...state, x: x - width / 2, y: y - height / 2, width, height };
    }),
    edges: chart.edges.map((edge) => {
      if (isDense) return straight(edge, boxes.get(edge.from), boxes.get(edge.to));
      const { points, x, y } = graph.edge({ v: inside(edge.from), w: inside(edge.to), name: keyOf(edge) });
      return { ...edge, points, x: x ?? points[0]?.x ?? 0, y: y ?? points[0]?.y ?? 0 };
    }),
  };
}

const keyOf = ({ from, to }: ChartEdge): string => `${from}→${to}`;

/** One arrow to each state, as one walks on and on from where the machine begins; ends lead nowhere. */
function firstWays({ states, edges }: Chart, inside: (path: string) => string): ChartEdge[] {
  const begin = states.find(({ parent, isInitial }) => parent === undefined && isInitial)?.path ?? '';
  const ends = new Set(states.filter(({ isFinal }) => isFinal).map(({ path }) => path));
  const reached = new Set([inside(begin)]);
  const ways: ChartEdge[] = [];
  const walk = (from: string): void => {
    for (const edge of ends.has(from) ? [] : edges) {
      const to = inside(edge.to);
      if (inside(edge.from) !== from || reached.has(to)) continue;
      reached.add(to);
      ways.push(edge);
      walk(to);
    }
  };
  walk(inside(begin));
  return ways;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** From border to border, a little aside of the arrow that leads back. */
function straight(edge: ChartEdge, from: Box | undefined, to: Box | undefined): PlacedEdge {
  if (from === undefined || to === undefined) return { ...edge, points: [], x: 0, y: 0 };
  if (from === to) {
    const right = from.x + from.width / 2;
    const points = [
      { x: right, y: from.y - 6 },
      { x: right + 18, y: from.y },
      { x: right, y: from.y + 6 },
    ];
    return { ...edge, points, x: right + 22, y: from.y };
  }
  if (Math.abs(to.y - from.y) < ROW_PX) return around(edge, from, to);
  const begin = border(from, to);
  const end = border(to, from);
  const length = Math.hypot(end.x - begin.x, end.y - begin.y) || 1;
  const aside = { x: (-(end.y - begin.y) / length) * 5, y: ((end.x - begin.x) / length) * 5 };
  const middle = { x: (begin.x + end.x) / 2 + aside.x * 3, y: (begin.y + end.y) / 2 + aside.y * 3 };
  return { ...edge, points: [begin, middle, end], ...middle };
}

/** Within a row: over the boxes between them to the right, below them to the left. */
function around(edge: ChartEdge, from: Box, to: Box): PlacedEdge {
  const side = to.x > from.x ? -1 : 1;
  const height = ARC_PX + Math.abs(to.x - from.x) * ARC_SHARE;
  const foot = (box: Box, towards: Box) => ({
    x: box.x + Math.sign(towards.x - box.x) * (box.width / 6),
    y: box.y + (side * box.height) / 2,
  });
  const [begin, end] = [foot(from, to), foot(to, from)];
  const top = begin.y + side * height;
  const points = [
    begin,
    ...[0.25, 0.75].map((part) => ({ x: begin.x + (end.x - begin.x) * part, y: top })),
    end,
  ];
  return { ...edge, points, x: (begin.x + end.x) / 2, y: top };
}

/** Where the line to another box leaves this one. */
function border({ x, y, width, height }: Box, other: Box): { x: number; y: number } {
  const dx = other.x - x;
  const dy = other.y - y;
  const scale = Math.min(width / 2 / Math.max(1e-9, Math.abs(dx)), height / 2 / Math.max(1e-9, Math.abs(dy)));
  return { x: x + dx * scale, y: y + dy * scale };
}

/** The library draws no edges of states that hold others: these begin and end at their first child. */
function representative({ states }: Chart): (path: string) => string {
  const children = new Map<string, string>();
  for (const { path, parent, isInitial } of states) {
    if (parent !== undefined && (isInitial || !children.has(parent))) children.set(parent, path);
  }
  const inner = (path: string): string => {
    const child = children.get(path);
    return child === undefined ? path : inner(child);
  };
  return inner;
}

export function labelLines(events: readonly string[]): string[] {
  if (events.length <= LABEL_LINES_MAX) return [...events];
  return [...events.slice(0, LABEL_LINES_MAX - 1), `… and ${events.length - LABEL_LINES_MAX + 1} more`];
}

/** Parts of an arrow's way at which its label may stand, the best first. */
const LABEL_PARTS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

/** Where the label of an arrow covers no box; the middle, when there is no such place. */
export function labelAside(
  { points, x, y }: PlacedEdge,
  lines: readonly string[],
  boxes: readonly PlacedState[],
): { readonly x: number; readonly y: number } {
  const width = Math.max(0, ...lines.map((line) => line.length)) * LABEL_PX;
  const height = lines.length * LINE_PX;
  const isFree = (at: { readonly x: number; readonly y: number }): boolean =>
    boxes.every(
      (box) =>
        at.x + width / 2 < box.x ||
        at.x - width / 2 > box.x + box.width ||
        at.y + height / 2 < box.y ||
        at.y - height / 2 > box.y + box.height,
    );
  return LABEL_PARTS.map((part) => along(points, part)).find(isFree) ?? { x, y };
}

/** A point of the way, by the part of its segments before it. */
function along(points: PlacedEdge['points'], part: number): { x: number; y: number } {
  const segment = part * (points.length - 1);
  const [from, to] = [points[Math.floor(segment)], points[Math.ceil(segment)]];
  if (from === undefined || to === undefined) return { x: 0, y: 0 };
  const rest = segment - Math.floor(segment);
  return { x: from.x + (to.x - from.x) * rest, y: from.y + (to.y - from.y) * rest };
}
