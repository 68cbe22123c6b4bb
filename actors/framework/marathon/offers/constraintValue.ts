/** What constraints compare: values of agents as texts (spec: marathon.md §19). */
import { type Attribute, type Offer, ValueType } from '../../../../proto/index.ts';
import type { Place } from '../instances/instance.ts';

/** The value of a field at an agent; undefined when the agent has none. */
export function valueAt(field: string, place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  switch (field) {
    case 'hostname':
    case '@hostname':
      return place.hostname;
    case '@region':
      return place.region;
    case '@zone':
      return place.zone;
    default:
      return Object.hasOwn(place.attributes, field) ? place.attributes[field] : undefined;
  }
}

/** Where an offer is from. */
export function placeOf({ agent_id, hostname, domain, attributes = [] }: Offer): Place {
  const { region, zone } = domain?.fault_domain ?? {};
  return {
    agentId: agent_id.value,
    hostname,
    ...(region !== undefined && { region: region.name }),
    ...(zone !== undefined && { zone: zone.name }),
    attributes: Object.fromEntries(attributes.map((each) => [each.name, attributeText(each)])),
  };
}

/** An attribute as text: `2`, `0.25`, `[1-3,5-9]`, `{a,b}`, or the text itself. */
export function attributeText({ type, scalar, ranges, set, text }: Attribute): string {
  switch (type) {
    case ValueType.SCALAR:
      return scalarText(scalar?.value ?? 0);
    case ValueType.RANGES: {
      const sorted = [...(ranges?.range ?? [])].sort((a, b) => a.begin - b.begin);
      return `[${sorted.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
    }
    case ValueType.SET:
      return `{${[...(set?.item ?? [])].sort().join(',')}}`;
    default:
      return text?.value ?? '';
  }
}

/** At most three decimals, halves to the even digit, no trailing zeros. */
export function scalarText(value: number): string {
  const milli = value * 1000;
  const floor = Math.floor(milli);
  const half = Math.abs(milli - floor - 0.5) < 1e-9;
  const rounded = half ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(milli);
  return String(rounded / 1000);
}
