/** This node: flags, metrics, processes. */

import { useState } from 'preact/hooks';
import { getJson } from '../data/http.ts';
import { t } from '../language.ts';
import { ApiLink, Problem } from '../parts/bits.tsx';
import { useLoaded } from '../use.ts';

export function Node() {
  const flags = useLoaded(() => getJson<{ flags: Record<string, string> }>('/flags'), []);
  const metrics = useLoaded(() => getJson<Record<string, number>>('/metrics/snapshot'), []);
  return (
    <>
      <h1>{t('Node')}</h1>
      <NameTable
        title="Metrics"
        path="/metrics/snapshot"
        values={metrics.value ?? {}}
        problem={metrics.problem}
        again={metrics.again}
      />
      <NameTable title="Flags" path="/flags" values={flags.value?.flags ?? {}} problem={flags.problem} />
    </>
  );
}

interface NameTableProps {
  readonly title: string;
  readonly path: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly problem: string;
  readonly again?: () => void;
}

function NameTable({ title, path, values, problem, again }: NameTableProps) {
  const [search, setSearch] = useState('');
  const shown = Object.entries(values).filter(([name]) => name.includes(search.trim()));
  return (
    <section class="table" aria-label={t(title)}>
      <div class="tools">
        <h2>
          {t(title)} <span class="count">{shown.length}</span>
        </h2>
        <ApiLink path={path} />
        {again !== undefined && (
          <button type="button" onClick={again}>
            {t('Ask again')}
          </button>
        )}
        <input
          type="search"
          placeholder={t('Find…')}
          aria-label={t('Find in {label}', { label: t(title) })}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      <Problem text={problem} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div class="scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Name')}</th>
              <th scope="col">{t('Value')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(([name, value]) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td>{String(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
