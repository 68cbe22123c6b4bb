/** A small chart over time: what is used, of what there is where that is known. */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { t } from '../language.ts';
import 'uplot/dist/uPlot.min.css';

interface LineChartProps {
  readonly title: string;
  readonly at: readonly number[];
  readonly used: readonly number[];
  readonly total?: readonly number[] | undefined;
  readonly text: (value: number) => string;
}

const HEIGHT_PX = 130;
/** The first moments do not fill the whole width. */
const SPAN_SECONDS_MIN = 120;

export function LineChart({ title, at, used, total, text }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data = dataOf(at, used, total);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const made = new uPlot(options(current.clientWidth || 300, text), data, current);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height: HEIGHT_PX }));
    resize.observe(current);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [at.length, at[0], used.at(-1), total?.at(-1)]);
  const last = used.at(-1) ?? 0;
  const all = total === undefined ? '' : ` ${t('of')} ${text(total.at(-1) ?? 0)}`;
  return (
    <figure class="chart" aria-label={`${t(title)}: ${text(last)}${all}`}>
      <figcaption>
        {t(title)} <strong>{text(last)}</strong>
        {all}
      </figcaption>
      <div ref={box} aria-hidden="true" />
    </figure>
  );
}

function dataOf(
  at: readonly number[],
  used: readonly number[],
  total: readonly number[] | undefined,
): uPlot.AlignedData {
  // A single moment gives the axis no span: there was nothing before it.
  const [first] = at;
  const before = at.length === 1 && first !== undefined ? [first - SPAN_SECONDS_MIN] : [];
  const none = before.map(() => null);
  return [
    [...before, ...at],
    [...none, ...used],
    [...none, ...(total ?? at.map(() => null))],
  ];
}

function options(width: number, text: (value: number) => string): uPlot.Options {
  const ink = getComputedStyle(document.documentElement).getPropertyValue('--ink-2').trim();
  const accent = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const axis = {
    stroke: ink,
    grid: { stroke: `${ink}22` },
    ticks: { show: false },
    font: `${0.8 * rem}px system-ui, sans-serif`,
    size: 1.333 * rem,
  };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_, min, max) => [Math.min(min, max - SPAN_SECONDS_MIN), max] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [axis, { ...axis, size: 4.267 * rem, values: (_, ticks) => ticks.map(text) }],
    series: [{}, { stroke: accent, fill: `${accent}33`, width: 2 }, { stroke: ink, dash: [4, 4], width: 1 }],
  };
}
