/** Live statecharts: any actor's machines, drawn, with where they are, what they did and what can happen next. */

import { useMemo, useState } from 'preact/hooks';
import { Drawing } from '../charts/Drawing.tsx';
import { type Chart, chartOf, litPaths } from '../charts/definition.ts';
import { useFlows } from '../charts/flows.ts';
import { type Step, useWatched, type Watched } from '../charts/watch.ts';
import { getJson } from '../data/http.ts';
import { t } from '../language.ts';
import { ApiLink, Problem } from '../parts/bits.tsx';
import { LiveTabs } from '../parts/LiveTabs.tsx';
import { place, setQuery } from '../router.ts';
import { useLoaded } from '../use.ts';

interface ProcessFacts {
  readonly id: string;
  readonly charts?: Readonly<Record<string, string | Readonly<Record<string, number>>>>;
}

export function Charts() {
  const { query } = place.value;
  const instance = query.get('instance') ?? '';
  const { value, problem, again } = useLoaded(
    () => getJson<readonly ProcessFacts[]>('/__processes__?detail=true'),
    [],
    true,
  );
  const actors = (value ?? []).filter(({ charts }) => Object.keys(charts ?? {}).length > 0);
  const actor = query.get('actor') ?? actors[0]?.id ?? '';
  const states = actors.find(({ id }) => id === actor)?.charts ?? {};
  const names = Object.keys(states);
  const machine = query.get('machine') ?? (names.length === 1 ? (names[0] ?? '') : '');
  return (
    <>
      <h1>{t('Statecharts')}</h1>
      <ApiLink path="/__processes__" />
      <LiveTabs />
      <div class="tools">
        <Choice name="actor" title="Actor" value={actor} values={actors.map(({ id }) => id)} />
        <Choice name="machine" title="Machine" value={machine} values={names} />
        <label>
          {t('Instance')}{' '}
          <input
            value={instance}
            placeholder={t('all')}
            onChange={(event) => setQuery('instance', event.currentTarget.value.trim())}
          />
        </label>
        <button type="button" onClick={again}>
          {t('Look again')}
        </button>
        <a
          class="button"
          href={`/__inspect__/?actor=${encodeURIComponent(patternFor(actor, machine, instance))}`}
          target="_blank"
          rel="noreferrer"
          title={t('Needs a node that was started with --inspect')}
        >
          {t('Open in the Stately inspector')}
        </a>
      </div>
      <Problem text={problem} />
      {machine === '' ? (
        <Overview states={states} />
      ) : (
        <Live
          key={patternFor(actor, machine, instance)}
          pattern={patternFor(actor, machine, instance)}
          name={`${actor}/${machine}`}
          title={machine}
          counts={countsOf(states[machine])}
          isSingle={instance !== ''}
        />
      )}
    </>
  );
}

/** One instance, or all of a machine. */
function patternFor(actor: string, machine: string, instance: string): string {
  if (machine === '') return actor;
  return instance === '' ? `${actor}/${machine}*` : `${actor}/${machine}/${instance}`;
}

function countsOf(
  state: string | Readonly<Record<string, number>> | undefined,
): Readonly<Record<string, number>> | undefined {
  return typeof state === 'object' ? state : undefined;
}

interface ChoiceProps {
  readonly name: string;
  readonly title: string;
  readonly value: string;
  readonly values: readonly string[];
}

