// Makes the encoder and the decoder of one message type: straight-line JavaScript over a protobufjs writer or reader,
// made when a type is first met. Field order, wire types and merging follow the proto2 encoding rules.
import protobuf from 'protobufjs/minimal.js';
import type { FieldSchema, MessageSchema } from './schema.ts';
import { enumNamed, messageNamed } from './schema.ts';
import { sharing } from './sharing.ts';

// Without a Long class protobufjs reads and writes 64-bit numbers as JS numbers.
Reflect.set(protobuf.util, 'Long', undefined);
protobuf.configure();

/** Encoder and decoder of one type. Both throw plain errors that name type and field. */
export interface MessageCodec {
  encode(message: object, writer: protobuf.Writer, depth: number): void;
  decode(reader: protobuf.Reader, end: number, depth: number, into: object | undefined): object;
}

/** Messages nested deeper than this are refused, as Mesos' protobuf library does. */
const NESTING_MAX = 100;

/** Where the undecoded fields of a message are kept: raw tag and value, as they came. */
const UNKNOWN_FIELDS = Symbol('unknown fields');

interface Keeper {
  [UNKNOWN_FIELDS]?: Uint8Array[];
}

const codecs = new Map<string, MessageCodec>();

/** The codec of a message type; its two halves are made when first used. */
export function codecOf(typeName: string): MessageCodec {
  const known = codecs.get(typeName);
  if (known !== undefined) return known;
  const schema = messageNamed(typeName);
  const codec: MessageCodec = {
    encode(message, writer, depth) {
      codec.encode = makeEncoder(schema);
      codec.encode(message, writer, depth);
    },
    decode(reader, end, depth, into) {
      codec.decode = sharing(typeName, makeDecoder(schema));
      return codec.decode(reader, end, depth, into);
    },
  };
  codecs.set(typeName, codec);
  return codec;
}

// --- what the made code calls

const helpers = {
  tooDeep(typeName: string): never {
    throw new Error(`${typeName}: nested more than ${NESTING_MAX} deep`);
  },
  missing(typeName: string, field: string): never {
    throw new Error(`${typeName} lacks required field '${field}'`);
  },
  misfit(typeName: string, field: string, value: unknown): never {
    throw new Error(`${typeName}: ${field} cannot hold ${value === null ? 'null' : typeof value}`);
  },
  /** End of a length-delimited value inside a message that ends at `outer`. */
  endOf(reader: protobuf.Reader, outer: number): number {
    const length = reader.uint32();
    const end = reader.pos + length;
    if (end > outer) throw new RangeError(`${length} bytes announced, ${outer - reader.pos} left`);
    return end;
  },
  overrun(typeName: string): never {
    throw new RangeError(`a field of ${typeName} is longer than the message`);
  },
  skip(reader: protobuf.Reader, tag: number, message: Keeper, start: number): void {
    if (tag >>> 3 === 0) throw new RangeError('field number 0');
    reader.skipType(tag & 7);
    helpers.keep(reader, message, start);
  },
  keep(reader: protobuf.Reader, message: Keeper, start: number): void {
    const raw = reader.raw(start, reader.pos);
    const kept = message[UNKNOWN_FIELDS];
    if (kept !== undefined) kept.push(raw);
    else Object.defineProperty(message, UNKNOWN_FIELDS, { value: [raw], enumerable: false });
  },
  writeUnknown(message: Keeper, writer: protobuf.Writer): void {
    for (const raw of message[UNKNOWN_FIELDS] ?? []) writer.raw(raw);
  },
  setKey(map: object, key: string, value: unknown): void {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  },
};

type Make = (
  help: typeof helpers,
  inner: readonly (MessageCodec | undefined)[],
  known: readonly (ReadonlyMap<number, string> | undefined)[],
  unknownFields: symbol,
) => unknown;

