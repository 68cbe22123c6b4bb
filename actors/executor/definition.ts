/** What an executor module exports, and how it is loaded: `--executor=PATH`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock, Ids, Random, Timer } from '../../runtime/index.ts';
import type { Logger } from '../../runtime/logging/index.ts';
import { EnvironmentError, type ExecutorEnvironment } from './environment.ts';
import type { Executor } from './executor.ts';

/** What an executor is given by its host. */
export interface ExecutorContext {
  readonly environment: ExecutorEnvironment;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  /** Runs `run` between two callbacks, `delayMs` from now. */
  delay(delayMs: number, run: () => void): Timer;
  /** A callable that runs `handler` between two callbacks: for whatever answers from outside. */
  defer<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void;
}

/** An executor, as the default export of a module. */
export interface ExecutorDefinition {
  /** For the log. */
  readonly name: string;
  /** Makes the executor. Runs once, before the agent is called. */
  create(context: ExecutorContext): Executor;
}

/** Gives the definition back, checked by the editor. */
export function defineExecutor(definition: ExecutorDefinition): ExecutorDefinition {
  return definition;
}

/**
 * The executor of a module.
 * @param file relative ones are taken from the working directory
 * @throws EnvironmentError (by rejection) naming the file and what was expected
 */
export async function loadExecutor(file: string): Promise<ExecutorDefinition> {
  const absolute = path.resolve(file);
  if (!existsSync(absolute))
    throw new EnvironmentError(`--executor: expected a module, found no file ${file}`);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(absolute).href)) as typeof loaded;
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new EnvironmentError(`--executor: ${file} cannot be loaded: ${line}`);
  }
  if (isDefinition(loaded.default)) return loaded.default;
  throw new EnvironmentError(
    `--executor: ${file}: expected a default export with a text 'name' and a function 'create'`,
  );
}

function isDefinition(value: unknown): value is ExecutorDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { name, create } = value as Partial<ExecutorDefinition>;
  return typeof name === 'string' && name !== '' && typeof create === 'function';
}
