/**
 * The kinds of flags a table is made of: `port({ default: 5050, help: '…' })`.
 *
 * With a `default` or `required: true` the value is always there; without, its type includes undefined.
 */
import { isIP } from 'node:net';
import {
  BYTES_EXPECTED,
  DURATION_EXPECTED,
  formatBytes,
  formatDuration,
  formatRate,
  parseBytes,
  parseDuration,
  parseRate,
  RATE_EXPECTED,
  type Rate,
} from '../units/index.ts';
import { type AlwaysPresent, type Flag, type FlagOptions, type Kind, messageOf } from './flag.ts';
import { formatHostPort, type HostPort, parseHostPort } from './hostPort.ts';

/** Makes flags of one kind; `Extra` is what only this kind can be told. */
export interface FlagMaker<T, Extra> {
  (options: FlagOptions & Extra & AlwaysPresent): Flag<T>;
  (options: FlagOptions & Extra): Flag<T | undefined>;
}

/** Bounds, both included. */
export interface Bounds<T> {
  readonly min?: T;
  readonly max?: T;
}

/** A row of a table: one kind with one set of options. New kinds are made with this. */
export function flagOf<T>(kind: Kind<T>, options: FlagOptions): Flag<T> {
  return {
    kind,
    help: options.help,
    defaultText: options.default === undefined ? undefined : String(options.default),
    required: options.required === true,
    aliases: options.aliases ?? [],
    secret: options.secret === true,
  };
}

function maker<T, Extra = unknown>(kindOf: (extra: Extra) => Kind<T>): FlagMaker<T, Extra> {
  return (options: FlagOptions & Extra) => flagOf(kindOf(options), options);
}

const expectedOf = (expected: string, text: string) => new Error(`expected ${expected}, got '${text}'`);

interface StringOptions {
  /** @throws Error saying what was expected */
  readonly validate?: (text: string) => void;
  /** What a value must be, with its article, for help and errors: `resources such as cpus:4;mem:1024`. */
  readonly expected?: string;
}

/** Any text, or any that `validate` lets pass; the value is the text as given. */
export const string = maker<string, StringOptions>(({ validate, expected = 'a text' }) => ({
  placeholder: 'TEXT',
  expected,
  parse: (given) => {
    validate?.(given);
    return given;
  },
  print: (value) => value,
}));

/** `--flag`, `--no-flag`, `--flag=true`, `--flag=false`. Without a default it is false. */
export function boolean(options: FlagOptions): Flag<boolean> {
  return flagOf(booleanKind, { default: false, ...options });
}

const booleanKind: Kind<boolean> = {
  placeholder: 'true|false',
  expected: 'true or false',
  form: 'switch',
  parse: (text) => {
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0') return false;
    throw expectedOf('true or false', text);
  },
  print: String,
};

/** A number, whole or not. */
export const number = maker<number, Bounds<number>>((bounds) =>
  numeric('NUMBER', 'a number', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, bounds),
);

/** A whole number within ±2^53. */
export const integer = maker<number, Bounds<number>>((bounds) =>
  numeric('NUMBER', 'a whole number', /^[+-]?\d+$/, {
    min: bounds.min ?? Number.MIN_SAFE_INTEGER,
    max: bounds.max ?? Number.MAX_SAFE_INTEGER,
  }),
);

/** A TCP port; 0 lets the system choose. */
export const port = maker<number>(() => numeric('PORT', 'a port number', /^\d+$/, { min: 0, max: 65535 }));

/** A duration, as milliseconds. Bounds are durations too: `min: '1secs'`. */
export const duration = maker<number, Bounds<string>>((bounds) =>
  bounded('DURATION', DURATION_EXPECTED, 'a duration', bounds, parseDuration, formatDuration),
);

/** A number of bytes. Bounds are texts too: `max: '1GB'`. */
export const bytes = maker<number, Bounds<string>>((bounds) =>
  bounded('BYTES', BYTES_EXPECTED, 'a number of bytes', bounds, parseBytes, formatBytes),
);

/** Permits per duration: `2/1secs`. */
export const rate = maker<Rate>(() => ({
  placeholder: 'RATE',
  expected: RATE_EXPECTED,
  parse: parseRate,
  print: formatRate,
}));

/** An IPv4 or IPv6 address. */
export const ip = maker<string>(() => ({
  placeholder: 'IP',
  expected: 'an IPv4 or IPv6 address',
  parse: (text) => {
    if (isIP(text) === 0) throw expectedOf('an IPv4 or IPv6 address', text);
    return text;
  },
  print: (address) => address,
}));

/** `host:port`; a host without one gets `defaultPort` when there is such. */
export const hostport = maker<HostPort, { readonly defaultPort?: number }>(({ defaultPort }) => ({
  placeholder: 'HOST:PORT',
  expected: 'host:port',
  parse: (text) => parseHostPort(text, defaultPort),
  print: formatHostPort,
}));

