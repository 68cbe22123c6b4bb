/** Messages of any type, at random. */
import fc from 'fast-check';
import type { FieldSchema } from '../../proto/schema.ts';
import { enumNamed, messageNamed } from '../../proto/schema.ts';

/** Values of a message type, at most `depth` levels deep; of each oneof at most one member is set. */
export function messages(typeName: string, depth: number): fc.Arbitrary<object> {
  const { fields, oneofs } = messageNamed(typeName);
  const inOneof = new Set(oneofs.flat());
  const usable = fields.filter(
    (field) => field.rule === 'required' || (depth > 0 && !inOneof.has(field.name)),
  );
  const plain = recordOf(usable, depth);
  const choices = depth > 0 ? oneofs.map((names) => oneOf(fields, names, depth)) : [];
  return fc.tuple(plain, ...choices).map((parts) => Object.assign({}, ...parts) as object);
}

function recordOf(fields: readonly FieldSchema[], depth: number): fc.Arbitrary<object> {
  const entries = fields.map((field) => [field.name, fieldValues(field, depth)] as const);
  const requiredKeys = fields.filter((field) => field.rule === 'required').map((field) => field.name);
  return fc.record(Object.fromEntries(entries), { requiredKeys, noNullPrototype: true });
}

function oneOf(
  fields: readonly FieldSchema[],
  names: readonly string[],
  depth: number,
): fc.Arbitrary<object> {
  const members = fields.filter(({ name }) => names.includes(name));
  const each = members.map((field) => fieldValues(field, depth).map((value) => ({ [field.name]: value })));
  return fc.oneof(fc.constant({}), ...each);
}

function fieldValues(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  const item = itemValues(field, depth);
  if (field.rule === 'repeated') return fc.array(item, { minLength: 1, maxLength: 3 });
  if (field.rule === 'map')
    return fc.dictionary(fc.string(), item, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
  return item;
}

function itemValues(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'message':
      return messages(field.typeName ?? '', depth - 1);
    case 'enum':
      return fc.constantFrom(...enumNamed(field.typeName ?? '').numbers.values());
    case 'string':
      return fc.string({ unit: 'grapheme' });
    case 'bytes':
      return fc.uint8Array({ maxLength: 100 }).map((bytes) => new Uint8Array(bytes));
    case 'bool':
      return fc.boolean();
    case 'double':
      return fc.double({ noNaN: true });
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.nat(2 ** 32 - 1);
    case 'int64':
      return fc.maxSafeInteger();
    case 'uint64':
      return fc.maxSafeNat();
  }
}
