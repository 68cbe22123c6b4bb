/** How many tasks, agents, frameworks and all else are in which state, and how many go from one to another, live. */

import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import { Drawing } from '../charts/Drawing.tsx';
import { type ChartFlows, countsByPath, flowChart, useFlows, type Way, waysOf } from '../charts/flows.ts';
import { t } from '../language.ts';
import { Problem } from '../parts/bits.tsx';
import { LiveTabs } from '../parts/LiveTabs.tsx';
import { place, setQuery } from '../router.ts';

/** Lines of a table of ways. */
const WAYS_MAX = 30;
/** Shown first, where the node has them. */
const FIRST = ['master/task', 'master/agent', 'master/framework'];

export function Flows() {
  const { charts, problem } = useFlows('*');
  const asked = place.value.query.get('chart');
  const names = sorted(charts.map(({ chart }) => chart));
  const shown = asked === null ? most(charts) : charts.filter(({ chart }) => chart === asked);
  return (
    <>
      <h1>{t('How many, and where they go')}</h1>
      <LiveTabs />
      <div class="tools">
        <label>
          {t('Machine')}{' '}
          <select value={asked ?? ''} onChange={(event) => setQuery('chart', event.currentTarget.value)}>
            <option value="">{t('the most important')}</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <span>{t('Counted since the node started; rates are of the last ten seconds.')}</span>
      </div>
      <Problem text={problem} />
      {charts.length === 0 && problem === '' && <p role="status">{t('Asking the node …')}</p>}
      {shown.map((each) => (
        <ChartOfFlows key={each.chart} {...each} />
      ))}
    </>
  );
}

/** Of a master tasks, agents and frameworks; of other nodes the charts with the most instances. */
function most(charts: readonly ChartFlows[]): ChartFlows[] {
  const first = FIRST.flatMap((name) => charts.filter(({ chart }) => chart === name));
  if (first.length > 0) return first;
  const total = ({ counts }: ChartFlows): number =>
    Object.values(counts).reduce((sum, each) => sum + each, 0);
  return charts
    .filter(({ chart }) => !chart.startsWith('__'))
    .sort((a, b) => total(b) - total(a))
    .slice(0, FIRST.length);
}

function sorted(names: readonly string[]): string[] {
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function ChartOfFlows({ chart, machine, counts, flows }: ChartFlows) {
  const ways = waysOf(flows);
  const paths = countsByPath(counts);
  const met = [...new Set([...Object.keys(paths), ...ways.flatMap(({ from, to }) => [from, to])])].sort();
  const key = [...met, ...ways.map(({ from, to }) => `${from}→${to}`)].join(' ');
  // Laid out anew when there is a new state or way, not at each count.
  const drawn = useMemo(() => flowChart(machine, ways, new Set(met)), [machine, key]);
  const labels = new Map(ways.map((way) => [`${way.from}→${way.to}`, wayText(way)]));
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const busiest = [...ways].sort((a, b) => b.rate - a.rate || b.count - a.count);
  const begun = flows.filter(({ from }) => from === '').reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="card" aria-label={chart}>
      <h2>
        {chart} <span class="count">{t('{count} now', { count: numberText(total) })}</span>
        {begun > 0 && <span class="count"> · {t('{count} in all', { count: numberText(begun) })}</span>}
      </h2>
      {met.length === 0 && <p>{t('There has been none yet.')}</p>}
      <div class="split" hidden={met.length === 0}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <div class="canvas" tabIndex={0}>
          {met.length > 0 && (
            <Drawing chart={drawn} title={chart} lit={Object.keys(paths)} counts={paths} labels={labels} />
          )}
        </div>
        <Ways ways={busiest} />
      </div>
    </section>
  );
}

function Ways({ ways }: { readonly ways: readonly Way[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="scroll" tabIndex={0}>
      <table>
        <caption>{t('Ways that were taken, the busiest first')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('From')}</th>
            <th scope="col">{t('To')}</th>
            <th scope="col" class="numeric">
              {t('How often')}
            </th>
            <th scope="col" class="numeric">
              {t('A second')}
            </th>
          </tr>
        </thead>
        <tbody>
          {ways.slice(0, WAYS_MAX).map(({ from, to, count, rate }) => (
            <tr key={`${from}→${to}`}>
              <td>
                <Path path={from} />
              </td>
              <td>
                <Path path={to} />
              </td>
              <td class="numeric">{numberText(count)}</td>
              <td class="numeric">{rateText(rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A state with those around it; a long one may break at its dots. */
function Path({ path }: { readonly path: string }) {
  return (
    <>
      {path.split('.').map((name, at) => (
        <Fragment key={`${at}`}>
          {at > 0 && (
            <>
              .<wbr />
            </>
          )}
          {name}
        </Fragment>
      ))}
    </>
  );
}

const numberText = (count: number): string => count.toLocaleString('en');
const rateText = (rate: number): string => (rate === 0 ? '–' : rate < 10 ? rate.toFixed(1) : rate.toFixed(0));

function wayText({ count, rate }: Way): string {
  return rate === 0 ? numberText(count) : `${numberText(count)} · ${rateText(rate)}/s`;
}
