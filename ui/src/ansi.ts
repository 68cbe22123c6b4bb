/** What programs print for terminals: colours become classes, every other control sequence is left out. */

export interface StyledText {
  readonly text: string;
  readonly style: string;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ESCAPE = '\u001b';
/** Colours, other sequences, what else controls a terminal; but for tabs and line breaks. */
const SEQUENCE = new RegExp(
  `${ESCAPE}\\[([0-9;]*)m|${ESCAPE}(?:\\[[0-9;?]*[A-Za-ln-z]|\\][^\\u0007]*\\u0007|.)|[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]`,
  'g',
);

export function ansiParts(text: string): StyledText[] {
  const parts: StyledText[] = [];
  let style = '';
  let at = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), style });
    at = match.index + match[0].length;
    if (match[1] !== undefined) style = styleAfter(style, match[1]);
  }
  if (at < text.length) parts.push({ text: text.slice(at), style });
  return parts;
}

function styleAfter(before: string, codes: string): string {
  let classes = before.split(' ').filter((name) => name !== '');
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) classes = [];
    else if (code === 1) classes.push('bold');
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      classes = classes.filter((name) => !name.startsWith('ansi-'));
      classes.push(`ansi-${COLOURS[code % 10]}`);
    } else if (code === 39) classes = classes.filter((name) => !name.startsWith('ansi-'));
  }
  return [...new Set(classes)].join(' ');
}
