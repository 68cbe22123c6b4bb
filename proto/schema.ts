// The message types of the house, by full name: mesos.v1.* and everything else in the v1 view (view.ts).
// The v0 twins of v1 types (mesos.TaskInfo, mesos.master.Call, ...) are kept apart and read only when asked for.
import protobuf from 'protobufjs';
import { descriptors } from './generated/descriptor.ts';
import type { FileDescriptor } from './view.ts';
import { declaredNames, inV1View, isTwinned } from './view.ts';

// Without a Long class protobufjs reads and writes 64-bit numbers as JS numbers.
Reflect.set(protobuf.util, 'Long', undefined);
protobuf.configure();

/** Descriptors of all .proto files, parsed, by path below proto/. */
export function fileDescriptors(): Map<string, FileDescriptor> {
  return new Map(
    Object.entries(descriptors).map(([path, text]) => [path, JSON.parse(text) as FileDescriptor]),
  );
}

/** Root in which the house's names are looked up; `mesos.X` types with a v1 twin are not in it. */
export function loadHouseRoot(): protobuf.Root {
  const files = [...fileDescriptors().values()];
  const v1Names = declaredNames(files.filter((file) => file.package.startsWith('mesos.v1')));
  const kept = files
    .filter((file) => !isTwinned(file.package) || !hasTwins(file, v1Names))
    .map((file) => inV1View(file, v1Names));
  return rootOf(kept);
}

/** Root with every .proto file as it is written: v0 types have v0 names in it. */
export function loadWireRoot(): protobuf.Root {
  return rootOf([...fileDescriptors().values()]);
}

/** Whether every type of a v0 file has a v1 twin (mesos/acls.proto, also of package mesos, has none). */
function hasTwins(file: FileDescriptor, v1Names: ReadonlySet<string>): boolean {
  const v1Package = file.package.replace('mesos', 'mesos.v1');
  return Object.keys(file.nested).every((name) =>
    v1Names.has(`${v1Package}.${name.replace('Slave', 'Agent')}`),
  );
}

function rootOf(files: readonly FileDescriptor[]): protobuf.Root {
  const root = new protobuf.Root();
  for (const file of files)
    root.define(file.package).addJSON(file.nested as Record<string, protobuf.AnyNestedObject>);
  root.resolveAll();
  return root;
}

let house: protobuf.Root | undefined;
let wire: protobuf.Root | undefined;
const known = new Map<string, protobuf.Type | undefined>();

/** The message type of that full name, in the v1 view; v0 types that the view replaces are found as written. */
export function findType(typeName: string): protobuf.Type | undefined {
  if (known.has(typeName)) return known.get(typeName);
  house ??= loadHouseRoot();
  let found = typeIn(house, typeName);
  if (found === undefined) {
    wire ??= loadWireRoot();
    found = typeIn(wire, typeName);
  }
  // Names come from the network too: remember only those that exist.
  if (found !== undefined) known.set(typeName, found);
  return found;
}

function typeIn(root: protobuf.Root, typeName: string): protobuf.Type | undefined {
  const found = root.lookup(typeName.split('.'), [protobuf.Type], true);
  return found instanceof protobuf.Type && found.fullName === `.${typeName}` ? found : undefined;
}
