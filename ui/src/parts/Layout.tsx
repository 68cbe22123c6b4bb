/** What stands around every page: where one may go, whether what is shown is alive. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { connection } from '../data/client.ts';
import { getJson } from '../data/http.ts';
import { spanText } from '../format.ts';
import { place, to } from '../router.ts';

const PLACES: readonly (readonly [string, string])[] = [
  ['', 'Summary'],
  ['agents', 'Agents'],
  ['frameworks', 'Frameworks'],
  ['tasks', 'Tasks'],
  ['roles', 'Roles'],
  ['offers', 'Offers'],
  ['maintenance', 'Maintenance'],
  ['charts', 'Statecharts'],
  ['node', 'Node'],
];

export function Layout({ children }: { readonly children: ComponentChildren }) {
  const [here = ''] = place.value.path;
  const [version, setVersion] = useState('');
  useEffect(() => {
    getJson<{ version: string }>('/version').then(
      (facts) => setVersion(facts.version),
      () => undefined,
    );
  }, []);
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header>
        <a class="brand" href="#/">
          Mesostate
        </a>
        <span class="where">
          {location.host}
          {version !== '' && ` · ${version}`}
        </span>
        <nav aria-label="Pages">
          {PLACES.map(([name, title]) => (
            <a
              key={name}
              href={name === '' ? '#/' : to(name)}
              aria-current={here === name ? 'page' : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <Liveness />
      </header>
      <main id="content">{children}</main>
    </>
  );
}

/** Never silently old: how long ago something was heard, and what is wrong. */
function Liveness() {
  const { state, problem, heardAt, leader } = connection.value;
  const silence = now.value - heardAt / 1000;
  const text =
    state === 'live'
      ? silence > 40
        ? `last heard ${spanText(silence)} ago`
        : 'live'
      : state === 'connecting'
        ? 'connecting …'
        : state === 'refused'
          ? 'not allowed: log in'
          : `no answer from the master (${problem}); trying again, last heard ${spanText(silence)} ago`;
  if (state === 'lost' && leader !== undefined)
    return (
      <p class="liveness warn" role="status">
        This master stands by. <a href={`//${leader}/app${location.hash}`}>To the leading one, {leader}</a>
      </p>
    );
  return (
    <p
      class={`liveness ${state === 'live' && silence <= 40 ? 'good' : 'warn'}`}
      role="status"
      aria-live="polite"
    >
      {text}
    </p>
  );
}
