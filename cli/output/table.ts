/** Tables for people: columns as wide as what stands in them, and on a terminal no wider together than that. */
import { safeText } from './text.ts';

export interface Column<Row> {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'right';
  /** Of ids the ends differ: their beginnings are cut where there is no room. */
  readonly cut?: 'start';
  text(row: Row): string;
  /** Colour of a cell by its text. */
  style?(text: string): Style | undefined;
}

export type Style = 'green' | 'red' | 'yellow' | 'blue' | 'gray' | 'bold';

/** Paints a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Narrower than this no column is made; of an id enough is left to be told from others. */
const WIDTH_MIN = 8;
const ID_WIDTH_MIN = 12;
const GAP = 2;

/**
 * One line a row, below a line of titles; what a terminal would act upon is shown instead.
 *
 * @param room columns of the terminal: long texts are cut to it; undefined where programs read, or a file is written
 */
export function tableText<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paint: Paint,
  room?: number,
): string {
  const whole = rows.map((row) => columns.map((column) => safeText(column.text(row))));
  const wanted = columns.map(({ title }, at) =>
    whole.reduce((most, line) => Math.max(most, widthOf(line[at] ?? '')), title.length),
  );
  const widths = room === undefined ? wanted : fitted(columns, wanted, room);
  const cells = whole.map((line) =>
    line.map((text, at) => cutTo(text, widths[at] ?? 0, columns[at]?.cut === 'start')),
  );
  const line = (texts: readonly string[], styled: (text: string, at: number) => string): string =>
    texts
      .map((text, at) => {
        const last = at === texts.length - 1;
        const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(text)));
        const shown = styled(text, at);
        if (columns[at]?.align === 'right') return room + shown;
        return last ? shown : shown + room;
      })
      .join('  ');
  const head = line(
    columns.map(({ title }) => title.toUpperCase()),
    (text) => paint('bold', text),
  );
  const body = cells.map((texts) =>
    line(texts, (text, at) => {
      const style = columns[at]?.style?.(text);
      return style === undefined ? text : paint(style, text);
    }),
  );
  return `${[head, ...body].join('\n')}\n`;
}

/** Takes from the widest column of text, again and again, until all fit; numbers and titles stay whole. */
function fitted(
  columns: readonly Pick<Column<unknown>, 'title' | 'align' | 'cut'>[],
  wanted: readonly number[],
  room: number,
): readonly number[] {
  const widths = [...wanted];
  const sum = (): number => widths.reduce((before, width) => before + width + GAP, -GAP);
  const least = columns.map(({ title, align, cut }, at) =>
    align === 'right'
      ? (wanted[at] ?? 0)
      : Math.min(wanted[at] ?? 0, Math.max(title.length, cut === 'start' ? ID_WIDTH_MIN : WIDTH_MIN)),
  );
  for (let over = sum() - room; over > 0; over = sum() - room) {
    const spare = widths.map((width, at) => (width > (least[at] ?? 0) ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    const at = spare.indexOf(widest);
    const second = Math.max(0, ...spare.filter((_, other) => other !== at));
    const step = Math.max(1, Math.min(over, widest - Math.max(second, least[at] ?? 0)));
    widths[at] = widest - step;
  }
  return widths;
}

function cutTo(text: string, width: number, fromStart: boolean): string {
  if (widthOf(text) <= width) return text;
  const characters = fromStart ? [...text].reverse() : [...text];
  let kept = '';
  let used = 1;
  for (const character of characters) {
    used += widthOf(character);
    if (used > width) break;
    kept = fromStart ? character + kept : kept + character;
  }
  return fromStart ? `…${kept}` : `${kept}…`;
}

/** Columns that a text takes on a terminal: characters of East Asia take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(character)
      ? 2
      : 1;
  return width;
}
