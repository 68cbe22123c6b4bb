/**
 * Whether an agent may go on under the id of its last run though it was started with other resources, attributes or another
 * address (agent.md §7, step 3: `--reconfiguration_policy`).
 */
import type { AgentInfo, Attribute } from '../../../proto/generated/types/v1.ts';
import { legacyAttributes, Resources } from '../../../proto/resources/index.ts';

export type ReconfigurationPolicy = 'equal' | 'additive';

/** @returns what forbids it, in words; undefined when `now` may take over the id of `before` */
export function incompatibility(
  policy: ReconfigurationPolicy,
  before: AgentInfo,
  now: AgentInfo,
): string | undefined {
  return (
    differs('hostname', before.hostname, now.hostname) ??
    differs('port', String(before.port ?? 5051), String(now.port ?? 5051)) ??
    resourcesProblem(policy, Resources.of(before.resources), Resources.of(now.resources)) ??
    attributesProblem(policy, texts(before.attributes), texts(now.attributes)) ??
    domainProblem(policy, before, now)
  );
}

function differs(what: string, before: string, now: string): string | undefined {
  return before === now ? undefined : `${what} was ${before || 'nothing'} and is ${now || 'nothing'}`;
}

function resourcesProblem(
  policy: ReconfigurationPolicy,
  before: Resources,
  now: Resources,
): string | undefined {
  if (policy === 'additive' ? now.contains(before) : now.equals(before)) return undefined;
  return `resources were ${before} and are ${now}`;
}

/** Attributes already there must stay as they were; new ones may join only under `additive`. */
function attributesProblem(
  policy: ReconfigurationPolicy,
  before: readonly string[],
  now: readonly string[],
): string | undefined {
  const missing = before.some((attribute) => !now.includes(attribute));
  const same = policy === 'additive' || before.length === now.length;
  if (!missing && same) return undefined;
  return `attributes were ${before.join(';') || 'none'} and are ${now.join(';') || 'none'}`;
}

function texts(attributes: readonly Attribute[] | undefined): string[] {
  return legacyAttributes(attributes ?? [])
    .map(([name, value]) => `${name}:${value}`)
    .sort();
}

function domainProblem(policy: ReconfigurationPolicy, before: AgentInfo, now: AgentInfo): string | undefined {
  if (policy === 'additive' && before.domain === undefined) return undefined;
  return differs('domain', domainText(before), domainText(now));
}

function domainText({ domain }: AgentInfo): string {
  const fault = domain?.fault_domain;
  return fault === undefined ? '' : `${fault.region.name}/${fault.zone.name}`;
}
