/** Whether an agent satisfies a service's constraints (spec: marathon.md §19). */
import { scalarText } from '../../attributeText.ts';
import type { Place } from '../instances/instance.ts';
import type { Constraint } from '../model/app.ts';
import { fits } from '../model/patterns.ts';
import { valueAt } from './constraintValue.ts';

/**
 * @param placed where instances of the service are that count: placed, not lost, not outdated
 * @param instances how many there are to be
 */
export function satisfies(
  constraints: readonly Constraint[],
  place: Place,
  placed: readonly Place[],
  instances: number,
): boolean {
  return constraints.every((constraint) => holds(constraint, place, placed, instances));
}

function holds(
  [field, operator, value]: Constraint,
  place: Place,
  placed: readonly Place[],
  instances: number,
): boolean {
  const here = valueAt(field, place);
  // An agent without the attribute is unlike everything.
  if (here === undefined) return operator === 'UNLIKE';
  const others = (): string[] => placed.flatMap((each) => valueAt(field, each) ?? []);
  switch (operator) {
    case 'UNIQUE':
      return !others().includes(here);
    case 'CLUSTER':
      return value !== undefined && value !== '' ? here === value : others().every((each) => each === here);
    case 'GROUP_BY':
      return value === undefined || value === ''
        ? evenSoFar(here, others())
        : evenAmong(here, others(), value, instances);
    case 'LIKE':
      return fits(value ?? '', here) === true;
    case 'UNLIKE':
      // Of what nobody can tell neither is true.
      return fits(value ?? '', here) === false;
    case 'MAX_PER':
      return others().filter((each) => each === here).length < Number(value);
    case 'IS':
      return here === (isNumber(value) ? scalarText(Number(value)) : value);
    default:
      return false;
  }
}

/** The first pattern that has no answer at a place, and why; undefined when each has one. */
export function patternTrouble(constraints: readonly Constraint[], place: Place): string | undefined {
  for (const [field, operator, value = ''] of constraints) {
    const here = operator === 'LIKE' || operator === 'UNLIKE' ? valueAt(field, place) : undefined;
    const answer = here === undefined ? true : fits(value, here);
    if (typeof answer === 'string') return `${field} ${operator} at ${place.hostname}: ${answer}`;
  }
  return undefined;
}

function isNumber(value: string | undefined): boolean {
  return value !== undefined && /^[+-]?\d+(\.\d+)?$/.test(value);
}

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Spread over the groups seen so far: a new one is welcome, else one of the smallest. */
function evenSoFar(here: string, others: readonly string[]): boolean {
  const counts = countsOf(others);
  const own = counts.get(here);
  return own === undefined || own <= Math.min(...counts.values());
}

/** Spread over `groups` groups: each gets a fair part, and some one more when it does not come out even. */
function evenAmong(here: string, others: readonly string[], groups: string, instances: number): boolean {
  const counts = countsOf(others);
  const own = counts.get(here);
  if (groups === 'inf') return own === undefined;
  const wanted = Number(groups);
  if (own === undefined) return counts.size < wanted;
  const fair = Math.floor(instances / wanted);
  if (own < fair) return true;
  const above = [...counts.values()].filter((count) => count > fair).length;
  return own === fair && above < instances % wanted;
}
