/** Searching, filtering and sorting of rows, made once for a question and kept until something changes. */
import type { RowKinds, Rows, RowsQuestion } from './rows.ts';

type AnyRow = RowKinds[keyof RowKinds];

/** Questions that are kept; a page asks a few again and again as it is scrolled. */
const KEPT_MAX = 8;

export class Index {
  private readonly all: (kind: keyof RowKinds) => readonly AnyRow[];
  private readonly kept = new Map<string, readonly AnyRow[]>();

  constructor(all: (kind: keyof RowKinds) => readonly AnyRow[]) {
    this.all = all;
  }

  forget(): void {
    this.kept.clear();
  }

  rows<Kind extends keyof RowKinds>(question: RowsQuestion<Kind>): Rows<RowKinds[Kind]> {
    const { offset, limit, find, ...rest } = question;
    const key = JSON.stringify(rest);
    let found = this.kept.get(key);
    if (found === undefined) {
      found = sorted(matching(this.all(question.kind), question), question);
      if (this.kept.size >= KEPT_MAX) this.kept.clear();
      this.kept.set(key, found);
    }
    const at = find === undefined ? -1 : found.findIndex((row) => keyOf(row) === find);
    return {
      rows: found.slice(offset, offset + limit) as RowKinds[Kind][],
      total: found.length,
      at: at === -1 ? undefined : at,
    };
  }
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
    const members: Readonly<Record<string, unknown>> = { ...row };
    if (!equal.every(([name, value]) => String(members[name]) === value)) return false;
    if (words.length === 0) return true;
    const text = Object.values(members).join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function sorted(rows: readonly AnyRow[], { sort, descending }: RowsQuestion): readonly AnyRow[] {
  if (sort === undefined) return rows;
  const member = (row: AnyRow): string | number => {
    const value = (row as unknown as Record<string, unknown>)[sort];
    return typeof value === 'number' ? value : String(value);
  };
  const sign = descending === true ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = member(a);
    const right = member(b);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true });
  });
}
