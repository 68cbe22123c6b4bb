/** How large the output files of a container may become (Mesos' module of that name, its parameters and variables). */
import type { Environment } from '../../../proto/generated/types/v1.ts';
import { parseBytes } from '../../../runtime/units/index.ts';

export const LOGROTATE_LOGGER = 'org_apache_mesos_LogrotateContainerLogger';

/** Of one file. */
export interface LogLimit {
  readonly bytesMax: number;
  /** Old files kept beside it: `stdout.1` is the youngest. */
  readonly kept: number;
}

export interface LogLimits {
  readonly stdout: LogLimit;
  readonly stderr: LogLimit;
}

/** A page of memory, as in Mesos. */
const BYTES_LEAST = 4096;
const KEPT_MAX = 1000;

const DEFAULT: LogLimit = { bytesMax: 10 * 1024 * 1024, kept: 0 };

/**
 * `max_stdout_size`, `logrotate_stdout_options` (`rotate N`, nothing else) and the same of stderr.
 *
 * @param parameter its value by its name, undefined for one that is not given
 * @throws Error naming the parameter and what is wrong with it
 */
export function logLimits(
  parameter: (name: string) => string | undefined,
  defaults: LogLimits = { stdout: DEFAULT, stderr: DEFAULT },
): LogLimits {
  const limitOf = (file: 'stdout' | 'stderr'): LogLimit => ({
    bytesMax: sizeOf(`max_${file}_size`, parameter) ?? defaults[file].bytesMax,
    kept: keptOf(`logrotate_${file}_options`, parameter) ?? defaults[file].kept,
  });
  return { stdout: limitOf('stdout'), stderr: limitOf('stderr') };
}

/** Those of one container: its variables `CONTAINER_LOGGER_MAX_STDOUT_SIZE`, … win. @throws as `logLimits` does */
export function limitsOfContainer(
  defaults: LogLimits,
  prefix: string,
  environment: Environment | undefined,
): LogLimits {
  const variables = new Map(environment?.variables?.map(({ name, value }) => [name, value]));
  return logLimits((name) => variables.get(prefix + name.toUpperCase()), defaults);
}

function sizeOf(name: string, parameter: (name: string) => string | undefined): number | undefined {
  const text = parameter(name);
  if (text === undefined) return undefined;
  const bytes = parseBytes(text);
  if (bytes < BYTES_LEAST) throw new Error(`${name}: expected at least ${BYTES_LEAST}B, got '${text}'`);
  return bytes;
}

function keptOf(name: string, parameter: (name: string) => string | undefined): number | undefined {
  const text = parameter(name)?.trim();
  if (text === undefined || text === '') return undefined;
  const kept = Number(/^rotate (\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (!(kept <= KEPT_MAX))
    throw new Error(`${name}: expected 'rotate N', N at most ${KEPT_MAX}, got '${text}'`);
  return kept;
}
