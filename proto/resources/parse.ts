/**
 * Resources as text, Mesos' grammar:
 *
 *     resources = item *( ";" item )        item = name [ "(" role ")" ] ":" value
 *
 * such as `cpus:4;mem(ads):8192;ports:[31000-32000];disks:{sda1,sdb1}`. Spaces are dropped, empty items ignored.
 * `name(role)` is a static reservation. The whole text may be a JSON array of `Resource` messages instead.
 */

import type { Resource } from '../generated/types/v1.ts';
import { ResourceReservationInfoType, ValueType } from '../generated/types/v1.ts';
import { fromJson, JsonMappingError } from '../json.ts';
import { ResourceError } from './error.ts';
import { toNewFormat } from './reservations.ts';
import { Resources } from './resources.ts';
import { validateRole } from './roles.ts';
import { validateResource } from './validate.ts';
import type { ParsedValue } from './valueText.ts';
import { parseValue } from './valueText.ts';

const ITEM = /^([^():]*)(?:\(([^():]*)\))?$/;

/**
 * Reads resources from text.
 *
 * @param defaultRole the role of what names none; `*` is unreserved
 * @throws ResourceError naming the item and what was expected
 */
export function parseResources(text: string, defaultRole = '*'): Resources {
  return Resources.of(parseResourceMessages(text, defaultRole));
}

/** As `parseResources`, but one message for each item, in the new format, not added up; zeros are kept. */
export function parseResourceMessages(text: string, defaultRole = '*'): Resource[] {
  const problem = validateRole(defaultRole);
  if (problem !== undefined) throw new ResourceError(`default role: ${problem}`);
  const messages = /^\s*\[/.test(text) ? fromJsonText(text, defaultRole) : fromItems(text, defaultRole);
  checkTypes(messages);
  return messages;
}

function fromItems(text: string, defaultRole: string): Resource[] {
  const items = text.split(';').map((item) => item.replaceAll(/\s/g, ''));
  return items.filter((item) => item !== '').map((item) => parseItem(item, defaultRole));
}

function parseItem(item: string, defaultRole: string): Resource {
  const fail = (expected: string): never => {
    throw new ResourceError(`resource item "${item}": ${expected}`);
  };
  const [left = '', value, ...more] = item.split(':');
  if (value === undefined || more.length > 0) return fail('expected name:value with exactly one ":"');
  const match = ITEM.exec(left);
  if (match === null) return fail(`expected name or name(role) before the ":", got "${left}"`);
  const parsed = parseValue(value);
  if (typeof parsed === 'string') return fail(parsed);
  if (parsed.type === ValueType.TEXT) {
    return fail(`expected a number, ranges as [1-5] or a set as {a,b}, got "${parsed.text.value}"`);
  }
  const resource = itemMessage(match[1] ?? '', match[2] ?? defaultRole, parsed);
  const problem = match[2] === '' ? 'expected a role between "(" and ")"' : validateResource(resource);
  return problem === undefined ? resource : fail(problem);
}

function itemMessage(name: string, role: string, value: ParsedValue): Resource {
  const resource: Resource = { name, ...value };
  if (role !== '*') resource.reservations = [{ type: ResourceReservationInfoType.STATIC, role }];
  return resource;
}

function fromJsonText(text: string, defaultRole: string): Resource[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new ResourceError(
      `resources: expected a JSON array of resources: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!Array.isArray(list)) throw new ResourceError('resources: expected a JSON array of resources');
  return list.map((value, i) => fromJsonElement(value, i, defaultRole));
}

function fromJsonElement(value: unknown, index: number, defaultRole: string): Resource {
  const resource = mapJson(value, index);
  const silent = resource.role === undefined && (resource.reservations ?? []).length === 0;
  const message = silent && defaultRole !== '*' ? { ...resource, role: defaultRole } : resource;
  const problem = validateResource(message);
  if (problem !== undefined) throw new ResourceError(`resources[${index}]: ${problem}`);
  return toNewFormat(message);
}

function mapJson(value: unknown, index: number): Resource {
  try {
    return fromJson('mesos.v1.Resource', value) as Resource;
  } catch (error) {
    if (error instanceof JsonMappingError) throw new ResourceError(`resources[${index}]: ${error.message}`);
    throw error;
  }
}

/** One name has one type. */
function checkTypes(messages: readonly Resource[]): void {
  const types = new Map<string, ValueType>();
  for (const { name, type } of messages) {
    const known = types.get(name);
    if (known !== undefined && known !== type) {
      throw new ResourceError(
        `resource "${name}": it is given with two types (scalar, ranges or set): expected one`,
      );
    }
    types.set(name, type);
  }
}
