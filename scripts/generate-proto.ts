// Writes proto/generated/ from the .proto files: one JSON descriptor and one TypeScript view of them.
// Run compiled: `npm run generate`. A test proves that what is committed is what this makes today.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import protobuf from 'protobufjs';
import { v1NameOf } from '../proto/view.ts';

/** A generated file: where it goes, relative to proto/generated/, and what it holds. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Which .proto files get TypeScript types, in which module, and the prefix their flat names carry.
 * Of mesos/mesos.proto only the one type is needed that has no full v1 twin. Files that are not named here (the v0 twins of v1 files, the replicated log, image specs) are in the
 * descriptor only: nothing in the house holds their messages as objects.
 */
const MODULES: readonly (readonly [proto: string, module: string, prefix: string, only?: string])[] = [
  ['google/protobuf/duration.proto', 'google', 'Protobuf'],
  ['mesos/v1/mesos.proto', 'v1', ''],
  ['mesos/v1/scheduler.proto', 'scheduler', 'Scheduler'],
  ['mesos/v1/executor.proto', 'executor', 'Executor'],
  ['mesos/v1/master.proto', 'master', 'Master'],
  ['mesos/v1/agent.proto', 'agent', 'Agent'],
  ['mesos/v1/allocator.proto', 'allocator', 'Allocator'],
  ['mesos/v1/maintenance.proto', 'maintenance', 'Maintenance'],
  ['mesos/v1/quota.proto', 'quota', 'Quota'],
  ['mesos/v1/resource_provider.proto', 'resource_provider', 'ResourceProvider'],
  ['mesos/resource_provider/registry.proto', 'resource_provider_registry', 'ResourceProviderRegistry'],
  ['mesos/mesos.proto', 'agent_info', '', 'SlaveInfo'],
  ['mesos/internal/messages.proto', 'internal', ''],
  ['mesos/internal/authentication.proto', 'authentication', ''],
  ['mesos/internal/registry.proto', 'registry', ''],
  ['mesos/internal/flags.proto', 'flags', ''],
  ['mesos/internal/slave/cni.proto', 'cni', 'Cni'],
  ['mesos/internal/state.proto', 'state', 'State'],
  ['mesos/internal/state_operation.proto', 'state_operation', 'State'],
  ['mesos/internal/slave/state.proto', 'agent_state', ''],
  ['mesos/slave/containerizer.proto', 'containerizer', ''],
  ['mesos/slave/oversubscription.proto', 'oversubscription', ''],
  ['mesos/acls.proto', 'acls', ''],
  ['mesos/authorization.proto', 'authorization', 'Authorization'],
  ['mesos/fetcher.proto', 'fetcher', ''],
  ['mesos/uri.proto', 'uri', ''],
  ['mesos/module.proto', 'modules', ''],
  ['mesos/seccomp.proto', 'seccomp', ''],
  ['docker/spec.proto', 'docker', 'Docker'],
  ['appc/spec.proto', 'appc', 'Appc'],
];

const HEADER =
  '// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.\n';
const LINE_WIDTH = 110;

/** Protobuf scalar → TypeScript. 64-bit numbers are JS numbers in this house (exact up to 2^53). */
const SCALARS: Readonly<Record<string, string>> = {
  double: 'number',
  float: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'number',
  uint64: 'number',
  bool: 'boolean',
  string: 'string',
  bytes: 'Uint8Array',
};

interface Named {
  readonly name: string;
  readonly module: string;
}

/** Paths of all .proto files below `directory`, relative, sorted. */
export function protoFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto'))
    .map((name) => name.split(path.sep).join('/'))
    .sort();
}

/** Parses every .proto file below `directory` into one root with all references resolved. */
export function parseProtos(directory: string): protobuf.Root {
  const root = new protobuf.Root();
  for (const file of protoFiles(directory)) {
    // protobufjs stamps this on what it declares; it is missing from its typings.
    Reflect.set(protobuf.parse, 'filename', file);
    protobuf.parse(readFileSync(path.join(directory, file), 'utf8'), root, {
      keepCase: true,
      alternateCommentMode: true,
    });
  }
  Reflect.set(protobuf.parse, 'filename', null);
  root.resolveAll();
  return root;
}

/** Everything that belongs in proto/generated/, made from the .proto files below `directory`. */
export function generate(directory: string): GeneratedFile[] {
  const root = parseProtos(directory);
  const files = protoFiles(directory);
  const names = flatNames(root);
  const modules = MODULES.map(([file, module, , only]) => ({
    path: `types/${module}.ts`,
    text: moduleText(declaredIn(root, file, only), module, names),
  }));
  return [
    { path: 'descriptor.ts', text: descriptorText(root, files) },
    ...modules,
    { path: 'types/names.ts', text: namesText(root, names) },
    { path: 'types/index.ts', text: indexText() },
  ];
}