function Choice({ name, title, value, values }: ChoiceProps) {
  return (
    <label>
      {t(title)}{' '}
      <select value={value} onChange={(event) => setQuery(name, event.currentTarget.value)}>
        <option value="">{t('choose …')}</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How many are in which state, machine by machine. */
function Overview({ states }: { readonly states: NonNullable<ProcessFacts['charts']> }) {
  return (
    <div class="cards">
      {Object.entries(states).map(([name, state]) => (
        <section class="card" key={name}>
          <h2>
            <button type="button" onClick={() => setQuery('machine', name)}>
              {name}
            </button>
          </h2>
          {typeof state === 'string' ? (
            <p>{state}</p>
          ) : (
            <ul>
              {Object.entries(state).map(([value, count]) => (
                <li key={value}>
                  {regionsOf(value).join(' · ')}: {count}
                </li>
              ))}
              {Object.keys(state).length === 0 && <li>{t('no instance now')}</li>}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

/** `{a.b,c.d}`: where it is in each of several regions. */
function regionsOf(value: string): readonly string[] {
  return value.replace(/^\{(.*)\}$/, '$1').split(',');
}

interface LiveProps {
  readonly pattern: string;
  /** `<actor>/<chart>` */
  readonly name: string;
  readonly title: string;
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly isSingle: boolean;
}

function Live({ pattern, name, title, counts, isSingle }: LiveProps) {
  const watched = useWatched(pattern);
  // The step itself: its place changes when earlier ones are told later, or too many have come.
  const [shown, setShown] = useState<Step | undefined>(undefined);
  const step = shown ?? watched.steps.at(-1);
  // A machine is known to its node before the first instance and after the last.
  const machine = useFlows(name).charts.find((each) => each.chart === name)?.machine;
  const definition = watched.machines.get(name) ?? machine;
  const chart = useMemo(() => definition && chartOf(definition), [definition]);
  const isWaiting = watched.instances.size === 0 && watched.steps.length === 0;
  if (chart === undefined) return <p role="status">{watched.problem || t('Asking the node …')}</p>;
  const now = shown === undefined && isSingle ? valueNow(watched) : undefined;
  // Of what has ended, where it was last.
  const lit = litPaths(now ?? step?.after ?? step?.before);
  return (
    <div class="split">
      <div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <div class="canvas" tabIndex={0}>
          <Drawing
            chart={chart}
            title={title}
            lit={lit}
            counts={isSingle ? undefined : counts}
            taken={takenBy(step)}
          />
        </div>
        {isWaiting && <p role="status">{t('No instance of it is alive now; the page waits for one.')}</p>}
        <Next chart={chart} lit={lit} />
        <Problem text={watched.problem} />
        {watched.leftOut > 0 && (
          <p>
            {t('{count} steps were left out: more happened than can be shown.', { count: watched.leftOut })}
          </p>
        )}
      </div>
      <Steps steps={watched.steps} shown={shown} show={setShown} step={step} />
    </div>
  );
}

interface StepsProps {
  readonly steps: Watched['steps'];
  /** Which of them is looked at; undefined: the last, as they come. */
  readonly shown: Step | undefined;
  readonly step: Step | undefined;
  show(step: Step | undefined): void;
}

function Steps({ steps, shown, step, show }: StepsProps) {
  return (
    <section aria-label={t('Steps')}>
      <h2>
        {t('Steps')}{' '}
        {shown !== undefined && (
          <button type="button" onClick={() => show(undefined)}>
            {t('Live again')}
          </button>
        )}
      </h2>
      {steps.length === 0 && <p>{t('Nothing that is still recorded has happened.')}</p>}
      <ol class="steps" reversed>
        {steps
          .map((each, at) => ({ each, at }))
          .reverse()
          .map(({ each, at }) => (
            <li key={at}>
              <button type="button" aria-current={each === shown} onClick={() => show(each)}>
                <code>{each.event}</code> {text(each.before)} → <strong>{text(each.after)}</strong>
                <br />
                <small>
                  {new Date(each.atMs).toISOString().slice(11, 23)} {each.instance}
                </small>
              </button>
            </li>
          ))}
      </ol>
      {step !== undefined && (
        <details>
          <summary>{t('The event')}</summary>
          {step.payload === undefined ? (
            <p>{t('What it said was not kept: nobody watched then.')}</p>
          ) : (
            <pre>{JSON.stringify(step.payload, undefined, 1)}</pre>
          )}
        </details>
      )}
    </section>
  );
}

/** What can happen from here. */
function Next({ chart, lit }: { readonly chart: Chart; readonly lit: readonly string[] }) {
  const { states, edges } = chart;
  const here = states.find(({ path }) => path === lit.at(-1));
  const next = edges.filter(({ from }) => lit.includes(from));
  if (here === undefined) return null;
  return (
    <section aria-label={t('What can happen next')}>
      <h2>{here.name}</h2>
      <p>{here.description}</p>
      <ul>
        {next.map(({ from, to, events }) => (
          <li key={`${from}→${to}`}>
            <code>{events.join(', ')}</code> → {to}
          </li>
        ))}
        {next.length === 0 && <li>{t('Nothing leads out of it.')}</li>}
      </ul>
    </section>
  );
}

function valueNow({ instances }: Watched): unknown {
  return [...instances.values()][0]?.value;
}

function takenBy(step: Step | undefined): { from: string; to: string } | undefined {
  const from = litPaths(step?.before).at(-1);
  const to = litPaths(step?.after).at(-1);
  return from === undefined || to === undefined ? undefined : { from, to };
}

function text(value: unknown): string {
  return litPaths(value).at(-1) ?? '–';
}
