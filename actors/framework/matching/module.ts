/** What `--fitness` names: one of the fitness functions, or a module with a rule of its own. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartError } from '../../../runtime/startError.ts';
import type { MatchingRule } from './choose.ts';
import type { Hard, Soft } from './constraints.ts';
import { FITNESS, type Fitness } from './fitness.ts';
import type { Amounts } from './task.ts';

/** Hosts fuller, or emptier, than this are looked for no further. */
const GOOD_ENOUGH = 0.9;

/** A module's default export; all members may be left out. */
export interface FitnessModule {
  readonly fitness?: Fitness;
  readonly hard?: readonly Hard[];
  readonly soft?: readonly Soft[];
  readonly goodEnough?: (fitness: number) => boolean;
  /** The most that all tasks of a group have together, by group. */
  readonly limits?: Readonly<Record<string, Partial<Amounts>>>;
}

/**
 * @param name of a fitness function, or a module's path
 * @throws StartError (by rejection) naming what was expected
 */
export async function matchingRuleOf(name: string): Promise<MatchingRule> {
  const known = FITNESS[name];
  const fallback = { hard: [], soft: [], goodEnough: (fitness: number) => fitness > GOOD_ENOUGH };
  if (known !== undefined) return { ...fallback, fitness: known };
  const file = path.resolve(name);
  const expected = `expected one of ${Object.keys(FITNESS).join(', ')} or a module`;
  if (!existsSync(file)) throw new StartError(`--fitness: ${expected}, got '${name}'`);
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(file).href)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw new StartError(`--fitness: ${name} cannot be loaded: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!isModule(exported))
    throw new StartError(
      `--fitness: ${name}: expected a default export with functions 'fitness', 'goodEnough', lists 'hard', 'soft' and an object 'limits'`,
    );
  const { limits = {}, ...rest } = exported;
  return { ...fallback, fitness: () => 0, ...rest, limits: new Map(Object.entries(limits)) };
}

function isModule(value: unknown): value is FitnessModule {
  if (typeof value !== 'object' || value === null) return false;
  const { fitness, hard, soft, goodEnough, limits } = value as Record<string, unknown>;
  const isFunction = (each: unknown): boolean => each === undefined || typeof each === 'function';
  return (
    isFunction(fitness) &&
    isFunction(goodEnough) &&
    (limits === undefined || (typeof limits === 'object' && limits !== null)) &&
    (hard === undefined || (Array.isArray(hard) && hard.every((each) => typeof each === 'function'))) &&
    (soft === undefined || (Array.isArray(soft) && soft.every(isSoft)))
  );
}

function isSoft(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { weight, score } = value as Record<string, unknown>;
  return typeof weight === 'number' && weight >= 0 && typeof score === 'function';
}
