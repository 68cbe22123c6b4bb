/** What every table is made of: a title with a count and a search, a head that sorts, a region that scrolls. */

import type { ComponentChildren, RefObject } from 'preact';
import { t } from '../language.ts';

interface TableToolsProps {
  readonly title: string;
  /** How many rows there are; undefined until that is known. */
  readonly count: number | undefined;
  readonly search: string;
  /** Of the search, in the reader's language; default: by the title. */
  readonly findLabel?: string;
  find(text: string): void;
  /** Filters besides the search. */
  readonly children?: ComponentChildren;
}

export function TableTools({ title, count, search, find, children, ...others }: TableToolsProps) {
  const { findLabel = t('Find in {label}', { label: t(title) }) } = others;
  return (
    <div class="tools">
      <h2>
        {t(title)} <span class="count">{count ?? '…'}</span>
      </h2>
      {children}
      <input
        type="search"
        placeholder={t('Find…')}
        aria-label={findLabel}
        value={search}
        onInput={(event) => find(event.currentTarget.value)}
      />
    </div>
  );
}

interface SelectFilterProps {
  readonly title: string;
  readonly value: string;
  readonly values: readonly string[];
  choose(value: string): void;
}

/** Narrows a table to one of a few values, or to none of them. */
export function SelectFilter({ title, value, values, choose }: SelectFilterProps) {
  return (
    <label>
      {t(title)}{' '}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t('all')}</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {t(each.toLowerCase())}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SortHeadProps {
  readonly columns: readonly {
    readonly name: string;
    readonly title: string;
    readonly numeric?: boolean;
  }[];
  /** Name of the column that is sorted by. */
  readonly by: string;
  readonly descending: boolean;
  sortBy(name: string): void;
}

export function SortHead({ columns, by, descending, sortBy }: SortHeadProps) {
  return (
    <thead>
      <tr>
        {columns.map(({ name, title, numeric }) => (
          <th
            key={name}
            scope="col"
            class={numeric ? 'numeric' : ''}
            aria-sort={by === name ? (descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" onClick={() => sortBy(name)}>
              {t(title)}
              <span aria-hidden="true">{by === name ? (descending ? ' ▼' : ' ▲') : ''}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface ScrollRegionProps {
  readonly box?: RefObject<HTMLDivElement>;
  onScroll?(event: { readonly currentTarget: HTMLElement }): void;
  readonly children: ComponentChildren;
}

export function ScrollRegion({ box, onScroll, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="scroll" tabIndex={0} {...(box && { ref: box })} {...(onScroll && { onScroll })}>
      {children}
    </div>
  );
}

/** What stands where there is no row. */
export function NoRows({ search, nothing }: { readonly search: string; readonly nothing: string }) {
  return <p class="nothing">{t(search === '' ? nothing : 'Nothing fits what is looked for.')}</p>;
}
