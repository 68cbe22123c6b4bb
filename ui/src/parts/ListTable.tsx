/** A table over rows that the page holds already: searched, sorted and shown in part by itself. */

import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { entry, useKept, useKeptScroll } from '../kept.ts';
import { t } from '../language.ts';
import { Cell } from './bits.tsx';
import { NoRows, ScrollRegion, SortHead, TableTools } from './tableParts.tsx';

export interface ListColumn<Row> {
  readonly title: string;
  readonly numeric?: boolean;
  /** What is searched and sorted by. */
  value(row: Row): string | number;
  /** Default: the value itself. */
  show?(row: Row): ComponentChildren;
}

interface ListTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly ListColumn<Row>[];
  /** Column that it is sorted by at first. */
  readonly sort?: { readonly by: string; readonly descending?: boolean };
  /** Said when there is no row. */
  readonly nothing?: string;
  keyOf(row: Row): string;
}

/** Rows drawn at first, and more at each request. */
const SHOWN = 100;

export function ListTable<Row>(props: ListTableProps<Row>) {
  return <Table key={entry.value} {...props} />;
}

function Table<Row>(props: ListTableProps<Row>) {
  const { label, rows, columns, nothing = 'There are none.', keyOf } = props;
  const [search, setSearch] = useKept(`${label}/search`, '');
  const [sort, setSort] = useKept(`${label}/sort`, props.sort ?? { by: '', descending: false });
  const [most, setMost] = useKept(`${label}/most`, SHOWN);
  const box = useRef<HTMLDivElement>(null);
  const scrolled = useKeptScroll(`${label}/scroll`, box, rows.length > 0);
  const found = sorted(matching(rows, columns, search), columns, sort.by, sort.descending === true);
  return (
    <section class="table" aria-label={t(label)}>
      <TableTools title={label} count={found.length} search={search} find={setSearch} />
      <ScrollRegion box={box} onScroll={scrolled}>
        <table>
          <SortHead
            columns={columns.map((column) => ({ ...column, name: column.title }))}
            by={sort.by}
            descending={sort.descending === true}
            sortBy={(title) => setSort({ by: title, descending: sort.by === title && !sort.descending })}
          />
          <tbody>
            {found.slice(0, most).map((row) => (
              <tr key={keyOf(row)}>
                {columns.map((column) => (
                  <td key={column.title} class={column.numeric ? 'numeric' : ''}>
                    <Cell content={column.show === undefined ? column.value(row) : column.show(row)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {found.length === 0 && <NoRows search={search} nothing={nothing} />}
      </ScrollRegion>
      {found.length > most && (
        <button type="button" onClick={() => setMost(most * 5)}>
          {t('Show more of {count}', { count: found.length })}
        </button>
      )}
    </section>
  );
}

function matching<Row>(rows: readonly Row[], columns: readonly ListColumn<Row>[], search: string): Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter((row) => {
    if (words.length === 0) return true;
    const text = columns
      .map((column) => column.value(row))
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function sorted<Row>(
  rows: Row[],
  columns: readonly ListColumn<Row>[],
  by: string,
  descending: boolean,
): Row[] {
  const column = columns.find(({ title }) => title === by);
  if (column === undefined) return rows;
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true });
  });
}