function compile(
  schema: MessageSchema,
  fields: readonly FieldSchema[],
  parameters: string,
  body: string,
): unknown {
  // Only names and numbers from this project's own descriptors ever reach this text.
  const code = `'use strict'; return function ${schema.name.replaceAll('.', '_')}(${parameters}) {\n${body}\n};`;
  const make = new Function('help', 'inner', 'known', 'unknownFields', code) as Make;
  const inner = fields.map((field) => (field.kind === 'message' ? codecOf(field.typeName ?? '') : undefined));
  const known = fields.map((field) =>
    field.kind === 'enum' ? enumNamed(field.typeName ?? '').names : undefined,
  );
  return make(helpers, inner, known, UNKNOWN_FIELDS);
}

const WIRE_TYPES: Readonly<Record<FieldSchema['kind'], number>> = {
  double: 1,
  int32: 0,
  uint32: 0,
  int64: 0,
  uint64: 0,
  bool: 0,
  enum: 0,
  string: 2,
  bytes: 2,
  message: 2,
};

function tagOf(field: FieldSchema): number {
  return ((field.id << 3) | (field.rule === 'map' ? 2 : WIRE_TYPES[field.kind])) >>> 0;
}

/** Name of the reader's and writer's method for a scalar. */
function methodOf(kind: FieldSchema['kind']): string {
  return kind === 'enum' ? 'int32' : kind;
}

function byId(schema: MessageSchema): FieldSchema[] {
  return [...schema.fields].sort((a, b) => a.id - b.id);
}

// --- encoding

function makeEncoder(schema: MessageSchema): MessageCodec['encode'] {
  const fields = byId(schema);
  const lines = [`if (depth > ${NESTING_MAX}) help.tooDeep('${schema.name}');`, 'let v;'];
  fields.forEach((field, index) => {
    lines.push(`v = m.${field.name};`, ...encodeField(schema, field, index));
  });
  lines.push('if (m[unknownFields] !== undefined) help.writeUnknown(m, w);');
  return compile(schema, fields, 'm, w, depth', lines.join('\n')) as MessageCodec['encode'];
}

function encodeField(schema: MessageSchema, field: FieldSchema, index: number): string[] {
  const tag = tagOf(field);
  switch (field.rule) {
    case 'required':
      return [
        `if (v === undefined || v === null) help.missing('${schema.name}', '${field.name}');`,
        encodeValue(schema, field, index, tag, 'v'),
      ];
    case 'optional':
      return [`if (v !== undefined && v !== null) { ${encodeValue(schema, field, index, tag, 'v')} }`];
    case 'repeated':
      return [
        `if (v !== undefined && v !== null) for (let i = 0; i < v.length; i++) { ${encodeValue(schema, field, index, tag, 'v[i]')} }`,
      ];
    case 'map':
      return [
        'if (v !== undefined && v !== null) for (const k of Object.keys(v)) {',
        `w.uint32(${tag}).fork().uint32(10).string(k);`,
        encodeValue(schema, field, index, 16 | WIRE_TYPES[field.kind], 'v[k]'),
        'w.ldelim(); }',
      ];
  }
}

function encodeValue(
  schema: MessageSchema,
  field: FieldSchema,
  index: number,
  tag: number,
  value: string,
): string {
  const check = `if (${misfit(field, value)}) help.misfit('${schema.name}', '${field.name}', ${value});`;
  return field.kind === 'message'
    ? `${check} w.uint32(${tag}).fork(); inner[${index}].encode(${value}, w, depth + 1); w.ldelim();`
    : `${check} w.uint32(${tag}).${methodOf(field.kind)}(${value});`;
}

/** Condition under which a value is not of its field's type; the writer would write nonsense without a word. */
function misfit(field: FieldSchema, value: string): string {
  switch (field.kind) {
    case 'message':
      return `typeof ${value} !== 'object' || ${value} === null`;
    case 'bytes':
      return `!(${value} instanceof Uint8Array)`;
    case 'string':
      return `typeof ${value} !== 'string'`;
    case 'bool':
      return `typeof ${value} !== 'boolean'`;
    default:
      return `typeof ${value} !== 'number'`;
  }
}

// --- decoding

