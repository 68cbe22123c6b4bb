/** Which rows of a long table are in sight, by the height that rows have in this browser: with large text, or zoomed, they are higher. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { keepAt, keptAt, useEntry, useLeave } from '../kept.ts';

/** Until rows have been seen. */
const ROW_PX = 34;
/** Rows beyond the sight at either end. */
const SPARE = 10;
/** Of boxes, if styles do not say otherwise. */
const HEIGHT_PX = 640;
const NEGLIGIBLE_PX = 0.01;

/** Where one was: a row, as far as it is known which, and what of it is out of sight. */
export interface Spot {
  readonly row: number;
  readonly key?: string | undefined;
}

export interface RowWindow {
  /** The first row to be drawn. */
  readonly first: number;
  /** How many. */
  readonly count: number;
  readonly rowPx: number;
  /** The row whose place is looked for, until it is known. */
  readonly sought: string | undefined;
  /** Where that row is now; there are `total` rows. To be told with each answer. */
  found(at: number | undefined, total: number): void;
  scrolled(box: HTMLElement): void;
  /** Other rows than before: one begins with the first. */
  begin(): void;
}

interface Sizes {
  readonly rowPx: number;
  readonly boxPx: number;
}

/**
 * @param name told apart at a place with several tables
 * @param keyAt of the row that is drawn at this index
 */
export function useRowWindow(
  name: string,
  box: RefObject<HTMLElement>,
  keyAt: (row: number) => string | undefined,
): RowWindow {
  const entry = useEntry();
  const [sought, setSought] = useState<Spot | undefined>(() => keptAt<Spot>(entry, name));
  /** With its fraction. */
  const [top, setTop] = useState(sought?.row ?? 0);
  const [{ rowPx, boxPx }, setSizes] = useState<Sizes>({ rowPx: ROW_PX, boxPx: HEIGHT_PX });
  /** To scroll to when what was found has been drawn. */
  const goal = useRef<number | undefined>(undefined);

  useLayoutEffect(() => {
    const sizes = box.current === null ? undefined : sizesOf(box.current);
    if (sizes === undefined) return;
    const isOther = Math.abs(sizes.rowPx - rowPx) > NEGLIGIBLE_PX;
    if (isOther || sizes.boxPx !== boxPx) setSizes(sizes);
    // Rows that became higher are to stay where they are; until all are, it is too early to scroll.
    if (isOther) goal.current ??= top;
    else if (goal.current !== undefined) {
      box.current?.scrollTo({ top: goal.current * rowPx });
      goal.current = undefined;
    }
  });
  const key = keyAt(Math.floor(top));
  const keep = (row: number): void => {
    if (sought === undefined) keepAt(entry, name, { row, key: keyAt(Math.floor(row)) } satisfies Spot);
  };
  useEffect(() => keep(top), [top, key, sought]);
  useLeave(() => {
    if (goal.current === undefined && box.current !== null) keep(box.current.scrollTop / rowPx);
  });

  return {
    first: Math.max(0, Math.floor(top) - SPARE),
    count: Math.ceil(boxPx / rowPx) + 2 * SPARE,
    rowPx,
    sought: sought?.key,
    found(at, total) {
      if (sought === undefined || total === 0) return;
      const row = Math.min(total - 1, at === undefined ? sought.row : at + (sought.row % 1));
      setSought(undefined);
      setTop(row);
      goal.current = row;
    },
    scrolled({ scrollTop }) {
      if (goal.current === undefined) setTop(scrollTop / rowPx);
    },
    begin() {
      setSought(undefined);
      setTop(0);
      goal.current = 0;
    },
  };
}

function sizesOf(box: HTMLElement): Sizes | undefined {
  const row = box.querySelector('tbody tr[aria-rowindex]');
  if (row === null) return undefined;
  const { maxHeight } = getComputedStyle(box);
  const boxPx = Number.parseFloat(maxHeight);
  return {
    rowPx: row.getBoundingClientRect().height || ROW_PX,
    boxPx: Number.isNaN(boxPx) ? HEIGHT_PX : boxPx,
  };
}