// --- names

type Declared = protobuf.Type | protobuf.Enum;

function isDeclared(object: protobuf.ReflectionObject): object is Declared {
  return object instanceof protobuf.Type || object instanceof protobuf.Enum;
}

function nested(object: protobuf.NamespaceBase): protobuf.ReflectionObject[] {
  return object.nestedArray;
}

/** Messages and enums declared at the top of one file, in order of declaration. */
function topLevel(root: protobuf.Root, file: string): Declared[] {
  const found: Declared[] = [];
  const visit = (object: protobuf.ReflectionObject): void => {
    if (isDeclared(object)) {
      if (object.filename === file) found.push(object);
    } else if (object instanceof protobuf.Namespace) {
      nested(object).forEach(visit);
    }
  };
  visit(root);
  return found;
}

/** A message or enum and what is declared inside it, outermost first. */
function withNested(object: Declared): Declared[] {
  if (!(object instanceof protobuf.Type)) return [object];
  return [object, ...nested(object).filter(isDeclared).flatMap(withNested)];
}

/** All messages and enums of a file, outer before inner; or the one message alone that is named. */
function declaredIn(root: protobuf.Root, file: string, only?: string): Declared[] {
  const tops = topLevel(root, file);
  return only === undefined ? tops.flatMap(withNested) : tops.filter((top) => top.name === only);
}

function fullName(object: protobuf.ReflectionObject): string {
  return object.fullName.replace(/^\./, '');
}

/**
 * The naming rule: package prefix (see MODULES; not repeated where the name begins with it), then the path
 * inside the package, joined: `mesos.v1.scheduler.Call.Accept` is `SchedulerCallAccept`,
 * `mesos.v1.quota.QuotaConfig` is `QuotaConfig`, `mesos.v1.TaskStatus.Reason` is `TaskStatusReason`.
 */
function flatNames(root: protobuf.Root): Map<string, Named> {
  const names = new Map<string, Named>();
  const taken = new Map<string, string>();
  for (const [file, module, prefix, only] of MODULES) {
    for (const object of declaredIn(root, file, only)) {
      const local = localName(object);
      const name = local.startsWith(prefix) ? local : prefix + local;
      const other = taken.get(name);
      if (other !== undefined)
        throw new Error(`${fullName(object)} and ${other} would both be named ${name}`);
      taken.set(name, fullName(object));
      names.set(fullName(object), { name, module });
    }
  }
  return names;
}

/** Path of a type inside its package, joined. */
function localName(object: protobuf.ReflectionObject): string {
  const { parent } = object;
  return parent !== null && isDeclared(parent) ? localName(parent) + object.name : object.name;
}

/** The TypeScript name a reference resolves to: v0 types are seen as their v1 twins. */
function nameOf(names: Map<string, Named>, reference: string): Named {
  const named = names.get(reference) ?? names.get(v1NameOf(reference));
  if (named === undefined)
    throw new Error(`no TypeScript type stands for ${reference}; name its file in MODULES`);
  return named;
}

// --- types

function moduleText(objects: readonly Declared[], module: string, names: Map<string, Named>): string {
  const imports = new Set<string>();
  const use = (reference: string): string => {
    const named = nameOf(names, reference);
    if (named.module === module) return named.name;
    imports.add(named.module);
    return `${named.module}.${named.name}`;
  };
  const blocks = objects.map((object) =>
    object instanceof protobuf.Enum ? enumText(object, names) : interfaceText(object, names, use),
  );
  return [HEADER + importText(imports), ...blocks].join('\n');
}

function importText(modules: ReadonlySet<string>): string {
  return [...modules]
    .sort()
    .map((module) => `import type * as ${module} from './${module}.ts';\n`)
    .join('');
}

