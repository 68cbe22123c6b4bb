/**
 * What a person is shown of a value that may be anything: a copy that JSON can carry, of bounded size, without secrets. Making it
 * costs as little for a megabyte as for a few lines.
 */

const VALUES_MAX = 1500;
const ITEMS_MAX = 100;
const DEPTH_MAX = 20;
const CHARACTERS_MAX = 2000;
const BYTES_SHOWN_MAX = 64;
const SECRET = /secret|password|passwd|token|credential|authorization|private_?key/i;
const HIDDEN = '(not shown)';

/** Values that may still be copied. */
interface Room {
  values: number;
}

/** Never throws; what is left out is said in words. */
export function excerpt(value: unknown): unknown {
  return copied(value, { values: VALUES_MAX }, 0);
}

function copied(value: unknown, room: Room, depth: number): unknown {
  room.values--;
  if (typeof value === 'string')
    return value.length > CHARACTERS_MAX
      ? `${value.slice(0, CHARACTERS_MAX)}… (${value.length} characters)`
      : value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array)
    return { bytes: value.length, hex: Buffer.from(value.subarray(0, BYTES_SHOWN_MAX)).toString('hex') };
  if (depth > DEPTH_MAX || room.values < 0) return '…';
  if (value instanceof Map) return copied(Object.fromEntries(value), room, depth);
  return Array.isArray(value) || value instanceof Set
    ? items([...value], room, depth)
    : members(value, room, depth);
}

function items(values: readonly unknown[], room: Room, depth: number): unknown[] {
  const shown = values.slice(0, ITEMS_MAX).map((each) => copied(each, room, depth + 1));
  return values.length > ITEMS_MAX ? [...shown, `… and ${values.length - ITEMS_MAX} more`] : shown;
}

function members(value: object, room: Room, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  // Variables of environments: {name: 'DB_PASSWORD', value: …}.
  const namesSecret = 'name' in value && typeof value.name === 'string' && SECRET.test(value.name);
  for (const [name, each] of Object.entries(value)) {
    if (room.values < 0) {
      shown['…'] = 'more is not shown';
      break;
    }
    if (each === undefined) continue;
    const isHidden = SECRET.test(name) || (name === 'value' && namesSecret);
    shown[name] = isHidden ? HIDDEN : copied(each, room, depth + 1);
  }
  return shown;
}
