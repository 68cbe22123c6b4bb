/** State values as text. */

/** As xstate has them: the name of a state, or an object of regions. */
export type RawValue = string | { readonly [region: string]: RawValue | undefined };

/** `'a'`, `'a.b'`, and `'a{left.x,right.y}'` where regions run in parallel. */
export function valueText(value: RawValue): string {
  if (typeof value === 'string') return value;
  const parts = Object.entries(value).map(([key, child]) => joined(key, child));
  return parts.length === 1 ? (parts[0] ?? '') : `{${parts.join(',')}}`;
}

function joined(key: string, child: RawValue | undefined): string {
  const text = child === undefined ? '' : valueText(child);
  if (text === '') return key;
  return text.startsWith('{') ? key + text : `${key}.${text}`;
}

/** Every state that is active in `value`, as dotted paths: `{a: {b: 'c'}}` gives a, a.b, a.b.c. */
export function valuePaths(value: RawValue, prefix = ''): string[] {
  if (typeof value === 'string') return value === '' ? [] : [prefix + value];
  return Object.entries(value).flatMap(([key, child]) => [
    prefix + key,
    ...(child === undefined ? [] : valuePaths(child, `${prefix}${key}.`)),
  ]);
}
