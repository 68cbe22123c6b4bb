// The v1 view. Mesos speaks two dialects of the same bytes: its internal messages and the older public API name a
// machine of the cluster "slave" (mesos.*), the v1 API names it "agent" (mesos.v1.*). In this house every object
// has v1 names; this file says how a v0 descriptor is read so. Numbers, rules and types are never changed.
//
// Exceptions, where a v0 type and its v1 twin differ by more than names:
// - `mesos.SlaveInfo.checkpoint` has no v1 twin, and a master that reads it as false keeps checkpointing frameworks
//   off the agent: messages between nodes keep SlaveInfo, which has every field of AgentInfo by the same name;
// - `mesos.master.Call.DrainAgent.max_grace_period` is another duration type (operator API only);
// - `mesos.scheduler.Call.Subscribe` has one field (`force`) more and numbers the later ones differently, so the
//   scheduler and executor packages keep their own types and only their field names are changed.

/** A node of a descriptor: a message (`fields`) or an enum (`values`). */
export interface DescriptorNode {
  readonly fields?: Readonly<Record<string, FieldDescriptor>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly nested?: Readonly<Record<string, DescriptorNode>>;
}

/** A field of a message: `type` is a scalar or a full type name with a leading dot. */
export interface FieldDescriptor {
  readonly id: number;
  readonly type: string;
  readonly rule?: 'required' | 'repeated';
  readonly keyType?: 'string';
  readonly options?: { readonly default?: string | number | boolean; readonly deprecated?: boolean };
}

/** Packages with names of their own in v1 but numbers of their own too: their fields are renamed in place. */
const RENAMED_PACKAGES = ['mesos.scheduler.', 'mesos.executor.'];

/** Types that say more than their v1 twin: references to them stay, what they refer to themselves is v1. */
const KEPT_TYPES = ['mesos.SlaveInfo'];

/** Full name of the v1 twin of a v0 type (which need not exist): `mesos.SlaveID` → `mesos.v1.AgentID`. */
export function v1NameOf(typeName: string): string {
  if (!typeName.startsWith('mesos.') || typeName.startsWith('mesos.v1.')) return typeName;
  return `mesos.v1.${typeName.slice('mesos.'.length).replaceAll('Slave', 'Agent').replaceAll('slave', 'agent')}`;
}

/**
 * Name of the type that stands for `reference` inside the type `scope`.
 * @param exists whether a type of that full name is declared
 */
export function referenceInView(
  scope: string,
  reference: string,
  exists: (typeName: string) => boolean,
): string {
  const renamed = isRenamed(scope);
  if (!renamed && !isKept(scope) && v1NameOf(scope) !== scope && exists(v1NameOf(scope))) return reference;
  if (isKept(reference) || (renamed && isRenamed(reference))) return reference;
  const twin = v1NameOf(reference);
  return exists(twin) ? twin : reference;
}

/** Name of a field of the type `scope` in the v1 view. */
export function fieldNameInView(scope: string, fieldName: string): string {
  return isRenamed(scope) ? fieldName.replaceAll('slave', 'agent') : fieldName;
}

function isKept(typeName: string): boolean {
  return KEPT_TYPES.includes(typeName);
}

function isRenamed(typeName: string): boolean {
  return RENAMED_PACKAGES.some((prefix) => typeName.startsWith(prefix));
}
