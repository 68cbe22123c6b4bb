/** The form's fields: each shows and sets one member of the document, and leaves all others as they are. */
import type { Definition } from './types.ts';

export interface Field {
  readonly label: string;
  /** Names from the document's top. */
  readonly path: readonly string[];
  /** `lines`: a list of texts; `pairs`: NAME=value each line; `json`: anything. */
  readonly kind: 'text' | 'number' | 'area' | 'lines' | 'pairs' | 'json';
  readonly hint?: string;
}

export interface Section {
  readonly title: string;
  readonly fields: readonly Field[];
}

export const SECTIONS: readonly Section[] = [
  {
    title: 'General',
    fields: [
      { label: 'ID', path: ['id'], kind: 'text', hint: 'as /group/name' },
      { label: 'CPUs', path: ['cpus'], kind: 'number' },
      { label: 'Memory (MiB)', path: ['mem'], kind: 'number' },
      { label: 'Disk (MiB)', path: ['disk'], kind: 'number' },
      { label: 'GPUs', path: ['gpus'], kind: 'number' },
      { label: 'Instances', path: ['instances'], kind: 'number' },
      { label: 'Role', path: ['role'], kind: 'text' },
      { label: 'Command', path: ['cmd'], kind: 'area', hint: 'by the shell; PORT0 and the like are set' },
    ],
  },
  {
    title: 'Container',
    fields: [
      { label: 'Image', path: ['container', 'docker', 'image'], kind: 'text' },
      { label: 'Type', path: ['container', 'type'], kind: 'text', hint: 'DOCKER or MESOS' },
      { label: 'Volumes (JSON)', path: ['container', 'volumes'], kind: 'json' },
    ],
  },
  {
    title: 'Ports and health',
    fields: [
      {
        label: 'Ports (JSON)',
        path: ['portDefinitions'],
        kind: 'json',
        hint: '[{"port":0,"name":"http"}]; 0 is any',
      },
      { label: 'Networks (JSON)', path: ['networks'], kind: 'json', hint: '[{"mode":"host"}]' },
      {
        label: 'Health checks (JSON)',
        path: ['healthChecks'],
        kind: 'json',
        hint: '[{"protocol":"HTTP","path":"/"}]',
      },
    ],
  },
  {
    title: 'Environment and labels',
    fields: [
      { label: 'Environment', path: ['env'], kind: 'pairs', hint: 'NAME=value, one a line' },
      { label: 'Labels', path: ['labels'], kind: 'pairs', hint: 'name=value, one a line' },
    ],
  },
  {
    title: 'Placement and more',
    fields: [
      { label: 'Constraints (JSON)', path: ['constraints'], kind: 'json', hint: '[["hostname","UNIQUE"]]' },
      { label: 'Accepted roles', path: ['acceptedResourceRoles'], kind: 'lines', hint: 'one a line' },
      { label: 'Artifacts (JSON)', path: ['fetch'], kind: 'json', hint: '[{"uri":"https://…"}]' },
      { label: 'User', path: ['user'], kind: 'text' },
    ],
  },
];

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
      if (Number.isFinite(Number(text))) return Number(text);
      throw new Error(`'${text}' is no number`);
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
        throw new Error(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
      }
    default:
      return text;
  }
}

function pairsOf(text: string, before: Members): Members {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(`'${line}' is no NAME=value`);
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
