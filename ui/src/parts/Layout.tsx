/** What stands around every page: where one may go, whether what is shown is alive. */

import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { getJson } from '../data/http.ts';
import { connection } from '../data/live.ts';
import { principal } from '../data/rights.ts';
import { spanText } from '../format.ts';
import { chooseLanguage, language, t } from '../language.ts';
import { place, to } from '../router.ts';
import { Login } from './Login.tsx';
import { type KeyAction, type PlaceKey, Shortcuts } from './Shortcuts.tsx';
import { leaderPlace } from './StandsBy.tsx';
import { useWindowPlace } from './windowPlace.ts';

/** A place of the navigation: first part of its address, title, and first parts of addresses that belong to it. */
export type Place = readonly [name: string, title: string, ...others: string[]];

const NO_KEYS: readonly KeyAction[] = [];

interface LayoutProps {
  readonly places: readonly Place[];
  /** Who is listened to, in words. */
  readonly source: string;
  readonly brand: string;
  /** What name and password are tried with. */
  readonly loginPath: string;
  /** Keys of this page besides those of its places. */
  readonly shortcuts?: readonly KeyAction[];
  /** Beside the places. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Layout({
  places,
  source,
  brand,
  loginPath,
  shortcuts = NO_KEYS,
  aside,
  children,
}: LayoutProps) {
  const [here = ''] = place.value.path;
  useWindowPlace(place.value.path.join('/'));
  const [version, setVersion] = useState('');
  const keys = useMemo(() => keysOf(places), [places.map(([name]) => name).join()]);
  useEffect(() => {
    getJson<{ version: string }>('/version').then(
      (facts) => setVersion(facts.version),
      () => undefined,
    );
  }, []);
  return (
    <>
      <a class="skip" href="#content">
        {t('To the content')}
      </a>
      <header>
        <a class="brand" href="#/">
          {brand}
        </a>
        <span class="where">
          {location.host}
          {version !== '' && ` · ${version}`}
          {principal.value !== undefined && ` · ${principal.value}`}
        </span>
        <nav aria-label={t('Pages')}>
          {places.map(([name, title, ...others]) => (
            <a
              key={name}
              href={name === '' ? '#/' : to(name)}
              aria-current={here === name || others.includes(here) ? 'page' : undefined}
            >
              {t(title)}
            </a>
          ))}
        </nav>
        {aside}
        <div class="right">
          <Liveness source={source} />
          <LanguageSwitch />
          <Shortcuts keys={keys} actions={shortcuts} />
        </div>
      </header>
      <main id="content">
        <Login path={loginPath} />
        {children}
      </main>
    </>
  );
}

function LanguageSwitch() {
  const isChinese = language.value === 'zh';
  return (
    <button
      type="button"
      class="keys"
      lang={isChinese ? 'en' : 'zh'}
      onClick={() => chooseLanguage(isChinese ? 'en' : 'zh')}
    >
      {isChinese ? 'English' : '中文'}
    </button>
  );
}

/** The first letter of a place's title that no other place has taken. */
function keysOf(places: readonly Place[]): PlaceKey[] {
  const taken = new Set<string>();
  return places.map(([name, title]) => {
    const letters = [...(name || title).toLowerCase()].filter((letter) => /[a-z]/.test(letter));
    const key = letters.find((letter) => !taken.has(letter)) ?? '';
    taken.add(key);
    return { key, name, title };
  });
}

/** Never silently old: how long ago something was heard, and what is wrong. */
function Liveness({ source }: { readonly source: string }) {
  const { state, problem, heardAt, leader } = connection.value;
  const silence = now.value - heardAt / 1000;
  const span = spanText(silence);
  const text =
    state === 'live'
      ? silence > 40
        ? t('last heard {span} ago', { span })
        : t('live')
      : state === 'connecting'
        ? t('connecting …')
        : state === 'login'
          ? t('log in first')
          : state === 'refused'
            ? t('you may not see this ({problem})', { problem })
            : t('no answer from {source} ({problem}); trying again, last heard {span} ago', {
                source: t(source),
                problem: t(problem),
                span,
              });
  if (state === 'lost' && leader !== undefined)
    return (
      <p class="liveness warn" role="status">
        {t('This master stands by.')}{' '}
        <a href={leaderPlace(leader)}>
          {t('To the leading one')}, {leader}
        </a>
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
