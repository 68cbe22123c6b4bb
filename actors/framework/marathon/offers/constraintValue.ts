/** What constraints compare: values of agents as texts (spec: marathon.md §19). */
import type { Offer } from '../../../../proto/index.ts';
import { attributeText } from '../../attributeText.ts';
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
