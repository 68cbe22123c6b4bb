/** A table over rows that the worker keeps: only those in sight are asked for and drawn, however many there are. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askRows } from '../data/client.ts';
import { connection, version } from '../data/live.ts';
import type { RowKinds, Rows } from '../data/rows.ts';
import { entry } from '../kept.ts';
import { t } from '../language.ts';
import { place, setQuery } from '../router.ts';
import { Cell } from './bits.tsx';
import { useRowWindow } from './rowWindow.ts';

export interface Column<Row> {
  /** Member of the row that is sorted by. */
  readonly name: keyof Row & string;
  readonly title: string;
  readonly numeric?: boolean;
  show(row: Row): ComponentChildren;
}

interface TableProps<Kind extends keyof RowKinds> {
  readonly kind: Kind;
  readonly label: string;
  readonly columns: readonly Column<RowKinds[Kind]>[];
  /** Members that must be equal. */
  readonly where?: Readonly<Record<string, string>>;
  /** Told apart in the address when a page has several tables. */
  readonly prefix?: string;
  readonly sort?: { readonly by: keyof RowKinds[Kind] & string; readonly descending?: boolean };
  /** A filter besides the search: a member and its values. */
  readonly choice?: {
    readonly name: keyof RowKinds[Kind] & string;
    readonly title: string;
    readonly values: readonly string[];
  };
  keyOf(row: RowKinds[Kind]): string;
}

export function DataTable<Kind extends keyof RowKinds>(props: TableProps<Kind>) {
  return <Table key={entry.value} {...props} />;
}

function Table<Kind extends keyof RowKinds>(props: TableProps<Kind>) {
  const { kind, label, columns, where = {}, prefix = '', choice, keyOf } = props;
  const { query } = place.value;
  const search = query.get(`${prefix}search`) ?? '';
  const chosen = choice === undefined ? '' : (query.get(`${prefix}${choice.name}`) ?? '');
  const sort = query.get(`${prefix}sort`) ?? props.sort?.by ?? '';
  const descending = query.has(`${prefix}sort`)
    ? query.get(`${prefix}desc`) === '1'
    : (props.sort?.descending ?? false);
  const [found, setFound] = useState<Rows<RowKinds[Kind]> & { readonly offset: number }>({
    rows: [],
    total: -1,
    offset: 0,
  });
  const box = useRef<HTMLDivElement>(null);
  const keyAt = (at: number): string | undefined => {
    const row = found.rows[at - found.offset];
    return row && keyOf(row);
  };
  const sight = useRowWindow(`${prefix}${kind}`, box, keyAt);
  const { first, count, rowPx, sought } = sight;
  const filters = JSON.stringify({ ...where, ...(choice === undefined ? {} : { [choice.name]: chosen }) });

  const asked = useRef('');
  useEffect(() => {
    const what = JSON.stringify([kind, search, filters, sort, descending]);
    if (asked.current !== '' && asked.current !== what) sight.begin();
    asked.current = what;
  }, [kind, search, filters, sort, descending]);

  useEffect(() => {
    let current = true;
    const question = {
      kind,
      search,
      where: JSON.parse(filters),
      offset: first,
      limit: count,
      ...(sort === '' ? {} : { sort, descending }),
      ...(sought !== undefined && { find: sought }),
    };
    void askRows<Kind>(question).then((answer) => {
      if (!current) return;
      setFound({ ...answer, offset: first });
      sight.found(answer.at, answer.total);
    });
    return () => {
      current = false;
    };
  }, [kind, search, filters, sort, descending, first, count, sought, version.value]);

  const scrolled = ({ currentTarget }: { readonly currentTarget: HTMLElement }) => {
    // A table that is left scrolls a last time.
    if (currentTarget.isConnected) sight.scrolled(currentTarget);
  };
  const sortBy = (name: string) => {
    setQuery(`${prefix}sort`, name);
    setQuery(`${prefix}desc`, sort === name && !descending ? '1' : '');
  };
  const total = Math.max(0, found.total);
  return (
    <section class="table" aria-label={t(label)}>
      <div class="tools">
        <h2>
          {t(label)} <span class="count">{found.total < 0 ? '…' : total}</span>
        </h2>
        {choice !== undefined && (
          <label>
            {t(choice.title)}{' '}
            <select
              value={chosen}
              onChange={(event) => setQuery(`${prefix}${choice.name}`, event.currentTarget.value)}
            >
              <option value="">{t('all')}</option>
              {choice.values.map((value) => (
                <option key={value} value={value}>
                  {t(value.toLowerCase())}
                </option>
              ))}
            </select>
          </label>
        )}
        <input
          type="search"
          placeholder={t('Find…')}
          aria-label={t('Find in {label}', { label: t(label) })}
          value={search}
          onInput={(event) => setQuery(`${prefix}search`, event.currentTarget.value)}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div class="scroll" ref={box} tabIndex={0} onScroll={scrolled}>
        <table aria-rowcount={total + 1}>
          <thead>
            <tr>
              {columns.map(({ name, title, numeric }) => (
                <th
                  key={name}
                  scope="col"
                  class={numeric ? 'numeric' : ''}
                  aria-sort={sort === name ? (descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button type="button" onClick={() => sortBy(name)}>
                    {t(title)}
                    <span aria-hidden="true">{sort === name ? (descending ? ' ▼' : ' ▲') : ''}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Spacer heightPx={Math.min(found.offset, total) * rowPx} />
            {found.rows.map((row, at) => (
              <tr key={keyOf(row)} aria-rowindex={found.offset + at + 2}>
                {columns.map((column) => (
                  <td key={column.name} class={column.numeric ? 'numeric' : ''}>
                    <Cell content={column.show(row)} />
                  </td>
                ))}
              </tr>
            ))}
            <Spacer heightPx={(total - found.offset - found.rows.length) * rowPx} />
          </tbody>
        </table>
        {found.total === 0 && <p class="nothing">{nothingText(search)}</p>}
      </div>
    </section>
  );
}

function nothingText(search: string): string {
  if (search !== '') return t('Nothing fits what is looked for.');
  return connection.value.state === 'live' ? t('There are none.') : t('Nothing is known yet.');
}

/** Holds the place of rows out of sight. */
function Spacer({ heightPx }: { readonly heightPx: number }) {
  return heightPx <= 0 ? null : <tr style={{ height: `${heightPx}px` }} />;
}
