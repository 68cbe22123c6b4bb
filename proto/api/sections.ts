/**
 * Big answers, written piece by piece so that whoever writes them can pause: a message whose lists are given as items that are made
 * only when it is their turn. In JSON the lists show also when they are empty, as Mesos writes them by hand.
 */
import { encode } from '../codec.ts';
import { Chunks } from '../json/chunks.ts';
import { toJsonText } from '../json.ts';
import { JSON_TYPE, type MediaType } from '../mediaTypes.ts';
import { type FieldSchema, messageNamed } from '../schema.ts';

/** An item that knows how it is written: what does not change from one answer to the next is not written anew. */
export interface WrittenItem {
  /** Its JSON in UTF-8. */
  json(): Uint8Array;
  /** Its protobuf. */
  bytes(): Uint8Array;
}

/** Makes the message when it is its turn. */
export type Item = (() => object) | WrittenItem;

/** A field of a message: a list of messages, or a message made of sections itself. */
export type Section =
  | { readonly field: string; readonly items: readonly Item[] }
  | {
      readonly field: string;
      readonly sections: readonly Section[];
      /** Fields behind the sections. */
      readonly rest?: object;
    };

/** What is written so far. */
type Pieces = (Uint8Array | string)[];

/** Bytes, and how many they are. */
interface Written {
  readonly pieces: Pieces;
  readonly length: number;
}

/**
 * Writes a message of sections, with `plain` fields before them (in JSON) or wherever (in protobuf, where order says nothing).
 * Stops after each item for the caller to look at the time.
 * @returns pieces of one body
 * @throws TypeError for a field that the type has not, EncodeError for an item that cannot be written
 */
export function* writeSections(
  typeName: string,
  type: MediaType,
  plain: object,
  sections: readonly Section[],
): Generator<void, Pieces> {
  if (type !== JSON_TYPE) {
    const body = yield* protobufSections(typeName, sections);
    return [encode(typeName, plain), ...body.pieces];
  }
  const head = toJsonText(typeName, plain).slice(0, -1);
  const chunks = new Chunks();
  chunks.text(head);
  yield* jsonSections(typeName, sections, chunks, head !== '{');
  chunks.text('}');
  return chunks.end();
}

function* jsonSections(
  typeName: string,
  sections: readonly Section[],
  chunks: Chunks,
  begun: boolean,
): Generator<void, void> {
  let comma = begun;
  for (const section of sections) {
    const field = fieldOf(typeName, section.field);
    chunks.text(`${comma ? ',' : ''}"${section.field}":`);
    comma = true;
    if ('sections' in section) {
      chunks.text('{');
      yield* jsonSections(field.typeName ?? '', section.sections, chunks, false);
      if (section.rest !== undefined)
        chunks.text(
          toJsonText(field.typeName ?? '', section.rest)
            .replace(/^\{/, ',')
            .slice(0, -1),
        );
      chunks.text('}');
    } else yield* jsonItems(field.typeName ?? '', section.items, chunks);
  }
}

function* jsonItems(typeName: string, items: readonly Item[], chunks: Chunks): Generator<void, void> {
  let comma = '[';
  for (const item of items) {
    chunks.text(comma);
    comma = ',';
    if (typeof item === 'function') chunks.text(toJsonText(typeName, item()));
    else chunks.bytes(item.json());
    yield;
  }
  chunks.text(comma === '[' ? '[]' : ']');
}

function* protobufSections(typeName: string, sections: readonly Section[]): Generator<void, Written> {
  const pieces: Pieces = [];
  let length = 0;
  const add = (bytes: Uint8Array): void => {
    pieces.push(bytes);
    length += bytes.length;
  };
  for (const section of sections) {
    const field = fieldOf(typeName, section.field);
    if ('sections' in section) {
      const inner = yield* protobufSections(field.typeName ?? '', section.sections);
      const rest = encode(field.typeName ?? '', section.rest ?? {});
      add(headerOf(field, inner.length + rest.length));
      for (const piece of inner.pieces) pieces.push(piece);
      length += inner.length;
      add(rest);
      continue;
    }
    for (const item of section.items) {
      const bytes = typeof item === 'function' ? encode(field.typeName ?? '', item()) : item.bytes();
      add(headerOf(field, bytes.length));
      add(bytes);
      yield;
    }
  }
  return { pieces, length };
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

/** The pieces as one body. */
export function joined(pieces: Pieces): Uint8Array {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
