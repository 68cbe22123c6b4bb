/** Tables for people: columns as wide as what stands in them, the last one as long as it likes. */
import { safeText } from './text.ts';

export interface Column<Row> {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'right';
  text(row: Row): string;
  /** Colour of a cell by its text. */
  style?(text: string): Style | undefined;
}

export type Style = 'green' | 'red' | 'yellow' | 'blue' | 'gray' | 'bold';

/** Paints a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** One line a row, below a line of titles; what a terminal would act upon is shown instead. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string {
  const cells = rows.map((row) => columns.map((column) => safeText(column.text(row))));
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => widthOf(line[at] ?? ''))),
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

/** Columns that a text takes on a terminal: characters of East Asia take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(character)
      ? 2
      : 1;
  return width;
}
