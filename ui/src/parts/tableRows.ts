/** The rows in sight of a table whose rows the worker keeps, as its address says which and in which order. */

import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askRows } from '../data/client.ts';
import { version } from '../data/live.ts';
import type { RowKinds, Rows } from '../data/rows.ts';
import { type RowWindow, useRowWindow } from './rowWindow.ts';

export interface Wanted<Kind extends keyof RowKinds> {
  readonly kind: Kind;
  /** Told apart where a page has several tables. */
  readonly prefix: string;
  readonly search: string;
  /** Members that must be equal. */
  readonly where: Readonly<Record<string, string>>;
  /** Member that is sorted by; empty: as they come. */
  readonly sort: string;
  readonly descending: boolean;
  keyOf(row: RowKinds[Kind]): string;
}

/** Some rows, the first of them the `offset`th of `total`; -1 until that is known. */
type Found<Kind extends keyof RowKinds> = Rows<RowKinds[Kind]> & { readonly offset: number };

/** Asked for again when other ones are wanted or come into sight, and whenever the cluster changes. */
export function useTableRows<Kind extends keyof RowKinds>(
  wanted: Wanted<Kind>,
  box: RefObject<HTMLElement>,
): { readonly found: Found<Kind>; readonly sight: RowWindow } {
  const { kind, prefix, search, where, sort, descending, keyOf } = wanted;
  const [found, setFound] = useState<Found<Kind>>({ rows: [], total: -1, offset: 0 });
  const keyAt = (at: number): string | undefined => {
    const row = found.rows[at - found.offset];
    return row && keyOf(row);
  };
  const sight = useRowWindow(`${prefix}${kind}`, box, keyAt);
  const { first, count, sought } = sight;
  const filters = JSON.stringify(where);

  const asked = useRef('');
  useEffect(() => {
    const what = JSON.stringify([kind, search, filters, sort, descending]);
    if (asked.current !== '' && asked.current !== what) sight.begin();
    asked.current = what;
  }, [kind, search, filters, sort, descending]);

  const latest = useRef('');
  useEffect(() => {
    const question = {
      kind,
      search,
      where,
      offset: first,
      limit: count,
      ...(sort === '' ? {} : { sort, descending }),
      ...(sought !== undefined && { find: sought }),
    };
    // What was asked of an earlier state of the cluster counts too: the worker answers in turn, and changes may come faster.
    const own = JSON.stringify(question);
    latest.current = own;
    void askRows<Kind>(question).then((answer) => {
      if (latest.current !== own) return;
      setFound({ ...answer, offset: first });
      sight.found(answer.at, answer.total);
    });
  }, [kind, search, filters, sort, descending, first, count, sought, version.value]);
  useEffect(
    () => () => {
      latest.current = '';
    },
    [],
  );
  return { found, sight };
}
