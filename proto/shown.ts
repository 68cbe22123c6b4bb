/** Messages for people: the numbers of enums become their names, all else stays. */
import { enumNamed, type FieldSchema, findMessage } from './schema.ts';

/** Never throws: what does not fit its type stays as it is. @param typeName full name of the message's type */
export function withNamedEnums(typeName: string, value: unknown): unknown {
  const fields = findMessage(typeName)?.fields;
  if (fields === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
    return value;
  const named: Record<string, unknown> = { ...value };
  for (const field of fields) {
    const member = named[field.name];
    if (member === undefined) continue;
    named[field.name] = Array.isArray(member)
      ? member.map((each) => memberShown(field, each))
      : memberShown(field, member);
  }
  return named;
}

function memberShown({ kind, rule, typeName }: FieldSchema, member: unknown): unknown {
  if (typeName === undefined || rule === 'map') return member;
  if (kind === 'message') return withNamedEnums(typeName, member);
  return typeof member === 'number' ? (enumNamed(typeName).names.get(member) ?? member) : member;
}
