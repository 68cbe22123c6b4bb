/** Label selectors: `env==qa,tier in (web,api)` (spec: marathon.md §2.2). Every clause needs the label to be there. */
import { ApiError } from '../errors.ts';

type Labels = Readonly<Record<string, string>>;
export type Selector = (labels: Labels) => boolean;

const WORD = '(?:[A-Za-z0-9\\-_./]|\\\\.)+';
const CLAUSE = new RegExp(
  `^\\s*(${WORD})\\s*(?:(==|!=)\\s*(${WORD})|\\s(in|notin)\\s*\\(\\s*(${WORD}(?:\\s*,\\s*${WORD})*)\\s*\\))?\\s*(?:,|$)`,
);

/** @throws ApiError 400 */
export function parseSelector(text: string): Selector {
  const clauses: Selector[] = [];
  for (let rest = text; rest.trim() !== '' || clauses.length === 0; ) {
    const match = CLAUSE.exec(rest);
    if (match === null) throw new ApiError(400, `Parse error: '${rest.slice(0, 60)}' is no label selector`);
    clauses.push(clauseOf(match));
    const wantsMore = match[0].endsWith(',');
    rest = rest.slice(match[0].length);
    if (wantsMore && rest.trim() === '')
      throw new ApiError(400, 'Parse error: a label selector must not end with a comma');
  }
  return (labels) => clauses.every((holds) => holds(labels));
}

function clauseOf([, label = '', operator, value = '', membership, list = '']: RegExpExecArray): Selector {
  const name = plain(label);
  const present =
    (holds: (actual: string) => boolean): Selector =>
    (labels) => {
      const actual = Object.hasOwn(labels, name) ? labels[name] : undefined;
      return actual !== undefined && holds(actual);
    };
  if (operator === '==') return present((actual) => actual === plain(value));
  if (operator === '!=') return present((actual) => actual !== plain(value));
  if (membership === undefined) return present(() => true);
  const values = list.split(/\s*(?<!\\),\s*/).map(plain);
  return present((actual) => values.includes(actual) === (membership === 'in'));
}

function plain(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}
