/** A statechart as a picture: where it is now is lit, where it may go next is marked, descriptions are on hover. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { t } from '../language.ts';
import type { Chart } from './definition.ts';
import { labelAside, labelLines, type Placed, type PlacedEdge, type PlacedState, place } from './layout.ts';

interface DrawingProps {
  readonly chart: Chart;
  readonly title: string;
  /** What it is of `title`, for who cannot see it. */
  readonly kind?: string;
  /** Paths of the states it is in. */
  readonly lit: readonly string[];
  /** How many instances are in each state, where there are many. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
  /** Words at an arrow, by `from→to`. */
  readonly labels?: ReadonlyMap<string, string> | undefined;
  /** Whether what may come after the lit ones is marked; default: it is. */
  readonly marksNext?: boolean;
  /** The transition that was just taken. */
  readonly taken?: { readonly from: string; readonly to: string } | undefined;
}

/** Room for a number of instances behind a name. */
const COUNT_CHARACTERS = 7;
/** A chart wider than its frame is made smaller, down to this part of its size; beyond it is scrolled. */
const LEGIBLE = 0.8;
/** Pixels of the drawing in a unit of the page's text: both grow together. */
const REM = 15;

export function Drawing(props: DrawingProps) {
  const { chart, title, lit, counts, marksNext = true, kind = 'Statechart of' } = props;
  const spare = counts === undefined ? 0 : COUNT_CHARACTERS;
  const placed = useMemo(() => place(chart, spare), [chart, spare]);
  const next = new Set(
    marksNext ? placed.edges.filter(({ from }) => lit.includes(from)).map(({ to }) => to) : [],
  );
  const drawing = useRef<SVGSVGElement>(null);
  const here = placed.states.find(({ path }) => path === lit.at(-1)) ?? placed.states.find(isFirst);
  useEffect(() => bringIntoSight(drawing.current, here), [placed, here?.path]);
  const holders = placed.states.filter(({ hasChildren }) => hasChildren);
  const leaves = placed.states.filter(({ hasChildren }) => !hasChildren);
  const boxProps = (state: PlacedState): StateBoxProps => ({
    state,
    isLit: lit.includes(state.path),
    isNext: next.has(state.path),
    count: counts?.[state.path],
  });
  const arrows = arrowsOf(placed, props);
  const words = lit.length === 0 ? '' : t(', now in {states}', { states: lit.join(', ') });
  return (
    <svg
      ref={drawing}
      class="statechart"
      style={{ width: `clamp(${(placed.width * LEGIBLE) / REM}rem, 100%, ${placed.width / REM}rem)` }}
      viewBox={`0 0 ${placed.width} ${placed.height}`}
      role="img"
      aria-label={`${t(kind)} ${title}${words}`}
    >
      <ArrowHead />
      {/* No arrow crosses a name: those that hold others, arrows, the others, then all that is written. */}
      {holders.map((state) => (
        <StateBox key={state.path} {...boxProps(state)} />
      ))}
      {arrows.map((arrow) => (
        <Arrow key={`${arrow.edge.from}→${arrow.edge.to}`} {...arrow} />
      ))}
      {leaves.map((state) => (
        <StateBox key={state.path} {...boxProps(state)} />
      ))}
      {holders.map((state) => (
        <StateName key={state.path} {...boxProps(state)} />
      ))}
      {arrows.map(({ edge, lines }) => (
        <Label
          key={`${edge.from}→${edge.to}`}
          lines={lines}
          at={placed.isDense ? labelAside(edge, lines, leaves) : edge}
        />
      ))}
    </svg>
  );
}

function arrowsOf(placed: Placed, { lit, labels, taken }: DrawingProps) {
  return placed.edges.map((edge) => {
    const isTaken = taken?.from === edge.from && taken.to === edge.to;
    const label = labels?.get(`${edge.from}→${edge.to}`);
    return {
      edge,
      isTaken,
      isFaint: placed.isDense && !lit.includes(edge.from),
      lines: label !== undefined ? [label] : !placed.isDense || isTaken ? labelLines(edge.events) : [],
    };
  });
}

function ArrowHead() {
  return (
    <defs>
      <marker
        id="arrow"
        viewBox="0 0 8 8"
        refX="8"
        refY="4"
        markerUnits="userSpaceOnUse"
        markerWidth="9"
        markerHeight="9"
        orient="auto-start-reverse"
      >
        <polygon points="0,0 8,4 0,8" />
      </marker>
    </defs>
  );
}

const isFirst = ({ isInitial, parent }: PlacedState): boolean => isInitial && parent === undefined;

/** A chart wider than its frame is scrolled to where it is. */
function bringIntoSight(drawing: SVGSVGElement | null, state: PlacedState | undefined): void {
  const frame = drawing?.closest('.canvas');
  if (!frame || state === undefined || frame.scrollWidth <= frame.clientWidth) return;
  const { x, width } = state;
  if (x >= frame.scrollLeft && x + width <= frame.scrollLeft + frame.clientWidth) return;
  frame.scrollLeft = x + width / 2 - frame.clientWidth / 2;
}

interface StateBoxProps {
  readonly state: PlacedState;
  readonly isLit: boolean;
  readonly isNext: boolean;
  readonly count: number | undefined;
}

function StateBox(props: StateBoxProps) {
  const { state, isLit, isNext } = props;
  const { x, y, width, height, name, description, hasChildren, isFinal } = state;
  const classes = [hasChildren ? 'parent' : '', isLit ? 'lit' : '', isNext && !isLit ? 'next' : ''].join(' ');
  return (
    <g class={classes}>
      <title>{description === '' ? name : description}</title>
      <rect x={x} y={y} width={width} height={height} rx={8} stroke-width={isFinal ? 3 : 1} />
      {!hasChildren && <StateName {...props} />}
    </g>
  );
}

function StateName({ state, count }: StateBoxProps) {
  const { x, y, width, height, name, hasChildren, isInitial } = state;
  return (
    <text x={x + width / 2} y={hasChildren ? y + 14 : y + height / 2 + 5} text-anchor="middle">
      {`${isInitial ? '● ' : ''}${name}${count === undefined ? '' : ` (${count.toLocaleString('en')})`}`}
    </text>
  );
}

interface ArrowProps {
  readonly edge: PlacedEdge;
  readonly isTaken: boolean;
  /** One of very many, and not to be taken from here. */
  readonly isFaint: boolean;
}

function Arrow({ edge, isTaken, isFaint }: ArrowProps) {
  const path = edge.points
    .map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join(' ');
  return (
    <g class={isTaken ? 'arrow taken' : isFaint ? 'arrow faint' : 'arrow'}>
      <title>{`${edge.from} → ${edge.to}\n${edge.events.join('\n')}`}</title>
      <path d={path} marker-end="url(#arrow)" />
    </g>
  );
}

interface LabelProps {
  readonly lines: readonly string[];
  readonly at: { readonly x: number; readonly y: number };
}

function Label({ lines, at }: LabelProps) {
  return (
    <>
      {lines.map((line, index) => (
        <text
          key={line}
          class="label"
          x={at.x}
          y={at.y + (index - (lines.length - 1) / 2) * 13 + 4}
          text-anchor="middle"
        >
          {line}
        </text>
      ))}
    </>
  );
}
