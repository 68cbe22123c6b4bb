/** Facts beside a message: `{ agent_id, task_id }`. Any value is allowed; `plainFields` makes it safe to write. */
export type Fields = Readonly<Record<string, unknown>>;

/** What JSON can hold. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Names whose values never reach a log, wherever in a field they stand; compared in lower case. */
export const SECRET_NAMES: ReadonlySet<string> = new Set([
  'secret',
  'password',
  'token',
  'authorization',
  'credential',
  'credentials',
  'jwt_secret_key',
  'cluster_secret',
  'private_key',
]);

export const REDACTED = '<redacted>';

const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const TEXT_MAX = 16 * 1024;

/** Fields as plain data: secrets veiled, errors and bytes described, everything bounded. Never throws. */
export function plainFields(
  fields: Fields,
  secretNames: ReadonlySet<string> = SECRET_NAMES,
): Record<string, Plain> {
  const plain: Record<string, Plain> = {};
  try {
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      plain[name] = secretNames.has(name.toLowerCase()) ? REDACTED : plainValue(value, secretNames, 0);
    }
  } catch (error) {
    plain['logging_error'] = `a field cannot be read: ${String(error)}`;
  }
  return plain;
}

function plainValue(value: unknown, secretNames: ReadonlySet<string>, depth: number): Plain {
  switch (typeof value) {
    case 'string':
      return bounded(value);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      return value === null ? null : plainObject(value, secretNames, depth);
    default:
      return bounded(String(value)); // bigint, symbol, function, undefined
  }
}

function plainObject(value: object, secretNames: ReadonlySet<string>, depth: number): Plain {
  if (value instanceof Error) return { message: bounded(value.message), stack: bounded(value.stack ?? '') };
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (depth === DEPTH_MAX) return '<too deep>';
  if (Array.isArray(value) || value instanceof Set)
    return Array.from(value)
      .slice(0, ITEMS_MAX)
      .map((item) => plainValue(item, secretNames, depth + 1));
  const entries = value instanceof Map ? Array.from(value) : Object.entries(value);
  const plain: Record<string, Plain> = {};
  for (const [key, item] of entries.slice(0, ITEMS_MAX)) {
    const name = String(key);
    if (item === undefined) continue;
    plain[name] = secretNames.has(name.toLowerCase()) ? REDACTED : plainValue(item, secretNames, depth + 1);
  }
  return plain;
}

function bounded(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}… (${text.length} characters)`;
}