function makeDecoder(schema: MessageSchema): MessageCodec['decode'] {
  const fields = byId(schema);
  const cases = fields.map((field, index) => decodeCases(schema, field, index));
  const checks = fields
    .filter((field) => field.rule === 'required')
    .map((field) => `if (m.${field.name} === undefined) help.missing('${schema.name}', '${field.name}');`);
  const body = [
    `if (depth > ${NESTING_MAX}) help.tooDeep('${schema.name}');`,
    'const m = into === undefined ? {} : into;',
    'while (r.pos < end) {',
    'const start = r.pos; const tag = r.uint32();',
    'switch (tag) {',
    ...cases,
    'default: help.skip(r, tag, m, start);',
    '} }',
    `if (r.pos !== end) help.overrun('${schema.name}');`,
    ...checks,
    'return m;',
  ];
  return compile(schema, fields, 'r, end, depth, into', body.join('\n')) as MessageCodec['decode'];
}

function decodeCases(schema: MessageSchema, field: FieldSchema, index: number): string {
  const others = schema.oneofs.find((members) => members.includes(field.name)) ?? [];
  const clear = others.filter((name) => name !== field.name).map((name) => `delete m.${name};`);
  const target = `m.${field.name}`;
  switch (field.rule) {
    case 'map':
      return `case ${tagOf(field)}: { ${decodeMapEntry(field, index)} break; }`;
    case 'repeated': {
      const push = (value: string) =>
        `if (${target} === undefined) ${target} = [${value}]; else ${target}.push(${value});`;
      const one = `case ${tagOf(field)}: { ${decodeValue(field, index, push, 'undefined')} break; }`;
      return one + decodePacked(field, index, push);
    }
    default: {
      const set = (value: string) => `${target} = ${value};`;
      const merged = field.kind === 'message' ? target : 'undefined';
      return `case ${tagOf(field)}: { ${decodeValue(field, index, set, merged)} ${clear.join(' ')} break; }`;
    }
  }
}

function decodeValue(
  field: FieldSchema,
  index: number,
  store: (value: string) => string,
  into: string,
  start = 'start',
): string {
  switch (field.kind) {
    case 'message':
      return `const e = help.endOf(r, end); const v = inner[${index}].decode(r, e, depth + 1, ${into}); ${store('v')}`;
    case 'enum':
      return `const v = r.int32(); if (known[${index}].has(v)) { ${store('v')} } else help.keep(r, m, ${start});`;
    default:
      return `const v = r.${field.kind}(); ${store('v')}`;
  }
}

/** Packed input is accepted for every repeated number, as proto2 parsers must; it is never written. */
function decodePacked(field: FieldSchema, index: number, push: (value: string) => string): string {
  if (WIRE_TYPES[field.kind] === 2) return '';
  const packed = ((field.id << 3) | 2) >>> 0;
  const read = methodOf(field.kind);
  const accept = field.kind === 'enum' ? `if (known[${index}].has(v)) { ${push('v')} }` : push('v');
  return `\ncase ${packed}: { const e = help.endOf(r, end); while (r.pos < e) { const v = r.${read}(); ${accept} } if (r.pos !== e) help.overrun('${field.name}'); break; }`;
}

/** A map entry is a message of key 1 and value 2; a missing value is the type's zero. */
function decodeMapEntry(field: FieldSchema, index: number): string {
  const zero = field.kind === 'message' ? `inner[${index}].decode(r, r.pos, depth + 1, undefined)` : "''";
  const value =
    field.kind === 'message'
      ? `const ve = help.endOf(r, e); v = inner[${index}].decode(r, ve, depth + 1, undefined);`
      : `v = r.${field.kind}();`;
  return [
    "const e = help.endOf(r, end); let k = '', v;",
    'while (r.pos < e) { const t = r.uint32();',
    'if (t === 10) k = r.string();',
    `else if (t === ${16 | WIRE_TYPES[field.kind]}) { ${value} }`,
    'else r.skipType(t & 7); }',
    "if (r.pos !== e) help.overrun('map entry');",
    `if (v === undefined) v = ${zero};`,
    `if (m.${field.name} === undefined) m.${field.name} = {};`,
    `if (k === '__proto__') help.setKey(m.${field.name}, k, v); else m.${field.name}[k] = v;`,
  ].join(' ');
}
