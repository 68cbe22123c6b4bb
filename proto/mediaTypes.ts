/** The encodings of the v1 APIs: which one a request is in, and which one its client reads (v1-scheduler-api.md §2.2, §3). */
import { decodeAs, encodeAs } from './codec.ts';
import type { MessageTypes } from './generated/types/names.ts';
import { fromJsonText, toJsonText } from './json.ts';

export const JSON_TYPE = 'application/json';
export const PROTOBUF_TYPE = 'application/x-protobuf';

export type MediaType = typeof JSON_TYPE | typeof PROTOBUF_TYPE;

/** The encoding that a `Content-Type` names, letter by letter; undefined for every other one, also with parameters. */
export function mediaTypeOf(contentType: string): MediaType | undefined {
  return contentType === JSON_TYPE || contentType === PROTOBUF_TYPE ? contentType : undefined;
}

/** The encoding of an answer: JSON where the client takes it, else protobuf; undefined when it takes neither. */
export function answerTypeFor(accept: string | undefined): MediaType | undefined {
  return [JSON_TYPE, PROTOBUF_TYPE].find((type): type is MediaType => accepts(accept, type));
}

/** Whether the client reads that type. */
export function takes(accept: string | undefined, type: string): boolean {
  return accepts(accept, type);
}

/** The first of `type/subtype`, the range over the type and the range over all that is listed decides; quality only says no. */
function accepts(accept: string | undefined, type: string): boolean {
  if (accept === undefined) return true;
  const entries = accept
    .toLowerCase()
    .replaceAll(/\s/g, '')
    .split(',')
    .map((entry) => entry.split(';'));
  for (const range of [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*']) {
    const entry = entries.find(([name]) => name === range);
    if (entry !== undefined) return !entry.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}

/** @throws JsonMappingError, DecodeError saying what is wrong and where */
export function readMessage<Name extends keyof MessageTypes & string>(
  name: Name,
  type: MediaType,
  body: Uint8Array,
): MessageTypes[Name] {
  if (type === PROTOBUF_TYPE) return decodeAs(name, body);
  return fromJsonText(name, new TextDecoder().decode(body)) as MessageTypes[Name];
}

/** @throws EncodeError for a message that lacks a required field */
export function writeMessage<Name extends keyof MessageTypes & string>(
  name: Name,
  type: MediaType,
  message: MessageTypes[Name],
): Uint8Array | string {
  return type === PROTOBUF_TYPE ? encodeAs(name, message) : toJsonText(name, message);
}