function docText(lines: string[], indent: string): string {
  const kept = lines.flatMap((line) => line.split('\n')).filter((line) => line !== '');
  const [only, ...more] = kept;
  if (only === undefined) return '';
  if (more.length === 0) return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${kept.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

/** One line if it fits, else the right side on a line of its own: as the formatter has it. */
function broken(left: string, right: string): string {
  return left.length + 1 + right.length > LINE_WIDTH ? `${left}\n  ${right}` : `${left} ${right}`;
}

function enumText(object: protobuf.Enum, names: Map<string, Named>): string {
  const { name } = nameOf(names, fullName(object));
  const doc = docText([object.comment ?? '', `\`${fullName(object)}\`.`], '');
  const values = Object.entries(object.values).map(
    ([key, value]) => `${docText([object.comments[key] ?? ''], '  ')}  ${key}: ${value},\n`,
  );
  return (
    `${doc}export const ${name} = {\n${values.join('')}} as const;\n` +
    `${broken(`export type ${name} =`, `(typeof ${name})[keyof typeof ${name}];`)}\n`
  );
}

function interfaceText(
  object: protobuf.Type,
  names: Map<string, Named>,
  use: (reference: string) => string,
): string {
  const { name } = nameOf(names, fullName(object));
  const doc = docText([object.comment ?? '', `\`${fullName(object)}\`.`], '');
  const fields = object.fieldsArray.map((field) => fieldText(field, use));
  if (fields.length === 0) return `${doc}export type ${name} = Record<string, never>;\n`;
  return `${doc}export interface ${name} {\n${fields.join('')}}\n`;
}

function fieldText(field: protobuf.Field, use: (reference: string) => string): string {
  const base = field.resolvedType === null ? SCALARS[field.type] : use(fullName(field.resolvedType));
  if (base === undefined) throw new Error(`${field.fullName}: no TypeScript type for ${field.type}`);
  const type = field.map ? `{ [key: string]: ${base} }` : field.repeated ? `${base}[]` : base;
  const options: Record<string, unknown> = field.options ?? {};
  const notes = [field.comment ?? ''];
  if (options['default'] !== undefined) notes.push(`Default: ${String(options['default'])}.`);
  if (options['deprecated'] === true) notes.push('@deprecated');
  const declaration = field.required ? `  ${field.name}: ${type};` : `  ${field.name}?: ${type} | undefined;`;
  const wrapped =
    declaration.length > LINE_WIDTH ? `  ${field.name}?:\n    | ${type}\n    | undefined;` : declaration;
  return `${docText(notes, '  ')}${wrapped}\n`;
}

/** `MessageTypes`: full type name → TypeScript type, so that the codec can be typed by name. */
function namesText(root: protobuf.Root, names: Map<string, Named>): string {
  const entries: string[] = [];
  const imports = new Set<string>();
  const add = (messageName: string): void => {
    const { name, module } = nameOf(names, messageName);
    entries.push(`  '${messageName}': ${module}.${name};\n`);
    imports.add(module);
  };
  for (const [name] of names) if (root.lookup(name) instanceof protobuf.Type) add(name);
  for (const file of ['mesos/scheduler.proto', 'mesos/executor.proto'])
    for (const object of declaredIn(root, file)) if (object instanceof protobuf.Type) add(fullName(object));
  const doc = '/** Which TypeScript type stands for a message, by its full name on the wire. */\n';
  return `${HEADER}${importText(imports)}\n${doc}export interface MessageTypes {\n${entries.join('')}}\n`;
}

function indexText(): string {
  const lines = [...MODULES.map(([, module]) => module), 'names']
    .sort()
    .map((module) => `export * from './${module}.ts';\n`);
  return HEADER + lines.join('');
}

// --- descriptor

function descriptorText(root: protobuf.Root, files: readonly string[]): string {
  const entries = files.map((file) => {
    const json = JSON.stringify(fileDescriptor(root, file));
    if (json.includes("'") || json.includes('\\')) throw new Error(`${file}: descriptor needs escaping`);
    return `  '${file}':\n    '${json}',\n`;
  });
  const doc = docText(
    [
      'protobufjs descriptors, one JSON text a .proto file (parsed when first needed): `package` and the',
      'messages and enums `nested` in it, references as full names.',
    ],
    '',
  );
  return `${HEADER}\n${doc}export const descriptors: Readonly<Record<string, string>> = {\n${entries.join('')}};\n`;
}

function fileDescriptor(root: protobuf.Root, file: string): object {
  const tops = topLevel(root, file);
  const [first] = tops;
  if (first === undefined) throw new Error(`${file}: declares nothing`);
  tops.flatMap(withNested).forEach(qualifyReferences);
  const packageName = fullName(first).slice(0, -first.name.length - 1);
  return { package: packageName, nested: Object.fromEntries(tops.map((top) => [top.name, top.toJSON()])) };
}

/** Relative references would need the scope they were written in: store full names instead. */
function qualifyReferences(object: Declared): void {
  if (!(object instanceof protobuf.Type)) return;
  for (const field of object.fieldsArray)
    if (field.resolvedType !== null) field.type = field.resolvedType.fullName;
}

function main(): void {
  const directory = path.resolve('proto');
  for (const file of generate(directory)) {
    const target = path.join(directory, 'generated', file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.text);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
