/** Whether an agent satisfies a service's constraints (spec: marathon.md §19). */
import { scalarText } from '../../attributeText.ts';
import type { Place } from '../instances/instance.ts';
import type { Constraint } from '../model/app.ts';
import { valueAt } from './constraintValue.ts';

/** Compiled once; patterns were checked when the service was defined. */
const patterns = new Map<string, RegExp>();
const PATTERNS_MAX = 1_000;

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
      return matches(value ?? '', here);
    case 'UNLIKE':
      return !matches(value ?? '', here);
    case 'MAX_PER':
      return others().filter((each) => each === here).length < Number(value);
    case 'IS':
      return here === (isNumber(value) ? scalarText(Number(value)) : value);
    default:
      return false;
  }
}

/** The pattern fits the whole value. */
function matches(pattern: string, value: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    if (patterns.size >= PATTERNS_MAX) patterns.clear();
    compiled = new RegExp(`^(?:${pattern})$`);
    patterns.set(pattern, compiled);
  }
  return compiled.test(value);
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
