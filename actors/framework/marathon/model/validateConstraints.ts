/** What placement constraints may say (spec: marathon.md §12, §19). */
import type { Constraint } from './app.ts';
import { patternProblem } from './patterns.ts';
import type { Problem } from './schema.ts';

const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'] as const;

export function validateConstraints(
  constraints: readonly Constraint[],
  at: string,
  problems: Problem[],
): void {
  constraints.forEach((constraint, index) => {
    const error = constraintProblem(constraint);
    if (error !== undefined) problems.push({ path: `${at}(${index})`, error });
  });
}

/** What is wrong with one; undefined when nothing is. */
export function constraintProblem(constraint: Constraint): string | undefined {
  const [field, operator, value] = constraint;
  if (constraint.length < 2 || constraint.length > 3) return 'Each constraint must have either 2 or 3 fields';
  if (field === '') return 'Missing field';
  if (!OPERATORS.some((each) => each === operator))
    return `Invalid operator: ${operator}, expected one of ${OPERATORS.join(', ')}`;
  if (operator === 'UNIQUE')
    return value === undefined || value === '' ? undefined : 'Value specified but not used';
  if (operator === 'GROUP_BY')
    return value === undefined || value === '' || value === 'inf' || isWhole(value)
      ? undefined
      : 'Value was specified but is not a number';
  if (operator === 'CLUSTER') return undefined;
  if (value === undefined) return `A ${operator} constraint needs a value`;
  if (operator === 'MAX_PER') return isWhole(value) ? undefined : 'Value was not a number';
  return operator === 'IS' ? undefined : patternProblem(value);
}

function isWhole(value: string): boolean {
  return /^[1-9]\d{0,8}$/.test(value);
}
