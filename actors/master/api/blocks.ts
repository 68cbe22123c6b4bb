/** The JSON blocks that the older endpoints share (v1-operator-api.md §8). */

import {
  type Attribute,
  type ContainerStatus,
  type DomainInfo,
  type ExecutorInfo,
  ExecutorInfoType,
  enumName,
  type Labels,
  TaskState,
  type TaskStatus,
  type ValueScalar,
} from '../../../proto/index.ts';
import { Double, doubleText, jsonText, RawJson, type SlowJson, toJsonText } from '../../../proto/json.ts';
import {
  type Limits,
  legacyAttributes,
  legacyReservations,
  legacyResources,
  type Quantities,
  type Resources,
} from '../../../proto/resources/index.ts';
import { veiledCommand } from '../../../proto/secrets.ts';
import { taskStateFor } from '../../../statecharts/task.ts';
import type { FrameworkTraits } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
import type { Viewer } from './viewer.ts';

/** A document of an endpoint, before it is text. */
export type Json = { readonly [key: string]: unknown };

/** What an endpoint shows to a viewer: of the present moment, but what is long in it is written later. */
export type Document = (parts: MasterParts, viewer: Viewer, query: URLSearchParams) => Json | SlowJson;

/** Milliseconds → seconds with a fraction; 0.0 for never. */
export function seconds(ms: number | undefined): Double {
  return new Double((ms ?? 0) / 1000);
}

export function resourcesBlock(resources: Resources): RawJson {
  return kept(resourceTexts, resources, legacyResources);
}

const resourceTexts = new WeakMap<Resources, RawJson>();
const labelTexts = new WeakMap<Labels, RawJson>();

/** Tasks of one app share their resources and labels, and so the texts of them. */
function kept<T extends object>(texts: WeakMap<T, RawJson>, value: T, block: (value: T) => unknown): RawJson {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = new RawJson(jsonText(block(value)));
  texts.set(value, text);
  return text;
}

/** By role, what is reserved to it. */
export function reservationsBlock(resources: Resources): Json {
  return legacyReservations(resources);
}

/** `{"cpus":1.0}` without zeros. */
export function quantitiesBlock(quantities: Quantities | Limits): Json {
  const entries = Object.entries(quantities.toObject());
  return Object.fromEntries(entries.map(([name, value]) => [name, new Double(value)]));
}

/** `{name: value}`; names may repeat, which only text can say. */
export function attributesBlock(attributes: readonly Attribute[] | undefined): RawJson {
  const members = legacyAttributes(attributes ?? []).map(
    ([name, value]) =>
      `${JSON.stringify(name)}:${typeof value === 'number' ? doubleText(value) : JSON.stringify(value)}`,
  );
  return new RawJson(`{${members.join(',')}}`);
}

export function domainBlock(domain: DomainInfo | undefined): RawJson | undefined {
  return domain && new RawJson(toJsonText('mesos.v1.DomainInfo', domain));
}

export function labelsBlock(labels: Labels | undefined): RawJson | undefined {
  return (
    labels?.labels && kept(labelTexts, labels, () => labels.labels?.map(({ key, value }) => ({ key, value })))
  );
}

/** T: the JSON of a task. State and role are as its framework is told of them. */
export function taskJson(snapshot: TaskSnapshot, traits: FrameworkTraits): Uint8Array {
  const state = taskStateFor(snapshot.state, traits);
  return snapshot.legacyJson(state, () => taskText(snapshot.task, state, snapshot.statuses));
}

/** Written by hand, as there are so many: going through objects member by member takes twice the time. */
function taskText(
  { id, frameworkId, agentId, description, resources }: TaskRecord,
  state: string,
  statuses: readonly TaskStatus[],
): string {
  const { limits, discovery, container, health_check } = description;
  return (
    `{"id":${quoted(id)}` +
    member('name', description.name) +
    `,"framework_id":${quoted(frameworkId)},"executor_id":${quoted(description.executor_id?.value ?? '')}` +
    `,"slave_id":${quoted(agentId)},"state":"${state}","resources":${resourcesBlock(resources).text}` +
    memberText('limits', limits && jsonText(limitsBlock(limits))) +
    member('role', resources.entries[0]?.kind.allocationRole) +
    `,"statuses":[${statuses.map(statusText).join(',')}]` +
    member('user', description.user) +
    memberText('labels', labelsBlock(description.labels)?.text) +
    memberText('discovery', discovery && toJsonText('mesos.v1.DiscoveryInfo', discovery)) +
    memberText('container', container && toJsonText('mesos.v1.ContainerInfo', container)) +
    memberText('health_check', health_check && toJsonText('mesos.v1.HealthCheck', health_check)) +
    '}'
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A member that is a string, if it is there. */
function member(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${quoted(value)}`;
}

/** A member whose JSON is made already, if it is there. */
function memberText(name: string, text: string | undefined): string {
  return text === undefined ? '' : `,"${name}":${text}`;
}

function limitsBlock(limits: Readonly<Record<string, ValueScalar>>): Json {
  return Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, new Double(value)]));
}

/** A status of a task's history; reason, message and source are not shown here by Mesos either. */
function statusText({ state, timestamp, labels, container_status, healthy }: TaskStatus): string {
  return (
    `{"state":"${enumName(TaskState, state)}","timestamp":${doubleText(timestamp ?? 0)}` +
    memberText('labels', labelsBlock(labels)?.text) +
    memberText('container_status', container_status && containerStatusText(container_status)) +
    (healthy === undefined ? '}' : `,"healthy":${healthy}}`)
  );
}

function containerStatusText(status: ContainerStatus): string {
  const { container_id, network_infos, cgroup_info } = status;
  return toJsonText('mesos.v1.ContainerStatus', { container_id, network_infos, cgroup_info });
}

/** E: an executor. */
export function executorBlock(info: ExecutorInfo, resources: Resources): Json {
  const { command, labels, type } = info;
  return {
    executor_id: info.executor_id.value,
    name: info.name ?? '',
    framework_id: info.framework_id?.value ?? '',
    command: commandBlock(veiledCommand(command) ?? {}),
    resources: resourcesBlock(resources),
    role: resources.entries[0]?.kind.allocationRole,
    labels: labelsBlock(labels),
    type: type === undefined ? undefined : enumName(ExecutorInfoType, type),
  };
}

function commandBlock({
  shell,
  value,
  arguments: argv,
  environment,
  uris,
}: NonNullable<ExecutorInfo['command']>): Json {
  return {
    shell,
    value,
    argv: argv ?? [],
    environment: environment && new RawJson(toJsonText('mesos.v1.Environment', environment)),
    uris: (uris ?? []).map((uri) => ({ value: uri.value, executable: uri.executable ?? false })),
  };
}
