/** Constraints of jobs: read from JSON, and as what the matcher asks (spec: other-frameworks.md §3.1, §4). */
import {
  balancedHostAttribute,
  type Hard,
  hostAttributeIs,
  type Soft,
  softened,
  uniqueHostAttribute,
} from '../matching/constraints.ts';
import { JOB_OPERATORS, type JobConstraint, type Placing } from './jobSpec.ts';
import { type Fail, type JsonObject, shown } from './jsonCheck.ts';

const CONSTRAINTS_MAX = 100;

/** Undefined when the entry says nothing of where its jobs run. */
export function placingOf(entry: JsonObject, at: string, fail: Fail): Placing | undefined {
  const { constraints = [], preferences = [], exclusive = false } = entry;
  if (typeof exclusive !== 'boolean')
    fail(`${at}.exclusive`, `expected true or false, got ${shown(exclusive)}`);
  const placing = {
    constraints: constraintsOf(constraints, `${at}.constraints`, fail),
    preferences: constraintsOf(preferences, `${at}.preferences`, fail),
    exclusive: exclusive === true,
  };
  const said = placing.constraints.length + placing.preferences.length > 0 || placing.exclusive;
  return said ? placing : undefined;
}

function constraintsOf(value: unknown, at: string, fail: Fail): JobConstraint[] {
  if (!Array.isArray(value) || value.length > CONSTRAINTS_MAX)
    return fail(at, `expected a list of at most ${CONSTRAINTS_MAX} constraints, got ${shown(value)}`);
  return value.map((each: unknown, index) => constraintOf(each, `${at}[${index}]`, fail));
}

function constraintOf(value: unknown, at: string, fail: Fail): JobConstraint {
  const parts = Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : [];
  const [attribute = '', word = '', operand] = parts as string[];
  const operator = JOB_OPERATORS.find((each) => each === word.toUpperCase());
  if (parts.length < 2 || parts.length > 3 || attribute === '' || operator === undefined)
    return fail(
      at,
      `expected [attribute, operator, value] with one of ${JOB_OPERATORS.join(', ')}, got ${shown(value)}`,
    );
  if (operator === 'UNIQUE')
    return operand === undefined ? [attribute, operator] : fail(at, 'UNIQUE takes no value');
  if (operand === undefined) return fail(at, `${operator} needs a value`);
  if (operator === 'BALANCED' && !/^[1-9]\d{0,5}$/.test(operand))
    return fail(at, `BALANCED needs how many values there are at least, got ${shown(operand)}`);
  return [attribute, operator, operand];
}

/** What must hold. */
export function hardOf(placing: Placing | undefined): readonly Hard[] {
  return placing?.constraints.map(asHard) ?? [];
}

/** What had better hold. */
export function softOf(placing: Placing | undefined): readonly Soft[] {
  return placing?.preferences.map((each) => softened(asHard(each))) ?? [];
}

function asHard([attribute, operator, value = '']: JobConstraint): Hard {
  if (operator === 'EQUALS') return hostAttributeIs(attribute, value);
  return operator === 'UNIQUE'
    ? uniqueHostAttribute(attribute)
    : balancedHostAttribute(attribute, Number(value));
}
