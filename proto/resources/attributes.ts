/** Attributes of an agent as text: `rack:abc;zone:west;level:10;keys:[1000-1500]`. */

import type { Attribute } from '../generated/types/v1.ts';
import { ValueType } from '../generated/types/v1.ts';
import { ResourceError } from './error.ts';
import { parseValue } from './valueText.ts';

/**
 * Reads attributes: `name:value` items split at `;` or newline, each at its first `:`. Values are scalars, ranges or
 * text. Names may repeat. As in Mesos, blanks inside a value vanish and blanks before a name stay.
 *
 * @throws ResourceError naming the item and what was expected
 */
export function parseAttributes(text: string): Attribute[] {
  return text
    .split(/[;\n]/)
    .filter((item) => item !== '')
    .map(parseAttribute);
}

function parseAttribute(item: string): Attribute {
  const fail = (expected: string): never => {
    throw new ResourceError(`attribute "${item}": ${expected}`);
  };
  const colon = item.indexOf(':');
  if (colon < 0) return fail('expected name:value');
  const name = item.slice(0, colon);
  if (name === '') return fail('expected a name before the ":"');
  const value = parseValue(item.slice(colon + 1));
  if (typeof value === 'string') return fail(value);
  if (value.type === ValueType.SET) return fail('a set is not supported: expected a number, ranges or text');
  return { name, ...value };
}
