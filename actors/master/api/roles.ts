/** `/roles`: every role somebody is in or holds something in, with those above it (v1-operator-api.md §5.5). */
import { type Role, ValueType } from '../../../proto/index.ts';
import { Double, SlowJson } from '../../../proto/json.ts';
import {
  ancestorsOf,
  isRoleOrSubroleOf,
  Limits,
  Quantities,
  type Resources,
} from '../../../proto/resources/index.ts';
import { isQuotaKind } from '../allocator/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { OfferRecord } from '../offers/record.ts';
import type { MasterParts } from '../parts.ts';
import { type Document, type Json, quantitiesBlock } from './blocks.ts';
import type { Viewer } from './viewer.ts';

/** Kinds that GET_ROLES tells. */
const LISTED = ['cpus', 'disk', 'gpus', 'mem'];

interface Holdings {
  /** What counts against quota: reservations, and what is allocated unreserved. */
  consumed: Quantities;
  allocated: Quantities;
  offered: Quantities;
  reserved: Quantities;
}

export const rolesDocument: Document = (parts, viewer) => {
  const holders = holdersOf(parts);
  return {
    roles: new SlowJson(function* () {
      const holdings = yield* holdingsByRole(holders);
      return rolesSeen(parts, holdings, viewer).map((name) => roleBlock(parts, name, holdings));
    }),
  };
};

/** The same as GET_ROLES tells it: resources are what is allocated and offered. */
export function* rolesListing(parts: MasterParts, viewer: Viewer): Generator<undefined, Role[]> {
  const holdings = yield* holdingsByRole(holdersOf(parts));
  return rolesSeen(parts, holdings, viewer).map((name) => {
    const { allocated, offered } = heldBelow(name, holdings);
    const held = Object.entries(allocated.plus(offered).toObject());
    return {
      name,
      weight: parts.weights.of(name),
      frameworks: membersOf(parts, name).map(({ id }) => ({ value: id })),
      resources: held
        .filter(([kind]) => LISTED.includes(kind))
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([kind, value]) => ({ name: kind, type: ValueType.SCALAR, scalar: { value } })),
    };
  });
}

function rolesSeen(parts: MasterParts, holdings: ReadonlyMap<string, Holdings>, viewer: Viewer): string[] {
  const { quota_configs, weights } = parts.registrar.registry;
  const names = new Set([
    ...(parts.flags.roles ?? []),
    ...holdings.keys(),
    ...quota_configs.keys(),
    ...weights.keys(),
  ]);
  for (const { description } of parts.frameworks.all()) for (const role of description.roles) names.add(role);
  for (const name of [...names]) for (const ancestor of ancestorsOf(name)) names.add(ancestor);
  return [...names].filter((name) => viewer.seesRole(name)).sort();
}

function heldBelow(name: string, holdings: ReadonlyMap<string, Holdings>): Holdings {
  const sum = nothing();
  for (const [role, held] of holdings) if (isRoleOrSubroleOf(role, name)) add(sum, held);
  return sum;
}

function membersOf({ frameworks }: MasterParts, name: string): FrameworkRecord[] {
  return [...frameworks.all()].filter(({ description }) => description.roles.includes(name));
}

function roleBlock(parts: MasterParts, name: string, holdings: ReadonlyMap<string, Holdings>): Json {
  const sum = heldBelow(name, holdings);
  const quota = parts.quotas.of(name);
  return {
    name,
    weight: new Double(parts.weights.of(name)),
    quota: {
      role: name,
      guarantee: quantitiesBlock(Quantities.ofMessage(quota?.guarantees)),
      limit: quantitiesBlock(Limits.ofMessage(quota?.limits)),
      consumed: quantitiesBlock(sum.consumed),
    },
    resources: quantitiesBlock(sum.allocated.plus(sum.offered)),
    allocated: quantitiesBlock(sum.allocated),
    offered: quantitiesBlock(sum.offered),
    reserved: quantitiesBlock(sum.reserved),
    frameworks: membersOf(parts, name).map(({ id }) => id),
  };
}

/** What is held on one agent, as it is now. */
interface Holder {
  readonly total: Resources;
  readonly used: readonly Resources[];
  readonly offers: readonly OfferRecord[];
}

function holdersOf({ agents, offers }: MasterParts): Holder[] {
  return Array.from(agents.all(), (agent) => ({
    total: agent.total,
    used: [...agent.used.values()],
    offers: offers.listed(agent.offers),
  }));
}

/** What each role holds itself, without its sub-roles. Stops after each agent for the caller to look at the time. */
function* holdingsByRole(holders: readonly Holder[]): Generator<undefined, Map<string, Holdings>> {
  const holdings = new Map<string, Holdings>();
  const into = (role: string): Holdings => {
    const held = holdings.get(role) ?? nothing();
    holdings.set(role, held);
    return held;
  };
  for (const { total, used, offers } of holders) {
    for (const [role, part] of used.flatMap((bag) => [...bag.allocations()])) {
      const held = into(role);
      held.allocated = held.allocated.plus(part.scalarQuantities());
      held.consumed = held.consumed.plus(part.filter(isQuotaKind).scalarQuantities());
    }
    for (const { role, resources } of offers) {
      const held = into(role);
      held.offered = held.offered.plus(resources.scalarQuantities());
    }
    for (const [role, part] of total.reservations()) {
      const held = into(role);
      held.reserved = held.reserved.plus(part.scalarQuantities());
      held.consumed = held.consumed.plus(part.nonRevocable().nonShared().scalarQuantities());
    }
    yield;
  }
  return holdings;
}

function nothing(): Holdings {
  const { NONE } = Quantities;
  return { consumed: NONE, allocated: NONE, offered: NONE, reserved: NONE };
}

function add(sum: Holdings, held: Holdings): void {
  sum.consumed = sum.consumed.plus(held.consumed);
  sum.allocated = sum.allocated.plus(held.allocated);
  sum.offered = sum.offered.plus(held.offered);
  sum.reserved = sum.reserved.plus(held.reserved);
}
