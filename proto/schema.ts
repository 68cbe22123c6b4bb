// The message types of the house by full name, read from the generated descriptors one by one as they are needed.
// A type of the older dialect that has a twin in mesos.v1 (mesos.TaskInfo, mesos.master.Call) is found as it is
// written; every other type is in the v1 view (view.ts): what it refers to are v1 types.
import { descriptors } from './generated/descriptor.ts';
import type { DescriptorNode, FieldDescriptor } from './view.ts';
import { fieldNameInView, referenceInView } from './view.ts';

/** Protobuf scalar types that Mesos uses. */
export type ScalarType = 'double' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'bool' | 'string' | 'bytes';

/** What a field holds: a scalar, a number of an enum, or a message. */
export type FieldKind = ScalarType | 'enum' | 'message';

/** A field of a message type. */
export interface FieldSchema {
  readonly name: string;
  readonly id: number;
  readonly rule: 'required' | 'optional' | 'repeated' | 'map';
  readonly kind: FieldKind;
  /** Type of the keys, for maps. */
  readonly keyKind: ScalarType | undefined;
  /** Full name of the enum or message that the field holds. */
  readonly typeName: string | undefined;
  /** The default the .proto file names, enums as numbers. */
  readonly explicitDefault: string | number | boolean | undefined;
  readonly deprecated: boolean;
}

/** A message type: fields in order of declaration, and the names of the fields in each oneof. */
export interface MessageSchema {
  readonly name: string;
  readonly fields: readonly FieldSchema[];
  readonly oneofs: readonly (readonly string[])[];
}

/** An enum type. Of aliases the first declared names the number. */
export interface EnumSchema {
  readonly name: string;
  readonly first: number;
  readonly numbers: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

const SCALARS: ReadonlySet<string> = new Set<ScalarType>([
  'double',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
  'bytes',
]);

const nodes = new Map<string, DescriptorNode>();
const messages = new Map<string, MessageSchema>();
const enums = new Map<string, EnumSchema>();

/** The message type of that full name, `undefined` if there is none. */
export function findMessage(typeName: string): MessageSchema | undefined {
  const known = messages.get(typeName);
  if (known !== undefined) return known;
  const node = findNode(typeName);
  if (node?.fields === undefined) return undefined;
  const schema = messageSchema(typeName, node);
  messages.set(typeName, schema);
  return schema;
}

/**
 * The message type of that full name.
 * @throws TypeError if there is none
 */
export function messageNamed(typeName: string): MessageSchema {
  const schema = findMessage(typeName);
  if (schema === undefined) throw new TypeError(`${typeName}: no such message type`);
  return schema;
}

/**
 * The enum type of that full name.
 * @throws TypeError if there is none
 */
export function enumNamed(typeName: string): EnumSchema {
  const known = enums.get(typeName);
  if (known !== undefined) return known;
  const values = findNode(typeName)?.values;
  if (values === undefined) throw new TypeError(`${typeName}: no such enum`);
  const schema = enumSchema(typeName, values);
  enums.set(typeName, schema);
  return schema;
}

/** Full names of all message types, as written in the .proto files. */
export function messageNames(): string[] {
  for (const { path } of packages) load(path);
  return [...nodes].filter(([, node]) => node.fields !== undefined).map(([name]) => name);
}

function messageSchema(name: string, node: DescriptorNode): MessageSchema {
  const fields = Object.entries(node.fields ?? {}).map(([field, descriptor]) =>
    fieldSchema(name, field, descriptor),
  );
  return { name, fields, oneofs: Object.values(node.oneofs ?? {}).map(({ oneof }) => oneof) };
}

function fieldSchema(scope: string, name: string, descriptor: FieldDescriptor): FieldSchema {
  const options = descriptor.options ?? {};
  const scalar = SCALARS.has(descriptor.type);
  const typeName = scalar ? undefined : referenceInView(scope, descriptor.type.slice(1), hasNode);
  const isEnum = typeName !== undefined && findNode(typeName)?.values !== undefined;
  return {
    name: fieldNameInView(scope, name),
    id: descriptor.id,
    rule: descriptor.keyType === undefined ? (descriptor.rule ?? 'optional') : 'map',
    kind: isEnum ? 'enum' : scalar ? (descriptor.type as ScalarType) : 'message',
    keyKind: descriptor.keyType,
    typeName,
    explicitDefault:
      isEnum && typeof options.default === 'string'
        ? enumNamed(typeName).numbers.get(options.default)
        : options.default,
    deprecated: options.deprecated ?? false,
  };
}

function enumSchema(name: string, values: Readonly<Record<string, number>>): EnumSchema {
  const entries = Object.entries(values);
  const names = new Map(entries.map(([key, value]) => [value, key] as const).reverse());
  return { name, first: entries[0]?.[1] ?? 0, numbers: new Map(entries), names };
}

// --- descriptors, parsed file by file

/** Package of each file, the longest first: a type's name begins with the package of its file. */
const packages = Object.entries(descriptors)
  .map(([path, text]) => ({ path, prefix: `${/^\{"package":"([^"]*)"/.exec(text)?.[1] ?? ''}.` }))
  .sort((a, b) => b.prefix.length - a.prefix.length);

const loaded = new Set<string>();

function hasNode(typeName: string): boolean {
  return findNode(typeName) !== undefined;
}

function findNode(typeName: string): DescriptorNode | undefined {
  const known = nodes.get(typeName);
  if (known !== undefined) return known;
  for (const { path, prefix } of packages) {
    if (!typeName.startsWith(prefix) || loaded.has(path)) continue;
    load(path);
    const found = nodes.get(typeName);
    if (found !== undefined) return found;
  }
  return undefined;
}

function load(path: string): void {
  if (loaded.has(path)) return;
  loaded.add(path);
  const file = JSON.parse(descriptors[path] ?? '{}') as {
    package: string;
    nested: Record<string, DescriptorNode>;
  };
  addNodes(file.package, file.nested);
}

function addNodes(scope: string, nested: Readonly<Record<string, DescriptorNode>>): void {
  for (const [name, node] of Object.entries(nested)) {
    nodes.set(`${scope}.${name}`, node);
    if (node.nested !== undefined) addNodes(`${scope}.${name}`, node.nested);
  }
}
