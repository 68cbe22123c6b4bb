// Makes the function that writes messages of one type as JSON text: straight-line JavaScript that joins texts, made when the
// type is first written. What is written and in which order: write.ts.
import type { FieldSchema, MessageSchema } from '../schema.ts';
import { enumNamed, messageNamed } from '../schema.ts';
import { isShared } from '../sharing.ts';
import { doubleText } from './text.ts';

/** Writes messages of one type. */
export interface TextWriter {
  write(message: object): string;
}

const writers = new Map<string, TextWriter>();

/**
 * The writer of a message type; made when it first writes.
 * @throws TypeError if there is no such message type
 */
export function textWriterOf(typeName: string): TextWriter {
  const known = writers.get(typeName);
  if (known !== undefined) return known;
  const schema = messageNamed(typeName);
  const writer: TextWriter = {
    write(message) {
      writer.write = isShared(typeName) ? keepingTexts(makeWriter(schema)) : makeWriter(schema);
      return writer.write(message);
    },
  };
  writers.set(typeName, writer);
  return writer;
}

/** Keeps the texts of messages that are shared, and so never change. */
function keepingTexts(write: TextWriter['write']): TextWriter['write'] {
  const texts = new WeakMap<object, string>();
  return (message) => {
    if (!Object.isFrozen(message)) return write(message);
    const known = texts.get(message);
    if (known !== undefined) return known;
    // As one string: what was put together of many parts would be kept as many.
    const text = Buffer.from(write(message)).toString();
    texts.set(message, text);
    return text;
  };
}

// --- what the made code calls

/** Names and numbers are short and plain; what must be escaped, and halves of characters, are JSON.stringify's affair. */
const NOT_PLAIN = /[^ !#-[\]-~\u00a0-\ud7ff\ue000-\uffff]/;
const SHORT = 64;

const texts = {
  string(value: unknown): string {
    const isPlain = typeof value === 'string' && value.length <= SHORT && !NOT_PLAIN.test(value);
    return isPlain ? `"${value}"` : JSON.stringify(value);
  },
  double: doubleText,
  bytes(value: Uint8Array): string {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  },
  /** A number that no name stands for can only have been put there by our own code: shown as it is. */
  enum(value: number, names: ReadonlyMap<number, string>): string {
    const name = names.get(value);
    return name === undefined ? String(value) : name;
  },
  message(value: object, writer: TextWriter): string {
    return writer.write(value);
  },
  list(values: readonly unknown[], text: (value: unknown, inner: unknown) => string, inner: unknown): string {
    let joined = '[';
    for (let i = 0; i < values.length; i++) joined += (i === 0 ? '' : ',') + text(values[i], inner);
    return `${joined}]`;
  },
  map(values: object, text: (value: unknown, inner: unknown) => string, inner: unknown): string {
    const entries = Object.entries(values);
    return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${text(value, inner)}`).join(',')}}`;
  },
  plain: String,
};

type Make = (help: typeof texts, inner: readonly unknown[]) => TextWriter['write'];

function makeWriter(schema: MessageSchema): TextWriter['write'] {
  const state = { sure: false };
  const lines = schema.fields.map((field, at) => fieldLine(field, at, state));
  // Only names and numbers from this project's own descriptors ever reach this text.
  const code = `'use strict'; return function ${schema.name.replaceAll('.', '_')}(message) {
    let text = '{', value;
    ${lines.join('\n')}
    return text + '}';
  };`;
  return (new Function('help', 'inner', code) as Make)(texts, schema.fields.map(innerOf));
}

/** What the text of a field's items needs: names of an enum, in quotes, or another writer. */
function innerOf({ kind, typeName = '' }: FieldSchema): unknown {
  if (kind === 'message') return textWriterOf(typeName);
  if (kind !== 'enum') return undefined;
  return new Map([...enumNamed(typeName).names].map(([number, name]) => [number, JSON.stringify(name)]));
}

/** @param state whether a member stands before this one in any case */
function fieldLine(field: FieldSchema, at: number, state: { sure: boolean }): string {
  const member = JSON.stringify(`"${field.name}":`);
  const begin = state.sure ? `',' + ${member}` : `(text.length > 1 ? ',' : '') + ${member}`;
  const name = JSON.stringify(field.name);
  const written = `text += ${begin} + ${valueCode(field, at)};`;
  const some = { repeated: 'value.length > 0', map: 'Object.keys(value).length > 0' };
  if (field.rule === 'repeated' || field.rule === 'map')
    return `if ((value = message[${name}]) != null && ${some[field.rule]}) ${written}`;
  const isShown = !field.deprecated && field.explicitDefault !== undefined;
  const otherwise = isShown ? `else text += ${begin} + ${JSON.stringify(defaultText(field))};` : '';
  if (isShown) state.sure = true;
  return `if ((value = message[${name}]) != null) ${written} ${otherwise}`;
}

function valueCode(field: FieldSchema, at: number): string {
  const text = `help.${kindText(field)}`;
  if (field.rule === 'repeated') return `help.list(value, ${text}, inner[${at}])`;
  if (field.rule === 'map') return `help.map(value, ${text}, inner[${at}])`;
  return field.kind === 'message' ? `inner[${at}].write(value)` : `${text}(value, inner[${at}])`;
}

function kindText({ kind }: FieldSchema): keyof typeof texts {
  const known = ['string', 'double', 'bytes', 'enum', 'message'] as const;
  return known.find((each) => each === kind) ?? 'plain';
}

function defaultText({ kind, typeName = '', explicitDefault }: FieldSchema): string {
  if (kind === 'enum') {
    const name = enumNamed(typeName).names.get(Number(explicitDefault));
    return name === undefined ? String(explicitDefault) : JSON.stringify(name);
  }
  if (kind === 'double') return doubleText(Number(explicitDefault));
  return kind === 'string' ? JSON.stringify(explicitDefault) : String(explicitDefault);
}
