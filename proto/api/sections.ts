/**
 * Big answers, written piece by piece so that whoever writes them can pause: a message whose lists are given as items that are made
 * only when it is their turn, and may be found only then. In JSON the lists show also when they are empty, as Mesos writes them by hand.
 */
import { encode } from '../codec.ts';
import { Chunks, lengthOf } from '../json/chunks.ts';
import { toJsonText } from '../json.ts';
import { JSON_TYPE, type MediaType } from '../mediaTypes.ts';
import { type FieldSchema, messageNamed } from '../schema.ts';
import type { Writing } from './readings.ts';

/** An item that knows how it is written: what does not change from one answer to the next is not written anew. */
export interface WrittenItem {
  /** Its JSON in UTF-8. */
  json(): Uint8Array;
  /** Its protobuf. */
  bytes(): Uint8Array;
}

/** An item that takes so long to make that it is made in steps. */
export interface SlowItem {
  steps(): Generator<undefined, object>;
}

/** Makes the message when it is its turn. */
export type Item = (() => object) | WrittenItem | SlowItem;

/** A field of a message: a list of messages, or a message made of sections itself. */
export type Section =
  | { readonly field: string; readonly items: Iterable<Item> }
  | {
      readonly field: string;
      readonly sections: readonly Section[];
      /** Fields behind the sections. */
      readonly rest?: object;
    };

/**
 * Writes a message of sections, with `plain` fields before them. Gives a piece of the body when there is one, and stops after each
 * item for the caller to look at the time. Of protobuf nothing leaves before all is written: it needs the length first.
 * @throws TypeError for a field that the type has not, EncodeError for an item that cannot be written
 */
export function* writeSections(
  typeName: string,
  type: MediaType,
  plain: object,
  sections: readonly Section[],
): Writing {
  const chunks = new Chunks();
  if (type === JSON_TYPE) {
    const head = toJsonText(typeName, plain).slice(0, -1);
    chunks.text(head);
    yield* jsonSections(typeName, sections, chunks, head !== '{');
    chunks.text('}');
  } else {
    chunks.bytes(encode(typeName, plain));
    yield* protobufSections(typeName, sections, chunks);
  }
  yield* chunks.end();
  return undefined;
}

type Steps = Generator<Uint8Array | undefined, void>;

function* jsonSections(
  typeName: string,
  sections: readonly Section[],
  chunks: Chunks,
  begun: boolean,
): Steps {
  let comma = begun;
  for (const section of sections) {
    const { typeName: inner = '' } = fieldOf(typeName, section.field);
    chunks.text(`${comma ? ',' : ''}"${section.field}":`);
    comma = true;
    if ('items' in section) {
      yield* jsonItems(inner, section.items, chunks);
      continue;
    }
    chunks.text('{');
    yield* jsonSections(inner, section.sections, chunks, false);
    if (section.rest !== undefined)
      chunks.text(toJsonText(inner, section.rest).replace(/^\{/, ',').slice(0, -1));
    chunks.text('}');
  }
}

function* jsonItems(typeName: string, items: Iterable<Item>, chunks: Chunks): Steps {
  let comma = '[';
  for (const item of items) {
    chunks.text(comma);
    comma = ',';
    if ('json' in item) chunks.bytes(item.json());
    else chunks.text(toJsonText(typeName, yield* madeOf(item)));
    yield chunks.take();
  }
  chunks.text(comma === '[' ? '[]' : ']');
}

function* protobufSections(
  typeName: string,
  sections: readonly Section[],
  chunks: Chunks,
): Generator<undefined, void> {
  for (const section of sections) {
    const field = fieldOf(typeName, section.field);
    if ('sections' in section) {
      const inner = new Chunks();
      yield* protobufSections(field.typeName ?? '', section.sections, inner);
      inner.bytes(encode(field.typeName ?? '', section.rest ?? {}));
      const whole = inner.end();
      chunks.bytes(headerOf(field, lengthOf(whole)));
      chunks.append(whole);
      continue;
    }
    for (const item of section.items) {
      const bytes = 'bytes' in item ? item.bytes() : encode(field.typeName ?? '', yield* madeOf(item));
      chunks.bytes(headerOf(field, bytes.length));
      chunks.bytes(bytes);
      yield;
    }
  }
}

function* madeOf(item: (() => object) | SlowItem): Generator<undefined, object> {
  return typeof item === 'function' ? item() : yield* item.steps();
}

/** Number and length before a message in a message (wire type 2). */
function headerOf({ id }: FieldSchema, length: number): Uint8Array {
  return Uint8Array.from([...varint(id * 8 + 2), ...varint(length)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}

function fieldOf(typeName: string, name: string): FieldSchema {
  const field = messageNamed(typeName).fields.find((each) => each.name === name);
  if (field === undefined) throw new TypeError(`${typeName}.${name}: no such field`);
  return field;
}