/** A file or folder. A `file://` prefix is stripped; nothing is read. */
export const path = maker<string>(() => ({
  placeholder: 'PATH',
  expected: 'a path',
  form: 'path',
  parse: (text) => {
    if (text === '' || text.includes('\0')) throw expectedOf('a path', text);
    return text;
  },
  print: (file) => file,
}));

/** Words between commas; blanks around them and empty words are dropped. */
export const list = maker<readonly string[]>(() => ({
  placeholder: 'A,B,…',
  expected: 'words separated by commas',
  parse: (text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  print: (words) => words.join(','),
}));

interface ChoiceOptions<V extends string> extends FlagOptions {
  readonly values: readonly V[];
}

/** One of the given words, exactly as written. */
export function choice<const V extends string>(options: ChoiceOptions<V> & AlwaysPresent): Flag<V>;
export function choice<const V extends string>(options: ChoiceOptions<V>): Flag<V | undefined>;
export function choice<const V extends string>(options: ChoiceOptions<V>): Flag<V> {
  const expected = `one of ${options.values.join(', ')}`;
  const parse = (text: string): V => {
    const value = options.values.find((each) => each === text);
    if (value === undefined) throw expectedOf(expected, text);
    return value;
  };
  return flagOf({ placeholder: options.values.join('|'), expected, parse, print: (value) => value }, options);
}

interface TextOptions<T> extends FlagOptions {
  /** What a value must be, with its article, for help and errors: `a percentage such as 50%`. */
  readonly expected: string;
  readonly placeholder?: string;
  /** @throws Error saying what was wrong */
  readonly parse: (text: string) => T;
  readonly print?: (value: T) => string;
}

/** Text of a form of its own, read by the given function. */
export function text<T>(options: TextOptions<T> & AlwaysPresent): Flag<T>;
export function text<T>(options: TextOptions<T>): Flag<T | undefined>;
export function text<T>(options: TextOptions<T>): Flag<T> {
  const { expected, placeholder = 'TEXT', parse, print = String } = options;
  return flagOf({ placeholder, expected, parse, print }, options);
}

interface JsonOptions<T> extends FlagOptions {
  /** Turns what JSON.parse gave into the value. @throws Error naming the field that is wrong */
  readonly validate: (value: unknown) => T;
}

/** A JSON document, given directly, as `file://PATH`, or as an absolute path. */
export function json<T>(options: JsonOptions<T> & AlwaysPresent): Flag<T>;
export function json<T>(options: JsonOptions<T>): Flag<T | undefined>;
export function json<T>(options: JsonOptions<T>): Flag<T> {
  const parse = (document: string) => options.validate(parseJson(document));
  const kind = { placeholder: 'JSON|PATH', expected: 'a JSON document', form: 'document' as const };
  return flagOf({ ...kind, parse, print: (value) => JSON.stringify(value) }, options);
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    throw new Error(`expected a JSON document: ${messageOf(error)}`);
  }
}

function numeric(placeholder: string, noun: string, syntax: RegExp, bounds: Bounds<number>): Kind<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  const expected = `${noun}${rangeText(bounds, String)}`;
  const parse = (digits: string) => {
    const value = syntax.test(digits) ? Number(digits) : Number.NaN;
    if (!(value >= min && value <= max)) throw expectedOf(expected, digits);
    return value;
  };
  return { placeholder, expected, parse, print: String };
}

function bounded(
  placeholder: string,
  form: string,
  noun: string,
  bounds: Bounds<string>,
  parse: (text: string) => number,
  print: (value: number) => string,
): Kind<number> {
  const min = bounds.min === undefined ? Number.NEGATIVE_INFINITY : parse(bounds.min);
  const max = bounds.max === undefined ? Number.POSITIVE_INFINITY : parse(bounds.max);
  const range = rangeText(bounds, (bound) => bound);
  const check = (given: string) => {
    const value = parse(given);
    if (value < min || value > max) throw expectedOf(`${noun}${range}`, given);
    return value;
  };
  return { placeholder, expected: range === '' ? form : `${noun}${range}`, parse: check, print };
}

/** ` 0…65535`, ` of at least 1`, ` of at most 5mins`, or nothing. The limits of a double's whole numbers go unsaid. */
function rangeText<T extends string | number>({ min, max }: Bounds<T>, print: (bound: T) => string): string {
  const low = min === undefined || min === Number.MIN_SAFE_INTEGER ? undefined : print(min);
  const high = max === undefined || max === Number.MAX_SAFE_INTEGER ? undefined : print(max);
  if (low !== undefined && high !== undefined) return ` ${low}…${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  return high === undefined ? '' : ` of at most ${high}`;
}
