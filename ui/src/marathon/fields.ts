/** The form's fields: each shows and sets one member of the document, and leaves all others as they are. */

import { t } from '../language.ts';
import type { Definition } from './types.ts';

export interface Field {
  readonly label: string;
  /** Names from the document's top. */
  readonly path: readonly string[];
  /**
   * `lines`: a list of texts; `numbers`: of numbers, with commas; `pairs`: NAME=value each line; `choice`: one of `options`;
   * `flag`: yes or no; `json`: anything.
   */
  readonly kind: 'text' | 'number' | 'numbers' | 'choice' | 'flag' | 'area' | 'lines' | 'pairs' | 'json';
  readonly hint?: string;
  /** Of a number, or of each. */
  readonly least?: number;
  readonly most?: number;
  readonly isWhole?: boolean;
  readonly options?: readonly string[];
}

export interface Section {
  readonly title: string;
  readonly fields: readonly Field[];
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

export function memberAt(document: Definition, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => membersOf(value)[name], document);
}

/** The document with one member set, or taken out when `value` is undefined; parents that become empty go too. */
export function withMember(document: Definition, path: readonly string[], value: unknown): Definition {
  const [name = '', ...rest] = path;
  const { [name]: before, ...others } = document;
  const next = rest.length === 0 ? value : withMember(membersOf(before), rest, value);
  const isGone = next === undefined || (rest.length > 0 && Object.keys(membersOf(next)).length === 0);
  return isGone ? others : { ...document, [name]: next };
}

/** What a field shows for a member. Values that are not texts, as secrets in `env` are, are JSON. */
export function shownText({ kind }: Field, value: unknown): string {
  if (value === undefined) return '';
  switch (kind) {
    case 'lines':
      return Array.isArray(value) ? value.join('\n') : JSON.stringify(value);
    case 'numbers':
      return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
    case 'pairs':
      return Object.entries(membersOf(value))
        .map(([name, each]) => `${name}=${typeof each === 'string' ? each : JSON.stringify(each)}`)
        .join('\n');
    case 'json':
      return JSON.stringify(value, undefined, 1);
    default:
      return String(value);
  }
}

/** @returns the member; undefined to take it out @throws Error in words for what cannot be read */
export function readText(field: Field, text: string, before: unknown): unknown {
  if (text.trim() === '') return undefined;
  switch (field.kind) {
    case 'number':
      return numberOf(field, text);
    case 'numbers':
      return text.split(',').map((each) => numberOf(field, each.trim()));
    case 'flag':
      return text === 'true';
    case 'lines':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    case 'pairs':
      return pairsOf(text, membersOf(before));
    case 'json':
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new Error(
          t('no JSON: {problem}', { problem: error instanceof Error ? error.message : String(error) }),
        );
      }
    default:
      return text;
  }
}

function numberOf({ least, most, isWhole = false }: Field, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new Error(t("'{text}' is no number", { text }));
  if (isWhole && !Number.isInteger(value)) throw new Error(t('{text} is no whole number', { text }));
  if (least !== undefined && value < least)
    throw new Error(t('{text} is less than {least}', { text, least }));
  if (most !== undefined && value > most) throw new Error(t('{text} is more than {most}', { text, most }));
  return value;
}

function pairsOf(text: string, before: Members): Members {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(t("'{line}' is no NAME=value", { line }));
      const [name, value] = [line.slice(0, at).trim(), line.slice(at + 1)];
      const known = before[name];
      const isSame = known !== undefined && typeof known !== 'string' && JSON.stringify(known) === value;
      return [name, isSame ? known : value];
    }),
  );
}

/** Whether a problem that the server found is at this field. */
export function isAt(path: readonly string[], problem: string): boolean {
  const names = problem.split(/[/.()]+/).filter((name) => name !== '');
  return path.every((name, at) => names[at] === name);
}

/** What has to be sent to come from one document to another. */
export interface Change {
  /** Members that are gone can only be told by the whole. */
  readonly isWhole: boolean;
  readonly body: Definition;
}

export function changeBetween(before: Definition, after: Definition): Change {
  if (Object.keys(before).some((name) => !(name in after))) return { isWhole: true, body: after };
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  );
  return { isWhole: false, body: Object.fromEntries(changed) };
}
