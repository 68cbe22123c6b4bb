/**
 * Reading JSON of people and programs: each reader checks one shape and says, in the words that Marathon's clients know, what
 * was wrong and where. Readers also describe themselves as JSON schemas.
 */

/** Something wrong in a document: slash-separated path, and what was expected there. */
export interface Problem {
  readonly path: string;
  readonly error: string;
}

export interface Reader<T> {
  /** @returns undefined, and adds to `problems`, when the value has another shape */
  read(value: unknown, path: string, problems: Problem[]): T | undefined;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What a reader gives. */
export type Read<R> = R extends Reader<infer T> ? T : never;

export type Fields = Readonly<Record<string, Reader<unknown>>>;
export type ReadFields<F extends Fields> = { readonly [K in keyof F]?: Read<F[K]> };

function reader<T>(
  schema: Readonly<Record<string, unknown>>,
  error: string,
  accept: (value: unknown) => T | undefined,
): Reader<T> {
  return {
    schema,
    read: (value, path, problems) => {
      const read = accept(value);
      if (read === undefined) problems.push({ path: path || '/', error });
      return read;
    },
  };
}

/** Any text without a NUL, which no command line or path can hold. */
export const text = reader<string>({ type: 'string' }, 'error.expected.jsstring', (value) =>
  typeof value === 'string' && !value.includes('\0') ? value : undefined,
);

export const number = reader<number>({ type: 'number' }, 'error.expected.jsnumber', (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined,
);

export const whole = reader<number>({ type: 'integer' }, 'error.expected.int', (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined,
);

export const flag = reader<boolean>({ type: 'boolean' }, 'error.expected.jsboolean', (value) =>
  typeof value === 'boolean' ? value : undefined,
);

/** Any object, its members unread. */
export const anyObject = reader<Readonly<Record<string, unknown>>>(
  { type: 'object' },
  'error.expected.jsobject',
  (value) => (isObject(value) ? value : undefined),
);

/** One of these words, in any case; given back as written here. */
export function word<const W extends string>(...words: readonly W[]): Reader<W> {
  const expected = `error.expected.one of ${words.join(', ')}`;
  return reader<W>({ type: 'string', enum: words }, expected, (value) =>
    typeof value === 'string' ? words.find((each) => each.toLowerCase() === value.toLowerCase()) : undefined,
  );
}

/** A number of a shape, or one word. */
export function either<A, B>(one: Reader<A>, other: Reader<B>): Reader<A | B> {
  return {
    schema: { anyOf: [one.schema, other.schema] },
    read: (value, path, problems) => {
      const tried: Problem[] = [];
      const first = one.read(value, path, tried);
      if (tried.length === 0 && first !== undefined) return first;
      const second: Problem[] = [];
      const read = other.read(value, path, second);
      if (second.length === 0) return read;
      problems.push(...(isObject(value) === (one.schema['type'] === 'object') ? tried : second));
      return undefined;
    },
  };
}

export function list<T>(of: Reader<T>): Reader<readonly T[]> {
  return {
    schema: { type: 'array', items: of.schema },
    read: (value, path, problems) => {
      if (!Array.isArray(value)) {
        problems.push({ path: path || '/', error: 'error.expected.jsarray' });
        return undefined;
      }
      const read = value.map((each: unknown, index) => of.read(each, `${path}(${index})`, problems));
      return read.filter((each): each is NonNullable<typeof each> => each !== undefined) as T[];
    },
  };
}

/** An object whose members all have one shape. */
export function mapOf<T>(of: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return {
    schema: { type: 'object', additionalProperties: of.schema },
    read: (value, path, problems) => {
      if (!isObject(value)) {
        problems.push({ path: path || '/', error: 'error.expected.jsobject' });
        return undefined;
      }
      const members: [string, T][] = [];
      for (const [key, each] of Object.entries(value)) {
        const read = of.read(each, `${path}/${key}`, problems);
        if (read !== undefined) members.push([key, read]);
      }
      return Object.fromEntries(members);
    },
  };
}

/**
 * An object with these members, each of which may be missing or null unless it is named in `required`. Members it does not
 * know are let pass, as clients of several ages rely on that; `unknownMembers` names them.
 */
export function object<F extends Fields>(
  fields: F,
  required: readonly (keyof F & string)[] = [],
): Reader<ReadFields<F>> {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema]));
  return {
    schema: { type: 'object', properties, ...(required.length > 0 && { required }) },
    read: (value, path, problems) => {
      if (!isObject(value)) {
        problems.push({ path: path || '/', error: 'error.expected.jsobject' });
        return undefined;
      }
      const members: [string, unknown][] = [];
      for (const [name, field] of Object.entries(fields)) {
        const given = value[name];
        if (given === undefined || given === null) {
          if (required.includes(name))
            problems.push({ path: `${path}/${name}`, error: 'error.path.missing' });
          continue;
        }
        const read = field.read(given, `${path}/${name}`, problems);
        if (read !== undefined) members.push([name, read]);
      }
      return Object.fromEntries(members) as ReadFields<F>;
    },
  };
}

/** Members of the document that the reader's object does not know. */
export function unknownMembers(document: unknown, of: Reader<unknown>): string[] {
  const known = of.schema['properties'];
  if (!isObject(document) || !isObject(known)) return [];
  return Object.keys(document).filter((name) => known[name] === undefined);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
