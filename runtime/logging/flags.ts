import path from 'node:path';
import * as flag from '../flags/index.ts';
import type { Clock } from '../ports.ts';
import { ExitCode, StartError } from '../startError.ts';
import { makeDirectory } from '../storage/makeDirectory.ts';
import type { Level } from './level.ts';
import { createLogger, type Logger } from './logger.ts';
import type { LogSink } from './record.ts';
import { fileSink, stderrSink, teeSink } from './sinks.ts';

/** The rows about logging, the same for every role. */
export const loggingFlags = {
  quiet: flag.boolean({ help: 'Log nothing to stderr' }),
  logging_level: flag.choice({
    values: ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR'],
    default: 'INFO',
    help: 'The least important level to log',
  }),
  log_format: flag.choice({
    values: ['text', 'json'],
    default: 'text',
    help: 'Lines for people, or one JSON object a line',
  }),
  log_dir: flag.path({
    help: 'Folder of a log file besides stderr, named after the role; made when it is not there',
  }),
  max_log_size: flag.bytes({
    default: '100MB',
    min: '4KB',
    help: 'A log file that would become larger is renamed ROLE.log.1, and a new one begun',
  }),
  max_log_files: flag.integer({
    default: 5,
    min: 0,
    max: 1000,
    help: 'How many such old log files are kept; 0: none, the file is cut off',
  }),
};

const LEVEL_OF_FLAG: Readonly<Record<flag.FlagValues<typeof loggingFlags>['logging_level'], Level>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
};

/** Where the log of a role lies under `--log_dir`. */
export function logFileOf(logDir: string, role: string): string {
  return path.join(logDir, `${role}.log`);
}

/**
 * The logger that the flags ask for.
 * @param role names the log file
 * @throws Error naming `--log_dir` when the file cannot be opened
 */
export function loggerOf(
  values: flag.FlagValues<typeof loggingFlags>,
  { clock, role }: { readonly clock: Clock; readonly role: string },
): Logger {
  const sinks: LogSink[] = values.quiet ? [] : [stderrSink(values.log_format)];
  if (values.log_dir !== undefined) sinks.push(openLog(logFileOf(values.log_dir, role), values));
  return createLogger({ clock, sink: teeSink(sinks), level: LEVEL_OF_FLAG[values.logging_level] });
}

function openLog(file: string, values: flag.FlagValues<typeof loggingFlags>): LogSink {
  const { log_format, max_log_size, max_log_files } = values;
  try {
    makeDirectory(path.dirname(file));
    return fileSink(file, log_format, { bytesMax: max_log_size, kept: max_log_files });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`--log_dir: expected a folder to write in: ${reason}`, ExitCode.cannotCreate);
  }
}
