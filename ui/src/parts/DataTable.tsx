/** A table over rows that the worker keeps: only those in sight are asked for and drawn, however many there are. */

import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { connection } from '../data/live.ts';
import type { RowKinds } from '../data/rows.ts';
import { entry } from '../kept.ts';
import { t } from '../language.ts';
import { place, setQuery } from '../router.ts';
import { Cell } from './bits.tsx';
import { NoRows, ScrollRegion, SelectFilter, SortHead, TableTools } from './tableParts.tsx';
import { useTableRows } from './tableRows.ts';

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
  const { search, chosen, sort, descending } = chosenIn(place.value.query, props);
  const box = useRef<HTMLDivElement>(null);
  const wanted = choice === undefined ? where : { ...where, [choice.name]: chosen };
  const { found, sight } = useTableRows(
    { kind, prefix, search, where: wanted, sort, descending, keyOf },
    box,
  );
  const sortBy = (name: string) => {
    setQuery(`${prefix}sort`, name);
    setQuery(`${prefix}desc`, sort === name && !descending ? '1' : '');
  };
  const scrolled = ({ currentTarget }: { readonly currentTarget: HTMLElement }) => {
    // A table that is left scrolls a last time.
    if (currentTarget.isConnected) sight.scrolled(currentTarget);
  };
  const isKnown = found.total >= 0;
  const total = Math.max(0, found.total);
  return (
    <section class="table" aria-label={t(label)}>
      <TableTools
        title={label}
        count={isKnown ? total : undefined}
        search={search}
        find={(text) => setQuery(`${prefix}search`, text)}
      >
        {choice !== undefined && (
          <SelectFilter
            title={choice.title}
            value={chosen}
            values={choice.values}
            choose={(value) => setQuery(`${prefix}${choice.name}`, value)}
          />
        )}
      </TableTools>
      <ScrollRegion box={box} onScroll={scrolled}>
        <table aria-rowcount={total + 1}>
          <SortHead columns={columns} by={sort} descending={descending} sortBy={sortBy} />
          <tbody>
            <Spacer heightPx={Math.min(found.offset, total) * sight.rowPx} />
            <TableRows rows={found.rows} offset={found.offset} columns={columns} keyOf={keyOf} />
            <Spacer heightPx={(total - found.offset - found.rows.length) * sight.rowPx} />
          </tbody>
        </table>
        {isKnown && total === 0 && <NoRows search={search} nothing={nothingText()} />}
      </ScrollRegion>
    </section>
  );
}

/** What the address says of a table; where it says nothing, as it is at first. */
function chosenIn<Kind extends keyof RowKinds>(query: URLSearchParams, props: TableProps<Kind>) {
  const { prefix = '', choice, sort } = props;
  return {
    search: query.get(`${prefix}search`) ?? '',
    chosen: choice === undefined ? '' : (query.get(`${prefix}${choice.name}`) ?? ''),
    sort: query.get(`${prefix}sort`) ?? sort?.by ?? '',
    descending: query.has(`${prefix}sort`) ? query.get(`${prefix}desc`) === '1' : (sort?.descending ?? false),
  };
}

interface TableRowsProps<Row> {
  readonly rows: readonly Row[];
  /** Of the first of them, among all that there are. */
  readonly offset: number;
  readonly columns: readonly Column<Row>[];
  keyOf(row: Row): string;
}

function TableRows<Row>({ rows, offset, columns, keyOf }: TableRowsProps<Row>) {
  return (
    <>
      {rows.map((row, at) => (
        <tr key={keyOf(row)} aria-rowindex={offset + at + 2}>
          {columns.map((column) => (
            <td key={column.name} class={column.numeric ? 'numeric' : ''}>
              <Cell content={column.show(row)} />
            </td>
          ))}
        </tr>
      ))}
    </>
  );
}

function nothingText(): string {
  return connection.value.state === 'live' ? 'There are none.' : 'Nothing is known yet.';
}

/** Holds the place of rows out of sight. */
function Spacer({ heightPx }: { readonly heightPx: number }) {
  return heightPx <= 0 ? null : <tr style={{ height: `${heightPx}px` }} />;
}
