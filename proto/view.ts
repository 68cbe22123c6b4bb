// The v1 view. Mesos speaks two dialects of the same bytes: its internal messages and the older public API name a
// machine of the cluster "slave" (mesos.*), the v1 API names it "agent" (mesos.v1.*). In this house every object
// has v1 names; this file says how a v0 descriptor is read so. Numbers, rules and types are never changed.

/** A protobufjs descriptor node: a message (`fields`), an enum (`values`) or both levels of nesting. */
export interface DescriptorNode {
  fields?: Record<string, FieldDescriptor>;
  oneofs?: Record<string, { oneof: string[] }>;
  values?: Record<string, number>;
  nested?: Record<string, DescriptorNode>;
  [key: string]: unknown;
}

/** A field of a message: `type` is a scalar name or a full type name with a leading dot. */
export interface FieldDescriptor {
  id: number;
  type: string;
  rule?: string;
  options?: Record<string, unknown>;
  [key: string]: unknown;
}

/** What one .proto file declares. */
export interface FileDescriptor {
  package: string;
  nested: Record<string, DescriptorNode>;
}

/**
 * v0 packages whose v1 twin is wire-identical and so takes their place entirely wherever they are referred to.
 * Exceptions, none of which is reachable from a message between nodes: `mesos.master.Call.DrainAgent`
 * (another duration type); `mesos.SlaveInfo.checkpoint` (deprecated, read as an unknown field).
 */
const TWINNED = ['mesos', 'mesos.maintenance', 'mesos.quota', 'mesos.allocator', 'mesos.resource_provider'];

/**
 * v0 packages that keep their own field numbers but take v1 names: `mesos.scheduler.Call.Subscribe` has a
 * field (`force`) more than its v1 twin and numbers the later ones differently.
 */
const RENAMED = ['mesos.scheduler', 'mesos.executor'];

/** Full name of the v1 twin of a v0 type (which need not exist): `mesos.SlaveID` → `mesos.v1.AgentID`. */
export function v1NameOf(name: string): string {
  if (!name.startsWith('mesos.') || name.startsWith('mesos.v1.')) return name;
  return `mesos.v1.${name.slice('mesos.'.length).replaceAll('Slave', 'Agent').replaceAll('slave', 'agent')}`;
}

/** Whether a v0 package is wholly replaced by its v1 twin in the view. */
export function isTwinned(packageName: string): boolean {
  return TWINNED.includes(packageName);
}

/** Full names (without a leading dot) of the messages and enums that the files declare. */
export function declaredNames(files: Iterable<FileDescriptor>): Set<string> {
  const names = new Set<string>();
  const visit = (nested: Record<string, DescriptorNode>, scope: string): void => {
    for (const [name, node] of Object.entries(nested)) {
      names.add(`${scope}.${name}`);
      if (node.nested !== undefined) visit(node.nested, `${scope}.${name}`);
    }
  };
  for (const file of files) visit(file.nested, file.package);
  return names;
}

/**
 * The file as the house sees it: references to types that have a v1 twin point there, and the packages of
 * the v0 scheduler and executor APIs say "agent" in their own names too.
 * @param v1Names full names of everything declared below mesos.v1
 */
export function inV1View(file: FileDescriptor, v1Names: ReadonlySet<string>): FileDescriptor {
  if (file.package.startsWith('mesos.v1')) return file;
  const redirect = (type: string): string => {
    if (!type.startsWith('.mesos.') || (type.startsWith(`.${file.package}.`) && file.package !== 'mesos'))
      return type;
    const twin = v1NameOf(type.slice(1));
    return v1Names.has(twin) ? `.${twin}` : type;
  };
  const rename = RENAMED.includes(file.package)
    ? (name: string) => name.replaceAll('slave', 'agent')
    : (name: string) => name;
  return { package: file.package, nested: viewNested(file.nested, redirect, rename) };
}

type Rewrite = (text: string) => string;

function viewNested(
  nested: Record<string, DescriptorNode>,
  redirect: Rewrite,
  rename: Rewrite,
): Record<string, DescriptorNode> {
  const entries = Object.entries(nested).map(
    ([name, node]) => [name, viewNode(node, redirect, rename)] as const,
  );
  return Object.fromEntries(entries);
}

function viewNode(node: DescriptorNode, redirect: Rewrite, rename: Rewrite): DescriptorNode {
  const view: DescriptorNode = { ...node };
  if (node.fields !== undefined)
    view.fields = Object.fromEntries(
      Object.entries(node.fields).map(([name, field]) => [
        rename(name),
        { ...field, type: redirect(field.type) },
      ]),
    );
  if (node.nested !== undefined) view.nested = viewNested(node.nested, redirect, rename);
  return view;
}
