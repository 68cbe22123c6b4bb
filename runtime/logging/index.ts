/** The structured log of a node. */
export { type Fields, REDACTED, SECRET_NAMES } from './fields.ts';
export { logFileOf, loggerOf, loggingFlags } from './flags.ts';
export { formatRecord, type LogFormat } from './format.ts';
export { LEVELS, type Level } from './level.ts';
export { createLogger, type LazyFields, Logger, type LoggerOptions } from './logger.ts';
export { LogLevel } from './logLevel.ts';
export type { LogRecord, LogSink } from './record.ts';
export { DescriptorSink, fileSink, MemorySink, stderrSink, teeSink } from './sinks.ts';
