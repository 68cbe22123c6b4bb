/** Searching, filtering and sorting of rows, made once for a question and kept until something changes. */
import type { RowKinds, Rows, RowsQuestion } from './rows.ts';

type AnyRow = RowKinds[keyof RowKinds];

/** Questions that are kept; a page asks a few again and again as it is scrolled. */
const KEPT_MAX = 8;

/** Orders that are kept: those of a few tables. */
const ORDERS_MAX = 4;

export class Index {
  private readonly all: (kind: keyof RowKinds) => readonly AnyRow[];
  private readonly kept = new Map<string, readonly AnyRow[]>();
  /** All rows of a kind in an order: what is looked for is found in it, and need not be sorted. */
  private readonly orders = new Map<string, readonly AnyRow[]>();

  constructor(all: (kind: keyof RowKinds) => readonly AnyRow[]) {
    this.all = all;
  }

  forget(): void {
    this.kept.clear();
    this.orders.clear();
  }

  rows<Kind extends keyof RowKinds>(question: RowsQuestion<Kind>): Rows<RowKinds[Kind]> {
    const { offset, limit, find, ...rest } = question;
    const found = remembered(this.kept, KEPT_MAX, JSON.stringify(rest), () =>
      matching(this.ordered(question), question),
    );
    const at = find === undefined ? -1 : found.findIndex((row) => keyOf(row) === find);
    return {
      rows: found.slice(offset, offset + limit) as RowKinds[Kind][],
      total: found.length,
      at: at === -1 ? undefined : at,
    };
  }

  private ordered({ kind, sort, descending }: RowsQuestion): readonly AnyRow[] {
    return remembered(this.orders, ORDERS_MAX, JSON.stringify([kind, sort, descending]), () =>
      sorted(this.all(kind), sort, descending === true),
    );
  }
}

function remembered<T>(known: Map<string, T>, max: number, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (known.size >= max) known.clear();
  known.set(key, made);
  return made;
}

function keyOf(row: AnyRow): string {
  return 'key' in row ? row.key : row.id;
}

function matching(rows: readonly AnyRow[], { search = '', where = {} }: RowsQuestion): readonly AnyRow[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const equal = Object.entries(where).filter(([, value]) => value !== '');
  if (words.length === 0 && equal.length === 0) return rows;
  return rows.filter((row) => {
    const members = row as unknown as Readonly<Record<string, unknown>>;
    if (!equal.every(([name, value]) => String(members[name]) === value)) return false;
    if (words.length === 0) return true;
    const text = textOf(row);
    return words.every((word) => text.includes(word));
  });
}

const texts = new WeakMap<AnyRow, string>();

/** All that a row says. Rows of what has not changed are the same from one question to the next. */
function textOf(row: AnyRow): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = Object.values(row).join('\n').toLowerCase();
  texts.set(row, text);
  return text;
}

function sorted(rows: readonly AnyRow[], sort: string | undefined, descending: boolean): readonly AnyRow[] {
  if (sort === undefined) return rows;
  const sign = descending ? -1 : 1;
  const member = (row: AnyRow): unknown => (row as unknown as Readonly<Record<string, unknown>>)[sort];
  if (rows.every((row) => typeof member(row) === 'number'))
    return inOrder(
      rows,
      (row) => Number(member(row)),
      (a, b) => sign * (a - b),
    );
  const word = (row: AnyRow): string => String(member(row));
  if (rows.some((row) => NOT_ASCII.test(word(row))))
    return inOrder(rows, word, (a, b) => sign * asRead.compare(a, b));
  return inOrder(
    rows,
    (row) => plainKey(word(row)),
    (a, b) => (a === b ? 0 : a < b ? -sign : sign),
  );
}

function inOrder<Key>(
  rows: readonly AnyRow[],
  keyOfRow: (row: AnyRow) => Key,
  compare: (a: Key, b: Key) => number,
): readonly AnyRow[] {
  return rows
    .map((row) => ({ row, key: keyOfRow(row) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ row }) => row);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is looked for
const NOT_ASCII = /[^\x00-\x7f]/;
const asRead = new Intl.Collator(undefined, { numeric: true });

/** A text that compares as people count: `task-9` before `task-10`. Comparing by the rules of a language takes ten times as long. */
function plainKey(word: string): string {
  return word.toLowerCase().replaceAll(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=.)/, '');
    return `0${String.fromCharCode(number.length)}${number}`;
  });
}
