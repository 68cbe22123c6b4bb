/** What a framework module exports, and how it is loaded: `--framework=PATH`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FrameworkInfo } from '../../proto/index.ts';
import { StartError } from '../../runtime/startError.ts';
import type { FrameworkContext } from './context.ts';
import type { Scheduler } from './driver/scheduler.ts';

/**
 * A framework, as the default export of a module:
 *
 *     export default defineFramework({
 *       name: 'hello',
 *       create: (context) => ({
 *         offers: (driver, offers) => …,
 *         update: (driver, status) => …,
 *       }),
 *     });
 */
export interface FrameworkDefinition {
  /** Shown by the master, together with the user. */
  readonly name: string;
  /** Members of FrameworkInfo that differ from what the flags say. */
  readonly framework?: Partial<FrameworkInfo>;
  /** Leave acknowledgements to the scheduler (`driver.acknowledge`). */
  readonly explicitAcknowledgements?: boolean;
  /** Leave tasks running when the program is told to stop. */
  readonly failoverOnStop?: boolean;
  /** Makes the scheduler. Runs once, before the master is called. */
  create(context: FrameworkContext): Scheduler;
  /** Runs when the program is told to stop, before the driver is. */
  stopping?(): void;
  /** Runs when the driver has ended. */
  close?(): Promise<void>;
}

/** Gives the definition back, checked by the editor. */
export function defineFramework(definition: FrameworkDefinition): FrameworkDefinition {
  return definition;
}

/**
 * The framework of a module.
 * @param file relative ones are taken from the working directory
 * @throws StartError (by rejection) naming the file and what was expected
 */
export async function loadFramework(file: string): Promise<FrameworkDefinition> {
  const absolute = path.resolve(file);
  if (!existsSync(absolute))
    throw new StartError(`--framework: expected 'jobs' or a module, found no file ${file}`);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(absolute).href)) as typeof loaded;
  } catch (error) {
    throw new StartError(`--framework: ${file} cannot be loaded: ${firstLine(error)}`);
  }
  const definition = loaded.default;
  if (isDefinition(definition)) return definition;
  throw new StartError(
    `--framework: ${file}: expected a default export with a text 'name' and a function 'create'`,
  );
}

function isDefinition(value: unknown): value is FrameworkDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { name, create } = value as Partial<FrameworkDefinition>;
  return typeof name === 'string' && name !== '' && typeof create === 'function';
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
